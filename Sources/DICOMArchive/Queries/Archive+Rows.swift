/// Running the prepared statements: several rows behind an id, or one row.
extension Archive {
    func list<Row>(
        _ query: ReadSQL, _ after: Int64, _ limit: Int, in parent: Int64?, _ row: (SQLStatement) throws(ArchiveError) -> Row
    ) throws(ArchiveError) -> [Row] {
        try pool.read { connection throws(ArchiveError) in try connection.list(query, after, limit, in: parent, row) }
    }

    func one<Row>(_ query: ReadSQL, _ id: Int64, _ row: (SQLStatement) throws(ArchiveError) -> Row) throws(ArchiveError) -> Row? {
        try pool.read { connection throws(ArchiveError) in try connection.one(query, id, row) }
    }

    func one<Row>(
        _ query: ReadSQL, _ key: [UInt8], in parent: Int64?, _ row: (SQLStatement) throws(ArchiveError) -> Row
    ) throws(ArchiveError) -> Row? {
        try pool.read { connection throws(ArchiveError) in
            let statement = try connection.statement(query)
            statement.bind(1, key)
            if let parent { statement.bind(2, parent) }
            defer { statement.reset() }
            return try statement.step() ? try row(statement) : nil
        }
    }
}

extension Connection {
    func list<Row>(
        _ query: ReadSQL, _ after: Int64, _ limit: Int, in parent: Int64?, _ row: (SQLStatement) throws(ArchiveError) -> Row
    ) throws(ArchiveError) -> [Row] {
        let statement = try statement(query)
        statement.bind(1, after)
        statement.bind(2, Int64(limit))
        if let parent { statement.bind(3, parent) }
        return try rows(statement, row)
    }

    func one<Row>(_ query: ReadSQL, _ id: Int64, _ row: (SQLStatement) throws(ArchiveError) -> Row) throws(ArchiveError) -> Row? {
        let statement = try statement(query)
        statement.bind(1, id)
        defer { statement.reset() }
        return try statement.step() ? try row(statement) : nil
    }

    /// Every row of a statement with its values bound.
    func rows<Row>(_ statement: SQLStatement, _ row: (SQLStatement) throws(ArchiveError) -> Row) throws(ArchiveError) -> [Row] {
        defer { statement.reset() }
        var rows: [Row] = []
        while try statement.step() { rows.append(try row(statement)) }
        return rows
    }
}
