import CLinux
import DICOM
import DICOMArchive
import DICOMImaging
import Glibc

/// Figures of the parts, in process: what the whole-program script `mountscripts/benchmark` cannot separate.
///
///     dcmfs-bench floor FOLDER        walk FOLDER and read 8 KiB of each file: the floor of any index
///     dcmfs-bench header FILE...      parse, summarise and header text of each file: CPU per file
///     dcmfs-bench decode FILE...      parse and decode the first frame of each file: CPU per frame, and MB/s of samples
///     dcmfs-bench picture [--size N] FILE...
///                                     parse and render each file as .png and .jpg (longest side N): CPU per picture
///     dcmfs-bench synthetic ARCHIVE INSTANCES
///                                     write a large archive without files, for `mountscripts/bench-scale`
@main
enum Bench {
    static func main() {
        CLinux_keep_memory(32 << 20)  // as the worker does
        let arguments = Array(CommandLine.arguments.dropFirst())
        let rest = Array(arguments.dropFirst())
        switch arguments.first {
        case "floor" where rest.count == 1: floor(rest[0])
        case "header" where !rest.isEmpty: header(rest)
        case "decode" where !rest.isEmpty: decode(rest)
        case "picture" where rest.count > 2 && rest[0] == "--size": picture(Array(rest.dropFirst(2)), longestSide: Int(rest[1]))
        case "picture" where !rest.isEmpty: picture(rest, longestSide: nil)
        case "synthetic" where rest.count == 2: synthetic(rest[0], rest[1])
        default:
            print("usage: dcmfs-bench floor FOLDER | header FILE... | decode FILE... | picture [--size N] FILE... | synthetic ARCHIVE INSTANCES")
            exit(2)
        }
    }

    static func synthetic(_ path: String, _ count: String) {
        guard let instances = Int(count), instances > 0, instances <= 100_000_000, access(path, F_OK) != 0 else {
            print("dcmfs-bench synthetic: ARCHIVE must not be there yet, INSTANCES is a number")
            exit(2)
        }
        do {
            try SyntheticArchive(instances: instances).write(to: Array(path.utf8))
        } catch {
            print("dcmfs-bench synthetic: \(error.message)")
            exit(1)
        }
    }

    /// CPU seconds of this process so far, user and system.
    static func processSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Runs `body` over every file that opens, three times, and prints the best CPU time per file.
    static func measure(_ label: String, _ files: [String], _ body: (Part10File) throws -> Int) {
        var best = Double.infinity
        var done = 0
        var bytes = 0
        for _ in 0..<3 {
            done = 0
            bytes = 0
            let start = processSeconds()
            for path in files {
                let descriptor = open(path, O_RDONLY | O_CLOEXEC)
                guard descriptor >= 0 else { continue }
                defer { close(descriptor) }
                // A file that does not open is counted out, below.
                guard let file = try? Part10File.open(DescriptorProvider(descriptor)), let made = try? body(file) else { continue }
                done += 1
                bytes += made
            }
            best = min(best, processSeconds() - start)
        }
        guard done > 0 else { return print("  \(label): no file could be measured") }
        let micro = (best / Double(done) * 1e7).rounded() / 10
        let rate = Int(Double(bytes) / best / 1e6)
        print("  \(label): \(micro) us CPU per file, \(bytes / done) bytes each, \(rate) MB/s, \(done) of \(files.count) files")
    }

    static func header(_ files: [String]) {
        measure("open and parse", files) { _ in 0 }
        measure("+ summary", files) { InstanceSummarizer.summary(of: $0).patientID.count }
        measure("+ length of the header text", files) { HeaderText.length(of: $0) }
        measure("+ header text", files) { HeaderText.text(of: $0).count }
    }

    static func decode(_ files: [String]) {
        for file in files { measure("decode \(file.split(separator: "/").last ?? "")", [file]) { try StoredFrame.decodedSize($0, frame: 0) } }
    }

    static func picture(_ files: [String], longestSide: Int?) {
        let settings = PictureSettings(longestSide: longestSide)
        for (label, format) in [("png", PictureFormat.png), ("jpg", .jpeg)] {
            measure("open, parse, render \(label)", files) { file in
                guard let description = PictureDescriber.describe(file).picture else { throw DICOMError(.noPixels, "no picture") }
                return try PictureRenderer.picture(
                    of: file, frame: description.representativeFrame, settings: settings, format: format, description: description
                ).count
            }
        }
    }

    static func floor(_ folder: String) {
        var buffer = [UInt8](repeating: 0, count: 8192)
        var folders = [folder]
        var files = 0
        while let next = folders.popLast() {
            guard let stream = opendir(next) else { continue }
            defer { closedir(stream) }
            while let entry = readdir(stream) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name == "." || name == ".." { continue }
                let path = next + "/" + name
                if entry.pointee.d_type == UInt8(DT_DIR) {
                    folders.append(path)
                    continue
                }
                let descriptor = open(path, O_RDONLY | O_CLOEXEC)
                guard descriptor >= 0 else { continue }
                var status = stat()
                fstat(descriptor, &status)
                _ = buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, 8192, 0) }
                close(descriptor)
                files += 1
            }
        }
        print("\(files) files")
    }
}
