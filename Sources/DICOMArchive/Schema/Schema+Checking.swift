/// Making the tables, and checking that a file holds them and nothing else.
extension Schema {
    /// Creates the tables in an empty database, or checks and migrates an existing one. Runs in one transaction.
    static func prepare(_ connection: Connection, path: String) throws(ArchiveError) {
        try connection.transaction("BEGIN IMMEDIATE") { () throws(ArchiveError) in
            if try connection.scalar("SELECT count(*) FROM sqlite_schema") == 0 {
                try create(connection)
            } else {
                try check(connection, path: path)
                try migrate(connection, path: path)
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
        guard found == version else { return }
        try checkStatements(connection, path: path)
    }

    /// Whether the file is of an older version, which only a writer can bring up to date.
    static func isOutdated(_ connection: Connection) throws(ArchiveError) -> Bool {
        try connection.scalar("PRAGMA user_version") ?? 0 < version
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
    private static func checkStatements(_ connection: Connection, path: String) throws(ArchiveError) {
        let query = try connection.prepare("SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid")
        var expected = Set(statements)
        while try query.step() {
            guard expected.remove(String(decoding: query.bytes(0), as: UTF8.self)) != nil else {
                query.reset()
                throw ArchiveError(.notAnArchive, "\(path) has tables that dcmfs did not make")
            }
        }
        guard expected.isEmpty else { throw ArchiveError(.notAnArchive, "\(path) lacks tables of a dcmfs archive") }
    }
}
