/// Making the tables, and checking that a file holds them and nothing else.
extension Schema {
    /// Creates the tables in an empty database, or checks and migrates an existing one. Runs in one transaction.
    ///
    /// - Parameter rule: for the names of an archive that is made now, the default's where nil; an existing one must have it.
    static func prepare(_ connection: Connection, path: String, rule: NamingRule? = nil) throws(ArchiveError) {
        try connection.transaction("BEGIN IMMEDIATE") { () throws(ArchiveError) in
            if try connection.scalar("SELECT count(*) FROM sqlite_schema") == 0 {
                try create(connection)
                try connection.write(rule ?? .people)
            } else {
                try check(connection, path: path)
                try migrate(connection, path: path)
                try checkRule(connection, path: path, rule)
            }
        }
    }

    /// Refuses files of other programs, of newer versions, and schemas that hold more or other things than ours.
    static func check(_ connection: Connection, path: String) throws(ArchiveError) {
        guard try connection.scalar("PRAGMA application_id") == applicationID else {
            throw ArchiveError(.notAnArchive, "\(path) is not a dcmfs archive")
        }
        let found = try connection.scalar("PRAGMA user_version") ?? 0
        guard found <= version else {
            throw ArchiveError(.newerVersion, "\(path) was made by a newer dcmfs (schema \(found), this program knows \(version))")
        }
        if found == version { try checkStatements(connection, path: path) } else { try checkTypes(connection, path: path) }
    }

    /// Whether the file is of an older version, which only a writer can bring up to date.
    static func isOutdated(_ connection: Connection) throws(ArchiveError) -> Bool {
        try connection.scalar("PRAGMA user_version") ?? 0 < version
    }

    private static func checkRule(_ connection: Connection, path: String, _ wanted: NamingRule?) throws(ArchiveError) {
        let rule = try connection.namingRule()
        guard let wanted, wanted != rule else { return }
        throw ArchiveError(.badPath, "\(path) has the names '\(rule.rawValue)'; to give it others: dcmfs rename \(path) --names=\(wanted.rawValue)")
    }

    private static func create(_ connection: Connection) throws(ArchiveError) {
        for statement in statements { try connection.execute(statement) }
        try connection.execute("PRAGMA application_id=\(applicationID)")
        try connection.execute("PRAGMA user_version=\(version)")
    }

    /// Steps from older versions go here, two lines per version; all of them are one transaction.
    private static func migrate(_ connection: Connection, path: String) throws(ArchiveError) {
        guard try isOutdated(connection) else { return }
        let found = try connection.scalar("PRAGMA user_version") ?? 0
        let version2 = Version2(connection: connection)
        let version3 = Version3(connection: connection)
        // All columns first: rows are read and summed with every column of today.
        if found < 2 { try version2.addColumns() }
        if found < 3 { try version3.addColumns() }
        if found < 2 { try version2.fill() }
        if found < 3 { try version3.fill() }
        try connection.execute("PRAGMA user_version=\(version)")
        try checkStatements(connection, path: path)
    }

    /// A trigger, a view or a changed table in a foreign file could answer queries with anything (P17).
    ///
    /// Every row of the schema counts, whatever it is called: names that begin with `sqlite_` are SQLite's own only by convention in
    /// a file that somebody else wrote.
    private static func checkStatements(_ connection: Connection, path: String) throws(ArchiveError) {
        let query = try connection.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY rowid")
        defer { query.reset() }
        var expected = Set(statements)
        while try query.step() {
            if isOwnOfSQLite(query) { continue }
            guard expected.remove(String(decoding: query.bytes(2), as: UTF8.self)) != nil else { throw foreign(path) }
        }
        guard expected.isEmpty else { throw ArchiveError(.notAnArchive, "\(path) lacks tables of a dcmfs archive") }
    }

    /// As `checkStatements` for files of older versions, whose statements are others: tables and indexes only.
    private static func checkTypes(_ connection: Connection, path: String) throws(ArchiveError) {
        let query = try connection.prepare("SELECT type FROM sqlite_schema WHERE type NOT IN ('table', 'index')")
        defer { query.reset() }
        if try query.step() { throw foreign(path) }
    }

    /// The table behind AUTOINCREMENT, and indexes of primary keys, which have no statement.
    private static func isOwnOfSQLite(_ row: SQLStatement) -> Bool {
        let type = row.bytes(0)
        if type == Array("table".utf8) {
            return row.equals(1, Array("sqlite_sequence".utf8)) && row.equals(2, Array("CREATE TABLE sqlite_sequence(name,seq)".utf8))
        }
        return type == Array("index".utf8) && row.isNull(2) && row.bytes(1).starts(with: Array("sqlite_autoindex_".utf8))
    }

    private static func foreign(_ path: String) -> ArchiveError {
        ArchiveError(.notAnArchive, "\(path) has tables, triggers or views that dcmfs did not make")
    }
}
