package import Foundation
import Glibc

/// A real mount of the built `dcmfs` over files that it indexed; taken away, with all its files, when it is let go of.
package final class MountedTree {
    /// Why there can be no mount here; nil where there can.
    package static let obstacle: String? = {
        let reason: String? =
            if access("/dev/fuse", R_OK | W_OK) != 0 {
                "/dev/fuse cannot be opened"
            } else if access(program("dcmfs"), X_OK) != 0 || access(program("dcmfs-worker"), X_OK) != 0 {
                "dcmfs and dcmfs-worker were not built beside the tests"
            } else if getuid() != 0, access("/etc/mtab", F_OK) != 0 {
                "there is no /etc/mtab, so fusermount3 does not unmount"
            } else {
                nil
            }
        if let reason { print("tests with real mounts are skipped: \(reason)") }
        return reason
    }()
    package static var isPossible: Bool { obstacle == nil }

    /// A product that was built beside the running tests.
    package static func program(_ name: String) -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = max(0, readlink("/proc/self/exe", &buffer, buffer.count))
        let path = String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return path[...(path.lastIndex(of: "/") ?? path.startIndex)] + name
    }

    package let folder: String
    package var archive: String { folder + "/archive.db" }
    package var point: String { folder + "/mount" }

    /// Indexes `paths` into an archive of its own, in a temporary folder; does not mount yet.
    package init(indexing paths: [String]) throws {
        folder = "/tmp/dcmfs-test-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(atPath: folder + "/mount", withIntermediateDirectories: true)
        if !paths.isEmpty {
            let result = try Finished.run(Self.program("dcmfs"), ["index", "--quiet", "--names=plain", archive] + paths)
            guard result.status == 0 else { throw Failure("dcmfs index: \(result.errors)") }
        }
    }

    package convenience init(mounting paths: [String], options: [String] = []) throws {
        try self.init(indexing: paths)
        try mount(options)
    }

    deinit {
        _ = try? Finished.run("/bin/umount", ["-l", point])
        try? FileManager.default.removeItem(atPath: folder)
    }

    package func mount(_ options: [String] = []) throws {
        let result = try tryMount(options)
        guard result.status == 0 else { throw Failure("dcmfs mount: \(result.errors)") }
    }

    package func tryMount(_ options: [String] = []) throws -> Finished {
        try Finished.run(Self.program("dcmfs"), ["mount", archive, point] + options)
    }

    package func unmount(_ options: [String] = []) throws {
        let result = try Finished.run(Self.program("dcmfs"), ["unmount"] + options + [point])
        guard result.status == 0 else { throw Failure("dcmfs unmount: \(result.errors)") }
    }

    package var isMounted: Bool {
        Self.mountTable.contains(" \(point) ")
    }

    /// What is mounted here, all of it: the kernel gives a page at a time, which Foundation takes for the whole.
    package static var mountTable: String {
        let descriptor = Glibc.open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var page = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &page, page.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += page[..<count]
        }
    }

    /// The processes that serve this mount (one), and their workers when `name` is `dcmfs-worker`.
    package func processes(named name: String = "dcmfs") -> [pid_t] {
        let all = ProcessTable.all
        let servers = all.filter { ProcessTable.commandLine($0).contains(point) && ProcessTable.name($0) == "dcmfs" }
        return name == "dcmfs" ? servers : all.filter { ProcessTable.name($0) == name && servers.contains(ProcessTable.parent($0)) }
    }

    /// Waits, at most so many seconds, until something holds.
    package static func wait(seconds: Double = 30, _ condition: () -> Bool) -> Bool {
        let end = Date().addingTimeInterval(seconds)
        while !condition() {
            guard Date() < end else { return false }
            usleep(10_000)
        }
        return true
    }

    // MARK: - What is in it

    /// Paths of all regular files below a folder of the mount, in order.
    package func files(_ below: String = "") throws -> [String] {
        try Self.files(in: point + (below.isEmpty ? "" : "/" + below))
    }

    package static func files(in folder: String) throws -> [String] {
        var files: [String] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
            let path = folder + "/" + name
            var status = stat()
            guard lstat(path, &status) == 0 else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
            if status.st_mode & S_IFMT == S_IFDIR { files += try Self.files(in: path) } else { files.append(path) }
        }
        return files
    }

    /// All bytes of a file as any program reads them; throws the errno of what failed.
    package static func contents(_ path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0 { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
            if count == 0 { return bytes }
            bytes += chunk.prefix(count)
        }
    }

    package static func status(_ path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
        package init(_ description: String) { self.description = description }
    }
}

/// A program that ran to its end.
package struct Finished {
    /// Exit code, or 128 + signal.
    package let status: Int32
    package let output: String
    package let errors: String

    package static func run(_ program: String, _ arguments: [String]) throws -> Finished {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let (output, errors) = (Pipe(), Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        // One pipe is read beside the other: a program that fills one must not wait for ever.
        let complaint = Reader(errors.fileHandleForReading)
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let complaints = complaint.result()
        process.waitUntilExit()
        let status = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
        return Finished(status: status, output: String(decoding: text, as: UTF8.self), errors: String(decoding: complaints, as: UTF8.self))
    }

    /// `@unchecked Sendable`: the thread writes before it signals, the owner reads after it waited.
    private final class Reader: @unchecked Sendable {
        private var data = Data()
        private let done = DispatchSemaphore(value: 0)

        init(_ handle: FileHandle) {
            Thread { [self] in
                data = handle.readDataToEndOfFile()
                done.signal()
            }.start()
        }

        func result() -> Data {
            done.wait()
            return data
        }
    }

    /// Whether a program is installed.
    package static func find(_ name: String) -> String? {
        ["/usr/bin/", "/bin/", "/usr/local/bin/"].map { $0 + name }.first { access($0, X_OK) == 0 }
    }
}
