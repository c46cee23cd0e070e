import GRDB
import GRDBSQLite

/// A prepared statement, driven through SQLite's C interface: GRDB's `Row` and `DatabaseValue` cost several times what
/// the query itself does, and they turn bytes into `Data`.
///
/// GRDB prepares and finalises it. It must be used by one thread at a time, as its connection.
final class SQLStatement {
    private let raw: OpaquePointer
    private let owner: GRDB.Statement
    private let database: OpaquePointer

    init(_ owner: GRDB.Statement, database: OpaquePointer) {
        self.owner = owner
        raw = owner.sqliteStatement
        self.database = database
    }

    func bind(_ index: Int32, _ value: Int64) {
        sqlite3_bind_int64(raw, index, value)
    }

    func bind(_ index: Int32, _ value: Int64?) {
        if let value { sqlite3_bind_int64(raw, index, value) } else { sqlite3_bind_null(raw, index) }
    }

    func bind(_ index: Int32, _ bytes: [UInt8]) {
        guard !bytes.isEmpty else {
            // A null pointer would bind NULL instead of an empty blob.
            sqlite3_bind_zeroblob(raw, index, 0)
            return
        }
        bytes.withUnsafeBytes { _ = sqlite3_bind_blob64(raw, index, $0.baseAddress, UInt64($0.count), Self.transient) }
    }

    func bind(_ index: Int32, _ bytes: [UInt8]?) {
        if let bytes { bind(index, bytes) } else { sqlite3_bind_null(raw, index) }
    }

    /// Runs to the next row. False at the end, after which the statement is reset.
    func step() throws(ArchiveError) -> Bool {
        switch sqlite3_step(raw) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            sqlite3_reset(raw)
            return false
        case let code:
            let error = ArchiveError.sqlite(code, database)
            sqlite3_reset(raw)
            throw error
        }
    }

    /// Runs a statement that returns no rows.
    func run() throws(ArchiveError) {
        while try step() {}
    }

    /// As `run`, but a violated UNIQUE constraint is an answer: false.
    func runUnlessTaken() throws(ArchiveError) -> Bool {
        let code = sqlite3_step(raw)
        if code == SQLITE_DONE {
            sqlite3_reset(raw)
            return true
        }
        let error = ArchiveError.sqlite(code, database)
        sqlite3_reset(raw)
        if code & 0xFF == SQLITE_CONSTRAINT { return false }
        throw error
    }

    func reset() { sqlite3_reset(raw) }

    func int(_ column: Int32) -> Int64 { sqlite3_column_int64(raw, column) }

    func optionalInt(_ column: Int32) -> Int64? {
        sqlite3_column_type(raw, column) == SQLITE_NULL ? nil : sqlite3_column_int64(raw, column)
    }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(raw, column) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(raw, column))))
    }

    func optionalBytes(_ column: Int32) -> [UInt8]? {
        sqlite3_column_type(raw, column) == SQLITE_NULL ? nil : bytes(column)
    }

    /// Hands out a column's bytes where SQLite has them.
    func withBytes<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        guard let start = sqlite3_column_blob(raw, column) else { return body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        return body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(raw, column))))
    }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(raw, column) == SQLITE_NULL }

    /// Whether the column holds exactly `other`, without copying it.
    func equals(_ column: Int32, _ other: [UInt8]) -> Bool {
        let count = Int(sqlite3_column_bytes(raw, column))
        guard count == other.count else { return false }
        guard count > 0 else { return true }
        guard let start = sqlite3_column_blob(raw, column) else { return false }
        return UnsafeRawBufferPointer(start: start, count: count).elementsEqual(other)
    }

    // SQLITE_TRANSIENT is a cast macro that the importer cannot express.
    private static var transient: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}

extension ArchiveError {
    static func sqlite(_ code: CInt, _ database: OpaquePointer) -> ArchiveError {
        let text = String(cString: sqlite3_errmsg(database))
        switch code & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED: return ArchiveError(.locked, "another program holds the archive (SQLite: \(text))")
        case SQLITE_NOTADB: return ArchiveError(.notAnArchive, "not a dcmfs archive (SQLite: \(text))")
        case SQLITE_INTERRUPT: return ArchiveError(.interrupted, "interrupted")
        default: return ArchiveError(.database, "the archive's database failed: \(text) (SQLite \(code))")
        }
    }
}
