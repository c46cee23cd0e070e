import DICOM
import Foundation
import Glibc
import Locks
import TestSupport
import Testing

/// What many readers, or one without measure, do to each other and to the mount's memory.
@Suite(.serialized, .enabled(if: MountedTree.isPossible), .timeLimit(.minutes(10))) struct SharedUseTests {
    /// Colour frames of zeros, in a file with a hole.
    static func frames(_ count: Int, side: Int, at path: String) throws {
        var writer = DICOMWriter(.explicitLittle)
        writer.identity(sopClass: "1.2.840.10008.5.1.4.1.1.7.4")
        writer.element(DICOM.Tag(0x0028, 0x0002), us: 3)
        writer.element(DICOM.Tag(0x0028, 0x0004), .CS, "RGB")
        writer.element(DICOM.Tag(0x0028, 0x0006), us: 0)
        writer.element(DICOM.Tag(0x0028, 0x0008), .IS, "\(count)")
        writer.element(DICOM.Tag(0x0028, 0x0010), us: UInt16(side))
        writer.element(DICOM.Tag(0x0028, 0x0011), us: UInt16(side))
        writer.element(DICOM.Tag(0x0028, 0x0100), us: 8)
        writer.element(DICOM.Tag(0x0028, 0x0101), us: 8)
        writer.element(DICOM.Tag(0x0028, 0x0102), us: 7)
        writer.element(DICOM.Tag(0x0028, 0x0103), us: 0)
        let length = count * side * side * 3
        writer.header(.pixelData, .OB, length: UInt32(length))
        let head = writer.part10("1.2.840.10008.1.2.1", sopClass: "1.2.840.10008.5.1.4.1.1.7.4")
        try Data(head).write(to: URL(fileURLWithPath: path))
        guard truncate(path, off_t(head.count + length)) == 0 else { throw MountedTree.Failure("truncate") }
    }

    private static func residentKiB(_ process: pid_t, _ key: String = "VmRSS:") -> Int {
        let status = String(decoding: FileManager.default.contents(atPath: "/proc/\(process)/status") ?? Data(), as: UTF8.self)
        let line = status.split(separator: "\n").first { $0.hasPrefix(key) }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
    }

    @Test func `forty open pictures cost no more memory than the cache may`() throws {
        let tree = try MountedTree(indexing: [])
        try Self.frames(40, side: 2_000, at: tree.folder + "/frames.dcm")
        #expect(try Finished.run(MountedTree.program("dcmfs"), ["index", "--quiet", "--names=plain", tree.archive, tree.folder + "/frames.dcm"]).status == 0)
        try tree.mount(["-o", "cache_size=32M"])
        let series = try Self.series(tree)
        let names = try FileManager.default.contentsOfDirectory(atPath: series)
        let folder = try #require(names.first { $0.hasSuffix(".frames") })
        let path = series + "/" + folder
        let server = try #require(tree.processes().first)
        var descriptors: [CInt] = []
        defer { for descriptor in descriptors { close(descriptor) } }
        for round in 0..<2 {
            for number in 1...40 {
                let name = path + "/" + String(repeating: "0", count: 4 - "\(number)".count) + "\(number).png"
                if round == 0 { descriptors.append(open(name, O_RDONLY)) }
                var byte: UInt8 = 0
                // Each time at another place: the kernel has the rest of what is near.
                #expect(pread(descriptors[number - 1], &byte, 1, off_t(round * 6_000_000)) == 1)
            }
        }
        let workers = max(2, tree.processes(named: "dcmfs-worker").count)
        let allowed = (32 << 10) + workers * (12 << 10) + (64 << 10)
        #expect(Self.residentKiB(server) <= allowed)
        #expect(Self.residentKiB(server, "VmHWM:") <= allowed)
        // What was let go of is the same when it comes again.
        #expect(try MountedTree.contents(path + "/0001.png") == MountedTree.contents(path + "/0040.png"))
    }

    private static func series(_ tree: MountedTree) throws -> String {
        let files = try tree.files("patients")
        let file = try #require(files.first { $0.hasSuffix(".dcm") })
        return String(file[..<(file.lastIndex(of: "/") ?? file.endIndex)])
    }

    @Test func `any number of settings and searches is answered, one after the other`() throws {
        let tree = try MountedTree(mounting: [Corpus.projectRoot + "/Fixtures/ct"])
        var failures: Set<CInt> = []
        for number in 1...6_000 where MountedTree.status("\(tree.point)/with/size=\(number)/patients") == nil { failures.insert(errno) }
        #expect(failures.isEmpty)
        for number in 1...12_000 where MountedTree.status("\(tree.point)/find/PatientID=\(number)") == nil { failures.insert(errno) }
        #expect(failures.isEmpty)
        #expect(MountedTree.status(tree.point + "/with/window=40_400/patients") != nil)
    }

    @Test(.enabled(if: getuid() == 0 && Finished.find("setpriv") != nil))
    func `a small picture comes while another user waits for forty heavy ones`() throws {
        let tree = try MountedTree(indexing: [])
        try Self.frames(40, side: 2_000, at: tree.folder + "/frames.dcm")
        #expect(try Finished.run(MountedTree.program("dcmfs"), ["index", "--quiet", "--names=plain", tree.archive, tree.folder + "/frames.dcm"]).status == 0)
        chmod(tree.folder, 0o755)
        try tree.mount(["-o", "allow_other,cache_size=1G"])
        let series = try Self.series(tree)
        let stem = try #require(try FileManager.default.contentsOfDirectory(atPath: series).first { $0.hasSuffix(".frames") })
        let heavy = Process()
        heavy.executableURL = URL(fileURLWithPath: try #require(Finished.find("setpriv")))
        let command = "cd \"$1\" && ls *.png | xargs -P 40 -n 1 head -c 1"
        heavy.arguments = ["--reuid", "65534", "--regid", "65534", "--clear-groups", "sh", "-c", command, "sh", "\(series)/\(stem)"]
        let output = Pipe()
        heavy.standardOutput = output
        try heavy.run()
        defer { heavy.waitUntilExit() }
        // All forty are waiting, and the first has come.
        _ = try output.fileHandleForReading.read(upToCount: 1)
        let file = tree.point + "/with/size=64" + series.dropFirst(tree.point.count) + "/" + stem.replacing(".frames", with: ".png")
        #expect(try MountedTree.contents(file).count > 100)
        var waiting: CInt = 0
        #expect(ioctl(output.fileHandleForReading.fileDescriptor, UInt(FIONREAD), &waiting) == 0)
        #expect(waiting < 20, "\(waiting) heavy ones came first")
    }

    @Test func `a report can be looked at while the archive changes all the time`() throws {
        let tree = try MountedTree(indexing: [])
        let sources = tree.folder + "/sources"
        try FileManager.default.createDirectory(atPath: sources, withIntermediateDirectories: true)
        var writer = DICOMWriter(.explicitLittle)
        writer.identity()
        try Data(writer.part10()).write(to: URL(fileURLWithPath: sources + "/1"))
        try Data(writer.part10().prefix(300)).write(to: URL(fileURLWithPath: sources + "/2"))
        let index = ["index", "--quiet", "--names=plain", tree.archive, sources]
        _ = try Finished.run(MountedTree.program("dcmfs"), index)
        try tree.mount()
        let reports = try tree.files("problems") + [tree.point + "/README.txt"]
        #expect(reports.count > 1)
        let isDone = Atomic<Bool>(false)
        let looks = Mutex((count: 0, failed: [String]()))
        let watcher = Thread { [reports] in
            while !isDone.load(ordering: .sequentiallyConsistent) {
                for report in reports {
                    errno = 0
                    let isThere = MountedTree.status(report) != nil
                    let problem = errno
                    looks.withLock { looks in
                        looks.count += 1
                        if !isThere, problem != ENOENT { looks.failed.append(String(cString: strerror(problem))) }
                    }
                }
            }
            looks.withLock { $0.count += 1_000_000 }
        }
        watcher.start()
        for number in 3...22 {
            try Data(writer.part10().prefix(300 + number)).write(to: URL(fileURLWithPath: "\(sources)/\(number)"))
            _ = try Finished.run(MountedTree.program("dcmfs"), index)
        }
        isDone.store(true, ordering: .sequentiallyConsistent)
        #expect(MountedTree.wait { looks.withLock { $0.count >= 1_000_000 } })
        #expect(looks.withLock { $0.failed }.isEmpty)
    }

    @Test(arguments: ["entry_timeout=3600,attr_timeout=3600", "entry_timeout=1,attr_timeout=1", "entry_timeout=0,attr_timeout=0"])
    func `readers of a source that is replaced again and again get old or new, whole, or an error`(timeouts: String) throws {
        let tree = try MountedTree(indexing: [])
        let source = tree.folder + "/source.dcm"
        var versions: [[UInt8]] = []
        for version in 0..<12 {
            var writer = DICOMWriter(.explicitLittle)
            writer.identity()
            writer.element(DICOM.Tag(0x0009, 0x0010), .LO, "TEST")
            let length = 40_000 + (version * 7 % 5) * 30_000
            writer.element(DICOM.Tag(0x0009, 0x1001), .OB, [UInt8](repeating: UInt8(version + 1), count: length))
            versions.append(writer.part10())
        }
        func put(_ version: Int) throws {
            let new = tree.folder + "/new"
            try Data(versions[version]).write(to: URL(fileURLWithPath: new))
            guard rename(new, source) == 0 else { throw MountedTree.Failure("rename") }
            #expect(try Finished.run(MountedTree.program("dcmfs"), ["index", "--quiet", "--names=plain", tree.archive, source]).status == 0)
        }
        try put(0)
        try tree.mount(["-o", timeouts])
        let files = try tree.files("patients")
        let file = try #require(files.first { $0.hasSuffix(".dcm") })
        let readers = Readers(file, Set(versions))
        readers.start(3)
        for version in 1..<versions.count {
            try put(version)
            // The name leads to what is there now, at the first try that is no error.
            #expect(MountedTree.wait(seconds: 5) { (try? MountedTree.contents(file)) == versions[version] })
        }
        let (whole, errors, mixed) = readers.stop()
        #expect(mixed == 0 && whole > 50, "\(whole) whole, \(errors) errors, \(mixed) mixed")
        #expect(try MountedTree.contents(file) == versions[versions.count - 1])
    }

    /// Threads that read one file over and over, slowly.
    private final class Readers: Sendable {
        private let path: String
        private let versions: Set<[UInt8]>
        private let counts = Mutex((whole: 0, errors: 0, mixed: 0))
        private let isStopped = Atomic<Bool>(false)
        private let running = Atomic<Int>(0)

        init(_ path: String, _ versions: Set<[UInt8]>) {
            self.path = path
            self.versions = versions
        }

        func start(_ count: Int) {
            for number in 0..<count {
                running.add(1, ordering: .sequentiallyConsistent)
                Thread { [self] in
                    while !isStopped.load(ordering: .sequentiallyConsistent) { readOnce(pause: UInt32(number) * 700) }
                    running.subtract(1, ordering: .sequentiallyConsistent)
                }.start()
            }
        }

        func stop() -> (whole: Int, errors: Int, mixed: Int) {
            isStopped.store(true, ordering: .sequentiallyConsistent)
            while running.load(ordering: .sequentiallyConsistent) > 0 { usleep(1_000) }
            return counts.withLock { $0 }
        }

        private func readOnce(pause: UInt32) {
            let descriptor = open(path, O_RDONLY)
            guard descriptor >= 0 else { return counts.withLock { $0.errors += 1 } }
            defer { close(descriptor) }
            var bytes: [UInt8] = []
            var piece = [UInt8](repeating: 0, count: 10_000)
            while true {
                let count = read(descriptor, &piece, piece.count)
                if count < 0 { return counts.withLock { $0.errors += 1 } }
                if count == 0 { break }
                bytes += piece[..<count]
                if pause > 0 { usleep(pause) }
            }
            let isWhole = versions.contains(bytes)
            counts.withLock { if isWhole { $0.whole += 1 } else { $0.mixed += 1 } }
        }
    }
}
