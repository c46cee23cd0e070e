import Glibc
import Workers

/// Where the worker program is: DCMFS_WORKER, else beside this program (build tree), else in `../libexec/dcmfs` (installed).
enum WorkerLocation {
    static let variable = "DCMFS_WORKER"
    static let name = "dcmfs-worker"

    /// Path as bytes. The last candidate is returned even where nothing is there, so that the error names it.
    static func find() -> [UInt8] {
        if let named = getenv(variable), named.pointee != 0 {
            return UnsafeBufferPointer(start: named, count: strlen(named)).map(UInt8.init(bitPattern:))
        }
        let directory = ownDirectory()
        let beside = directory + Array("/\(name)".utf8)
        let installed = directory + Array("/../libexec/dcmfs/\(name)".utf8)
        return isExecutable(beside) ? beside : installed
    }

    /// A pool of workers; every process is started when first needed.
    ///
    /// - Parameter isolates: one process for one file.
    static func makePool(count: Int, isolates: Bool = false) throws(WorkerFailure) -> WorkerPool {
        var configuration = WorkerPool.Configuration(workerPath: find(), count: count)
        configuration.isolates = isolates
        configuration.showsWorkerErrors = getenv("DCMFS_WORKER_STDERR") != nil
        return try WorkerPool(configuration: configuration)
    }

    /// Processors this process may use, at least 1.
    static var processorCount: Int { max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN))) }

    private static func ownDirectory() -> [UInt8] {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink("/proc/self/exe", &buffer, buffer.count)
        let path = buffer.prefix(max(0, length)).map(UInt8.init(bitPattern:))
        return Array(path.prefix(upTo: path.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex))
    }

    private static func isExecutable(_ path: [UInt8]) -> Bool {
        access(path.map(CChar.init(bitPattern:)) + [0], X_OK) == 0
    }
}
