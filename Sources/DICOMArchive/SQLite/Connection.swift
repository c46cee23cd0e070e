import CSQLite
import GRDB
import GRDBSQLite

/// One SQLite connection with its prepared statements. GRDB opens, configures and closes it.
///
/// `@unchecked Sendable`: owned by one thread at a time, either checked out of the pool or held by the one writer.
final class Connection: @unchecked Sendable {
    private let queue: DatabaseQueue
    let handle: OpaquePointer
    private var reads: [SQLStatement?]
    private var writes: [SQLStatement?]

    private var isClosed = false

    /// `path` as SQLite takes it (UTF-8).
    init(path: String, readOnly: Bool, stop: StatementStop = .ofProcess) throws(ArchiveError) {
        // Where SQLite runs already the call has no effect, and nothing but time is lost.
        _ = Self.isWithoutStatistics
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(Double(Self.patience) / 1_000)
        configuration.allowsUnsafeTransactions = true
        configuration.label = "dcmfs"
        configuration.prepareDatabase { db in
            // Before the first statement that could read the schema. The file may come from anyone: no cells taken on trust.
            let code = db.sqliteConnection.map { CSQLite_defend($0) } ?? SQLITE_ERROR
            guard code == SQLITE_OK else { throw ArchiveError(.database, "SQLite cannot be told to distrust the file (SQLite \(code))") }
            try db.execute(sql: "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY")
            if !readOnly {
                try db.execute(sql: "PRAGMA synchronous=FULL; PRAGMA cache_size=-16384")
            }
        }
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            throw ArchiveError.wrapping(error)
        }
        guard let handle = queue.unsafeReentrantRead({ $0.sqliteConnection }) else {
            throw ArchiveError(.database, "the archive's database did not open")
        }
        self.handle = handle
        // Nobody observes transactions here; GRDB's hooks expect to run on its own queue.
        sqlite3_commit_hook(handle, nil, nil)
        sqlite3_rollback_hook(handle, nil, nil)
        CSQLite_watch(handle, stop.flag)
        reads = Array(repeating: nil, count: ReadSQL.allCases.count)
        writes = Array(repeating: nil, count: WriteSQL.allCases.count)
    }

    /// How long one waits for another connection's lock, in milliseconds.
    static let patience: Int32 = 10_000

    /// Done once, before the first connection.
    private static let isWithoutStatistics = CSQLite_disable_memory_statistics() == SQLITE_OK

    func statement(_ query: ReadSQL) throws(ArchiveError) -> SQLStatement {
        if let known = reads[query.rawValue] { return known }
        let made = try prepare(query.sql)
        reads[query.rawValue] = made
        return made
    }

    func statement(_ query: WriteSQL) throws(ArchiveError) -> SQLStatement {
        if let known = writes[query.rawValue] { return known }
        let made = try prepare(query.sql)
        writes[query.rawValue] = made
        return made
    }

    /// A statement that is not kept.
    func prepare(_ sql: String) throws(ArchiveError) -> SQLStatement {
        try checkOpen()
        do {
            return SQLStatement(try queue.unsafeReentrantRead { try $0.makeStatement(sql: sql) }, database: handle)
        } catch {
            throw ArchiveError.wrapping(error)
        }
    }

    /// Runs one or more statements that return nothing of interest.
    func execute(_ sql: String) throws(ArchiveError) {
        try checkOpen()
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw ArchiveError.sqlite(code, handle) }
    }

    /// Runs `body` between a BEGIN statement and COMMIT; what it or COMMIT throws undoes all of it.
    func transaction(_ begin: String = "BEGIN", _ body: () throws(ArchiveError) -> Void) throws(ArchiveError) {
        try execute(begin)
        do throws(ArchiveError) {
            try body()
            try execute("COMMIT")
        } catch {
            // What went wrong first is what counts; after some errors SQLite has ended the transaction, and ROLLBACK fails too.
            try? execute("ROLLBACK")
            throw error
        }
    }

    /// The first column of the first row, nil when there is none.
    func scalar(_ sql: String) throws(ArchiveError) -> Int64? {
        let statement = try prepare(sql)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return statement.int(0)
    }

    func text(_ sql: String) throws(ArchiveError) -> String? {
        let statement = try prepare(sql)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return String(decoding: statement.bytes(0), as: UTF8.self)
    }

    var lastInsertedID: Int64 { isClosed ? 0 : sqlite3_last_insert_rowid(handle) }

    /// Waits at most `milliseconds` for other connections' locks.
    func setBusyTimeout(milliseconds: Int32) {
        if !isClosed { sqlite3_busy_timeout(handle, milliseconds) }
    }

    /// `handle` leads nowhere afterwards: whoever still has the connection gets an error.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        reads = Array(repeating: nil, count: reads.count)
        writes = Array(repeating: nil, count: writes.count)
        // It fails only while a statement is in use, and then the last one of them to go closes it (sqlite3_close_v2).
        try? queue.close()
    }

    private func checkOpen() throws(ArchiveError) {
        if isClosed { throw ArchiveError(.database, "the archive is closed") }
    }
}

extension ArchiveError {
    static func wrapping(_ error: any Error) -> ArchiveError {
        if let error = error as? ArchiveError { return error }
        guard let error = error as? DatabaseError else { return ArchiveError(.database, "the archive's database failed: \(error)") }
        let text = error.message ?? error.resultCode.description
        switch error.resultCode.primaryResultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: return ArchiveError(.locked, "another program holds the archive (SQLite: \(text))")
        case .SQLITE_NOTADB: return ArchiveError(.notAnArchive, "not a dcmfs archive (SQLite: \(text))")
        case .SQLITE_INTERRUPT: return ArchiveError(.interrupted, "interrupted")
        case .SQLITE_CANTOPEN: return ArchiveError(.noArchive, "the archive cannot be opened (SQLite: \(text))")
        default: return ArchiveError(.database, "the archive's database failed: \(text)")
        }
    }
}
