/// From version 1: the names in the views beside `/patients`, and the folders of those views.
///
/// What version 1 did not take from the files (body part, manufacturer and so on) stays empty until the next `dcmfs index`,
/// which reads the first file of each series again.
struct Version2 {
    let connection: Connection

    /// Names were plain when there was no other rule.
    private static let names = EntityNames(.plain)

    private static let columns = [
        ("patients", ["view_name BLOB", "view_key BLOB"]),
        (
            "studies",
            [
                "view_name BLOB", "view_key BLOB", "day INTEGER", "accession_name BLOB", "accession_key BLOB", "uid_name BLOB", "uid_key BLOB",
            ]
        ),
        (
            "series",
            [
                "modality_study INTEGER", "uid_name BLOB", "uid_key BLOB", "body_part BLOB", "manufacturer BLOB", "model BLOB", "protocol BLOB",
                "institution BLOB", "sop_class INTEGER",
            ]
        ),
        ("instances", ["uid_stem BLOB"]),
    ]

    func addColumns() throws(ArchiveError) {
        for (table, columns) in Self.columns {
            for column in columns { try connection.execute("ALTER TABLE \(table) ADD COLUMN \(column)") }
        }
        for statement in Schema.viewTables + Schema.viewIndexes { try connection.execute(statement) }
    }

    func fill() throws(ArchiveError) {
        let names = try namePatients()
        try nameStudies(patients: names)
        try nameSeries()
        try nameInstances()
        try markFirstInstances()
        try addFolders()
        try connection.countedTotals().write(connection)
    }

    /// Patients by id.
    private func namePatients() throws(ArchiveError) -> [Int64: PatientRecord] {
        let names = ViewNames(connection: connection, names: Self.names)
        var patients: [Int64: PatientRecord] = [:]
        let select = try connection.prepare("SELECT \(ReadSQL.patient) FROM patients ORDER BY id")
        let update = try connection.prepare("UPDATE patients SET view_name = ?2, view_key = ?3, checksum = ?4 WHERE id = ?1")
        for var record in try all(select, { s throws(ArchiveError) in try PatientRecord(s, isVersion1: true) }) {
            try names.claim(for: &record)
            patients[record.id] = record
            update.bind(1, record.id)
            update.bind(2, record.viewName)
            update.bind(3, record.viewKey)
            update.bind(4, record.checksum)
            try update.run()
        }
        return patients
    }

    private func nameStudies(patients: [Int64: PatientRecord]) throws(ArchiveError) {
        let names = ViewNames(connection: connection, names: Self.names)
        var seen = Set<[UInt8]>()
        let select = try connection.prepare("SELECT \(ReadSQL.study) FROM studies ORDER BY id")
        let update = try connection.prepare(
            """
            UPDATE studies SET view_name = ?2, view_key = ?3, day = ?4, accession_name = ?5, accession_key = ?6, uid_name = ?7, uid_key = ?8, \
            checksum = ?9 WHERE id = ?1
            """)
        for var record in try all(select, { s throws(ArchiveError) in try StudyRecord(s, isVersion1: true) }) {
            try names.claim(for: &record, patient: patients[record.patient], isFirst: seen.insert(record.identity).inserted)
            update.bind(1, record.id)
            update.bind(2, record.viewName)
            update.bind(3, record.viewKey)
            update.bind(4, record.day)
            for (index, column) in [record.accessionName, record.accessionKey, record.uidName, record.uidKey].enumerated() {
                update.bind(Int32(5 + index), column)
            }
            update.bind(9, record.checksum)
            try update.run()
        }
    }

    private func nameSeries() throws(ArchiveError) {
        let names = ViewNames(connection: connection, names: Self.names)
        var ids = try RowIDs(connection)
        let select = try connection.prepare("SELECT \(ReadSQL.series) FROM series ORDER BY id")
        let update = try connection.prepare(
            """
            UPDATE series SET modality_study = ?2, uid_name = ?3, uid_key = ?4, body_part = x'', manufacturer = x'', model = x'', \
            protocol = x'', institution = x'', sop_class = ?5, checksum = ?6 WHERE id = ?1
            """)
        let sopClass = try connection.prepare("SELECT sop_class FROM instances WHERE series = ?1 ORDER BY id LIMIT 1")
        for var record in try all(select, { s throws(ArchiveError) in try SeriesRecord(s, isVersion1: true) }) {
            try names.claim(for: &record)
            record.modalityStudy = try connection.studyModality(record.study, record.modality, at: record.modifiedNs, Self.names) { ids.next($0) }
            sopClass.bind(1, record.id)
            if try sopClass.step() { record.sopClass = sopClass.int(0) }
            sopClass.reset()
            update.bind(1, record.id)
            update.bind(2, record.modalityStudy)
            update.bind(3, record.uidName)
            update.bind(4, record.uidKey)
            update.bind(5, record.sopClass)
            update.bind(6, record.checksum)
            try update.run()
        }
    }

