/// A row that can be summed and used where SQLite has it: no column of it is copied that nobody asks for.
protocol StoredRow {
    /// The rows from an id on, in the order of ids.
    static var from: ReadSQL { get }
    static var table: String { get }
    /// The sum as `checksum` has it, of the columns where they stand: no array is shared by the threads that ask.
    static func sum(of s: SQLStatement) -> Int64
    /// The column that holds it.
    static var sumColumn: Int32 { get }
    /// The column that holds the folder's name.
    static var nameColumn: Int32 { get }
}

extension StoredRow {
    /// Throws for a row whose sum is wrong. Column 0 is the id.
    static func check(_ s: SQLStatement) throws(ArchiveError) {
        // The id becomes part of a node's number, the name of a path (RowRange); the other columns are compared and shown only.
        let isInRange = RowRange.ids.contains(s.int(0)) && s.withBytes(nameColumn) { RowRange.isName($0) }
        try checkRow(isInRange && s.int(sumColumn) == sum(of: s), table, s.int(0))
    }
}

extension RowChecksum {
    mutating func add(_ s: SQLStatement, int column: Int32) { add(s.int(column)) }

    mutating func add(_ s: SQLStatement, bytes column: Int32) { s.withBytes(column) { add($0) } }

    mutating func add(_ s: SQLStatement, bytes columns: ClosedRange<Int32>) { for column in columns { add(s, bytes: column) } }

    /// NULL is something else than no bytes.
    mutating func add(_ s: SQLStatement, optional columns: ClosedRange<Int32>) {
        for column in columns { if s.isNull(column) { add(-1) } else { add(s, bytes: column) } }
    }
}

/// Goes from row to row of a table, cheapest where ids ascend: the next row costs a step, not a look-up.
///
/// A read transaction must last as long as the cursor.
final class RowCursor<Row: StoredRow> {
    let statement: SQLStatement
    private var standsOn: Int64?
    /// How many rows are stepped over rather than looked up.
    private static var reach: Int64 { 2 }

    init(_ connection: Connection) throws(ArchiveError) { statement = try connection.statement(Row.from) }

    deinit { statement.reset() }

    /// Moves to a row and checks its sum. False when there is none.
    func move(to id: Int64) throws(ArchiveError) -> Bool {
        if standsOn == id { return true }
        if let at = standsOn, at < id, id &- at <= Self.reach {
            while let at = standsOn, at < id { try step() }
        } else {
            statement.reset()
            statement.bind(1, id)
            try step()
        }
        guard standsOn == id else { return false }
        try Row.check(statement)
        return true
    }

    private func step() throws(ArchiveError) {
        standsOn = nil
        if try statement.step() { standsOn = statement.int(0) }
    }
}
