/// A row that can be summed and used where SQLite has it: no column of it is copied that nobody asks for.
protocol StoredRow {
    /// The rows from an id on, in the order of ids.
    static var from: ReadSQL { get }
    static var table: String { get }
    /// What goes into the row's sum, in its order.
    static var summed: [SummedColumn] { get }
    /// Keeps rows of different tables apart in sums.
    static var seed: UInt64 { get }
    /// The column of the sum.
    static var sum: Int32 { get }
}

/// A column by its place in the statement, and how it is summed.
enum SummedColumn {
    case int(Int32)
    case bytes(Int32)
    /// NULL is something else than no bytes.
    case optional(Int32)
}

extension StoredRow {
    /// Throws for a row whose sum is wrong. Column 0 is the id.
    static func check(_ s: SQLStatement) throws(ArchiveError) {
        var sum = RowChecksum(seed)
        for column in summed {
            switch column {
            case .int(let place): sum.add(s.int(place))
            case .bytes(let place): s.withBytes(place) { sum.add($0) }
            case .optional(let place): if s.isNull(place) { sum.add(-1) } else { s.withBytes(place) { sum.add($0) } }
            }
        }
        try checkRow(s.int(self.sum) == sum.value, table, s.int(0))
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
