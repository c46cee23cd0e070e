import Foundation
import Glibc
import WorkerProtocol
import Workers

/// A pool over the worker that was built beside the tests.
enum WorkerFixture {
    static var workerPath: [UInt8] {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = max(0, readlink("/proc/self/exe", &buffer, buffer.count))
        let directory = buffer.prefix(length).lastIndex(of: CChar(bitPattern: UInt8(ascii: "/"))) ?? 0
        return buffer[...directory].map(UInt8.init(bitPattern:)) + Array("dcmfs-worker".utf8)
    }

    /// A worker with its sandbox: in a build for a sanitizer one of an ordinary build, if `mountscripts/test` named it.
    static var sandboxedWorkerPath: [UInt8]? {
        if !WorkerChannel.isSanitized { return workerPath }
        return ProcessInfo.processInfo.environment["DCMFS_SANDBOX_WORKER"].map { Array($0.utf8) }
    }

    static func sandboxedPool() throws -> WorkerPool {
        var configuration = WorkerPool.Configuration(workerPath: sandboxedWorkerPath ?? workerPath, count: 1)
        configuration.allowsTestCommands = true
        return try WorkerPool(configuration: configuration)
    }

    static func pool(count: Int = 1, patience: UInt64? = nil, tests: Bool = true) throws -> WorkerPool {
        var configuration = WorkerPool.Configuration(workerPath: workerPath, count: count)
        configuration.allowsTestCommands = tests
        configuration.patience = patience
        return try WorkerPool(configuration: configuration)
    }

    /// What `TestCommand.echo` answers.
    static func echo(_ length: Int) -> [UInt8] { TestCommand.echoed(length) }

    /// An open read-only descriptor of a new file with these bytes; the name is gone at once.
    static func file(_ bytes: [UInt8], keep: ((String) -> Void)? = nil) throws -> CInt {
        let path = NSTemporaryDirectory() + "dcmfs-worker-test-\(UInt64.random(in: 0...UInt64.max))"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        keep?(path)
        if keep == nil { unlink(path) }
        return descriptor
    }

    /// Runs `body` on that many threads at once and waits for all.
    static func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        let group = DispatchGroup()
        for index in 0..<count {
            let thread = Thread {
                body(index)
                group.leave()
            }
            group.enter()
            thread.start()
        }
        group.wait()
    }

    static func openDescriptors() -> Set<String> {
        Set((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [])
    }

    /// Processes whose parent is this one, zombies included.
    static func children() -> Int {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.filter { Int($0) != nil }.filter { process in
            guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
            let fields = status.split(separator: ")").last?.split(separator: " ") ?? []
            return fields.count > 1 && fields[1] == "\(getpid())"
        }.count
    }
}
