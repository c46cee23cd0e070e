/// Sources whose content changed although its digest was stored.
extension Archive {
    /// Those that nobody acknowledged, by path and time.
    func contentChanges() throws(ArchiveError) -> [ProblemEntry] {
        try pool.read { connection throws(ArchiveError) in
            let query = try connection.prepare(
                """
                SELECT \(ReadSQL.qualified(ChangeRecord.columns, "c")), \(ReadSQL.qualified(ReadSQL.directory, "d")), \
                \(ReadSQL.qualified(ReadSQL.root, "r")) FROM changes c JOIN directories d ON d.id = c.directory JOIN roots r ON r.id = d.root \
                ORDER BY r.is_relative, r.path, d.path, c.name, c.changed_ns
                """)
            return try connection.rows(query) { s throws(ArchiveError) in
                let record = try ChangeRecord(s)
                let path = try Self.path(of: record, s, archiveFolder: folder)
                return ProblemEntry(reason: "changed", path: path, offset: -1, message: Array(record.message.utf8))
            }
        }
    }

    private static func path(of record: ChangeRecord, _ s: SQLStatement, archiveFolder: [UInt8]) throws(ArchiveError) -> [UInt8] {
        let directory = try DirectoryRecord(id: record.directory, s, from: 8)
        let root = try RootRecord(id: directory.root, s, from: 13)
        return joinPath(joinPath(root.absolutePath(archiveFolder: archiveFolder), directory.path), record.name)
    }

    /// Takes changes of content as they are: all of them, or those of the files at or below a path, which need not exist any more.
    /// - Returns: how many.
    package func acknowledge(path given: [UInt8]? = nil) throws(ArchiveError) -> Int {
        guard let writer else { throw ArchiveError(.database, "the archive was opened for reading only") }
        let connection = try writer.connection()
        let wanted = given.map { absolutePath($0) }
        var acknowledged = 0
        try connection.transaction("BEGIN IMMEDIATE") { () throws(ArchiveError) in
            let query = try connection.prepare(
                """
                SELECT \(ReadSQL.qualified(ChangeRecord.columns, "c")), \(ReadSQL.qualified(ReadSQL.directory, "d")), \
                \(ReadSQL.qualified(ReadSQL.root, "r")) FROM changes c JOIN directories d ON d.id = c.directory JOIN roots r ON r.id = d.root
                """)
            let records = try connection.rows(query) { s throws(ArchiveError) in
                let record = try ChangeRecord(s)
                return (record, try Self.path(of: record, s, archiveFolder: folder))
            }
            let delete = try connection.prepare("DELETE FROM changes WHERE directory = ?1 AND name = ?2 AND changed_ns = ?3")
            for (record, path) in records where wanted.map({ path == $0 || pathBelow($0, path) != nil }) ?? true {
                delete.bind(1, record.directory)
                delete.bind(2, record.name)
                delete.bind(3, record.changedNs)
                try delete.run()
                acknowledged += 1
            }
        }
        return acknowledged
    }
}
