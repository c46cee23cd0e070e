import DICOM

/// From version 2: what identifies the filesystem of a root, numbers for frames (`st_ino`), and the events of changed content.
///
/// Identities of roots stay NULL until the next `dcmfs index`: what a root was when it was indexed is not known afterwards.
struct Version3 {
    let connection: Connection

    private static let columns = [
        ("roots", ["inode INTEGER", "filesystem BLOB"]),
        ("directories", ["filesystem BLOB"]),
        ("sources", ["young INTEGER"]),
        ("instances", ["frames_ino INTEGER"]),
    ]

    /// Apart from `fill`, because the step from version 1 reads rows with every column of today.
    func addColumns() throws(ArchiveError) {
        for (table, columns) in Self.columns {
            for column in columns { try connection.execute("ALTER TABLE \(table) ADD COLUMN \(column)") }
        }
        for statement in Schema.eventTables { try connection.execute(statement) }
    }

    func fill() throws(ArchiveError) {
        var ids = try RowIDs(connection)
        let update = try connection.prepare("UPDATE instances SET frames_ino = ?2, checksum = ?3 WHERE id = ?1")
        var last: Int64 = 0
        while true {
            // In pages: a table is not read while it is written, and nothing here grows with the archive.
            let page = try multiFrameInstances(after: last)
            guard let end = page.last else { break }
            for var record in page {
                record.framesIno = ids.nextFrames(record.picture?.frameCount ?? 0)
                update.bind(1, record.id)
                update.bind(2, record.framesIno)
                update.bind(3, record.checksum)
                try update.run()
            }
            last = end.id
        }
        try ids.save(connection)
    }

    private func multiFrameInstances(after id: Int64) throws(ArchiveError) -> [InstanceRecord] {
        let select = try connection.prepare("SELECT \(ReadSQL.instance) FROM instances WHERE frames > 1 AND id > ?1 ORDER BY id LIMIT 1024")
        select.bind(1, id)
        defer { select.reset() }
        var records: [InstanceRecord] = []
        while try select.step() { records.append(try InstanceRecord(select)) }
        return records
    }
}
