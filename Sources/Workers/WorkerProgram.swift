import CLinux
import Glibc
import WorkerProtocol

/// The worker program, opened once: an upgrade of the file on disk never mixes versions within one running dcmfs.
final class WorkerProgram: Sendable {
    /// O_PATH.
    let descriptor: CInt
    let launch: WorkerLaunch

    /// - Parameter path: bytes of the path, without NUL.
    init(path: [UInt8], arguments: [String], showsErrors: Bool) throws(WorkerFailure) {
        descriptor = CLinux_open_program(path.map(CChar.init(bitPattern:)) + [0])
        launch = WorkerLaunch(arguments: ["dcmfs-worker"] + arguments, environment: WorkerLaunch.workerEnvironment(), showsErrors: showsErrors)
        guard descriptor >= 0 else {
            throw WorkerFailure(.cannotStart("\(String(decoding: path, as: UTF8.self)): \(String(cString: strerror(-descriptor)))"))
        }
    }

    /// What changes whenever the program does: size, inode and times.
    var stamp: [Int] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return [] }
        return [Int(status.st_size), Int(truncatingIfNeeded: status.st_ino)]
            + [status.st_mtim, status.st_ctim].flatMap { [$0.tv_sec, $0.tv_nsec] }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }
}

/// How a worker is started, without the descriptors that it takes.
struct WorkerLaunch: Sendable {
    let arguments: [String]
    let environment: [String]
    /// Whether its standard error is ours.
    let showsErrors: Bool

    /// Starts a process. The calling thread must live as long as the process (see `CLinux_spawn`).
    ///
    /// - Parameters: descriptors as the calling thread has them; of the executable by O_PATH.
    func spawn(executable: CInt, socket: CInt, memory: CInt, errorOutput: CInt?) -> pid_t {
        var description = CLinux_worker()
        description.executable = executable
        description.socket = socket
        description.memory = memory
        description.error_output = errorOutput ?? -1
        // Lowered for every request to what the idle worker has plus the budget; sanitizers map terabytes.
        description.address_space = WorkerChannel.isSanitized ? 0 : WorkerBudget.maximumMemory + (512 << 20)
        description.cpu_seconds = 10
        description.descriptors = UInt64(WorkerChannel.maximumDescriptors + 32)
        return withCStrings(arguments) { arguments in
            withCStrings(environment) { environment in CLinux_spawn(&description, arguments, environment) }
        }
    }

    /// No environment but what the dynamic linker and sanitizers need. Swift's backtracer would start a process per crash.
    static func workerEnvironment() -> [String] {
        var environment = ["LC_ALL=C", "SWIFT_BACKTRACE=enable=no"]
        for name in ["LD_LIBRARY_PATH", "ASAN_OPTIONS", "TSAN_OPTIONS"] {
            // The leak checker traces threads, at the end of a process that may do neither: off, whatever was set before.
            let leaks = name == "ASAN_OPTIONS" && WorkerChannel.isSanitized ? ":detect_leaks=0" : ""
            let value = getenv(name).map { String(cString: $0) } ?? ""
            if !value.isEmpty || !leaks.isEmpty { environment.append("\(name)=\(value)\(leaks)") }
        }
        return environment
    }
}

/// Calls `body` with a NULL-terminated array of C strings.
private func withCStrings<Result>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result) -> Result {
    var pointers: [UnsafePointer<CChar>?] = strings.map { strdup($0).map { UnsafePointer($0) } }
    defer { for case let pointer? in pointers { free(UnsafeMutablePointer(mutating: pointer)) } }
    pointers.append(nil)
    return pointers.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("an array with at least one element has an address") }
        return body(base)
    }
}
