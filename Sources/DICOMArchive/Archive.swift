import Glibc
import Locks

/// The index of an archive: one SQLite file. Answers questions in row structs; may be used from any thread.
///
/// Lock order: none of the locks here is held while another is taken; the monitor's is held during one pragma only.
package final class Archive: Sendable {
    package enum Mode: Sendable {
        case readOnly
        /// For commands that change rows; the file must exist.
        case readWrite
        /// As `readWrite`; makes the file (mode 0600) when there is none.
        case create
    }

    /// Absolute path of the database.
    package let path: [UInt8]
    /// Folder of the database: what relative roots are relative to.
    package let folder: [UInt8]
    let pool: ConnectionPool
    let writer: WriterLease?
    /// Stays idle between questions, so that `PRAGMA data_version` sees every commit of others.
    private let monitor: Mutex<Connection?>
    let fileIdentity: (device: UInt64, inode: UInt64)
    let rootGuard: RootGuard
    let touched = TouchedSources()

    init(location: ArchiveLocation, monitor: Connection, writer: WriterLease?, trust: ArchiveTrust?) {
        path = location.path
        folder = location.folder
        rootGuard = RootGuard(archiveFolder: location.folder)
        self.writer = writer
        self.monitor = Mutex(monitor)
        let identity = FileStatus(path: location.path).map { ($0.device, $0.inode) } ?? (0, 0)
        fileIdentity = identity
        pool = ConnectionPool(path: location.text, vet: { () throws(ArchiveError) in try trust?.checkFiles(location) }) {
            [path = location.path] in Self.isReplaced(path, identity)
        }
    }

    /// A number that differs from the last one asked for when another connection committed in between.
    package func changeCounter() throws(ArchiveError) -> Int64 {
        try pool.checkFile()
        return try monitor.withLock { connection throws(ArchiveError) in
            guard let connection else { throw ArchiveError(.database, "the archive is closed") }
            let statement = try connection.statement(ReadSQL.dataVersion)
            defer { statement.reset() }
            return try statement.step() ? statement.int(0) : 0
        }
    }

    /// Whether another file stands at the archive's path than the one that was opened (D7).
    package var isReplaced: Bool { Self.isReplaced(path, fileIdentity) }

    private static func isReplaced(_ path: [UInt8], _ known: (device: UInt64, inode: UInt64)) -> Bool {
        guard let now = FileStatus(path: path) else { return true }
        return now.device != known.device || now.inode != known.inode
    }

    /// Closes every connection. A writer also seals the archive, so that it can be mounted from read-only media.
    /// - Returns: false when another connection kept a writer from sealing (the log is then checkpointed all the same).
    @discardableResult
    package func close() -> Bool {
        monitor.withLock { connection in
            connection?.close()
            connection = nil
        }
        pool.close()
        return writer?.close() ?? true
    }
}