    /// Only those that have no plain UID, or share it with an earlier one: few.
    private func nameInstances() throws(ArchiveError) {
        let shared = try connection.prepare(
            """
            SELECT \(ReadSQL.instance) FROM instances i WHERE EXISTS \
            (SELECT 1 FROM instances o WHERE o.sop_key = i.sop_key AND o.id < i.id AND o.sop_uid = i.sop_uid) ORDER BY id
            """)
        let odd = try connection.prepare("SELECT \(ReadSQL.instance) FROM instances WHERE id IN (\(try oddInstances()))")
        let update = try connection.prepare("UPDATE instances SET uid_stem = ?2, checksum = ?3 WHERE id = ?1")
        for (select, isConflict) in [(shared, true), (odd, false)] {
            for var record in try all(select, { s throws(ArchiveError) in try InstanceRecord(s, isUnnamed: true) }) where record.uidStem == nil {
                let sop = SOPIdentity(uid: record.sopUID, key: record.sopKey)
                // The row itself tells conflicting instances apart: their digests are with their sources.
                let identity =
                    isConflict
                    ? UniqueName.identity("instance", record.sopUID, Array("\(record.id)".utf8)) : UniqueName.identity("instance", record.sopUID)
                record.uidStem = ViewNames.stem(sop, identity: identity, isConflict: isConflict)
                update.bind(1, record.id)
                update.bind(2, record.uidStem)
                update.bind(3, record.checksum)
                try update.run()
            }
        }
    }

    /// Ids of instances whose UID is missing or odd, joined by commas.
    private func oddInstances() throws(ArchiveError) -> String {
        let select = try connection.prepare("SELECT id, sop_uid FROM instances")
        var ids: [String] = []
        while try select.step() {
            if !EntityNames.isPlainUID(select.bytes(1)) { ids.append("\(select.int(0))") }
        }
        return ids.joined(separator: ",")
    }

    /// The first file of each series is to be read again: what a series' row has is of that one.
    private func markFirstInstances() throws(ArchiveError) {
        let first = try connection.prepare("SELECT \(ReadSQL.instance) FROM instances WHERE id IN (SELECT min(id) FROM instances GROUP BY series)")
        let update = try connection.prepare("UPDATE instances SET text_version = ?2, checksum = ?3 WHERE id = ?1")
        for var record in try all(first, { s throws(ArchiveError) in try InstanceRecord(s) }) {
            record.textVersion |= DescriptionVersion.lacksSeries
            update.bind(1, record.id)
            update.bind(2, record.textVersion)
            update.bind(3, record.checksum)
            try update.run()
        }
        try connection.execute("DELETE FROM meta WHERE key = 'described-by'")
    }

    private func addFolders() throws(ArchiveError) {
        let days = try connection.prepare(
            "SELECT day, max(modified_ns) FROM studies GROUP BY day UNION ALL SELECT -1, max(modified_ns) FROM studies WHERE accession_key IS NULL")
        let insert = try connection.statement(WriteSQL.replaceViewFolder)
        while try days.step() {
            guard let newest = days.optionalInt(1) else { continue }
            let record = ViewFolderRecord(id: days.int(0), modifiedNs: newest)
            insert.bind(1, record.id)
            insert.bind(2, record.modifiedNs)
            insert.bind(3, record.checksum)
            try insert.run()
        }
    }

    /// Read wholly first: a table is not read while it is written.
    private func all<Row>(_ statement: SQLStatement, _ row: (SQLStatement) throws(ArchiveError) -> Row) throws(ArchiveError) -> [Row] {
        defer { statement.reset() }
        var rows: [Row] = []
        while try statement.step() { rows.append(try row(statement)) }
        return rows
    }
}
