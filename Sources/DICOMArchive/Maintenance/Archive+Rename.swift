import DICOM

/// A name of the tree, or a person, that `dcmfs rename` changed.
package struct Renaming: Hashable, Sendable {
    /// Paths below the root of the tree.
    package let old: [UInt8]
    package let new: [UInt8]
}

extension Archive {
    /// Gives everything the names of another rule, in the order in which it came, as if it were indexed anew; ids, and so inode numbers,
    /// stay. Persons that the rule takes for one become one.
    ///
    /// - Parameters:
    ///   - parser: reads again the instances whose place among others only the file tells.
    ///   - isDryRun: whether all of it is undone in the end.
    ///   - onChange: gets each change. The caller may throw to undo all.
    /// - Returns: how many names changed.
    package func rename(
        to rule: NamingRule, parser: any HeaderParser, isDryRun: Bool = false, onChange: @escaping (Renaming) throws(ArchiveError) -> Void
    ) throws(ArchiveError) -> Int {
        guard let writer else { throw ArchiveError(.database, "the archive was opened for reading only") }
        let connection = try writer.connection()
        guard try connection.namingRule() != rule else { return 0 }
        var count = 0
        try connection.execute("BEGIN IMMEDIATE")
        do throws(ArchiveError) {
            try connection.write(rule)
            let counting = { (renaming: Renaming) throws(ArchiveError) in
                count += 1
                try onChange(renaming)
            }
            try Renamer(archive: self, connection: connection, names: EntityNames(rule), parser: parser, onChange: counting).run()
            try connection.execute(isDryRun ? "ROLLBACK" : "COMMIT")
        } catch {
            // The first error counts; after some errors SQLite has ended the transaction, and ROLLBACK fails too.
            try? connection.execute("ROLLBACK")
            throw error
        }
        return count
    }
}

private struct Renamer {
    let archive: Archive
    let connection: Connection
    let names: EntityNames
    let parser: any HeaderParser
    let onChange: (Renaming) throws(ArchiveError) -> Void

    private var views: ViewNames { ViewNames(connection: connection, names: names) }

    /// Every row is checked, then keys are made free: what is renamed later must not take a name from what is renamed earlier. `/` is
    /// in no name.
    func run() throws(ArchiveError) {
        for table in VerifiedTable.all {
            let rows = try connection.prepare(table.query)
            defer { rows.reset() }
            while try rows.step() { try table.check(rows) }
        }
        try PersonRegrouping(connection: connection, rule: names.rule).run(onChange)
        try connection.execute(
            """
            UPDATE patients SET name_key = CAST('/' || id AS BLOB), view_key = CAST('/' || id AS BLOB); \
            UPDATE studies SET name_key = CAST('/' || id AS BLOB), view_key = CAST('/' || id AS BLOB), \
            accession_key = CASE WHEN accession_key IS NULL THEN NULL ELSE CAST('/' || id AS BLOB) END, \
            uid_key = CASE WHEN uid_key IS NULL THEN NULL ELSE CAST('/' || id AS BLOB) END; \
            UPDATE series SET name_key = CAST('/' || id AS BLOB); UPDATE modalities SET name_key = CAST('/' || id AS BLOB)
            """)
        try renamePatients()
        try renameStudies()
        try renameSeries()
        try renameModalities()
        try renameInstances()
    }

    // MARK: - Folders

    /// Sums of rows were made of their former keys.
    private func ids(_ table: String) throws(ArchiveError) -> [Int64] {
        let query = try connection.prepare("SELECT id FROM \(table) ORDER BY id")
        return try connection.rows(query) { s in s.int(0) }
    }

    private func row<Row>(_ query: ReadSQL, _ id: Int64, _ make: (SQLStatement) throws(ArchiveError) -> Row) throws(ArchiveError) -> Row {
        guard let row = try connection.one(query, id, make) else { throw ArchiveError(.noSuchRow, "a row went while it was renamed") }
        return row
    }

    private func isTaken(_ query: WriteSQL, _ key: [UInt8], in parent: Int64? = nil) throws(ArchiveError) -> Bool {
        let statement = try connection.statement(query)
        statement.bind(1, key)
        if let parent { statement.bind(2, parent) }
        defer { statement.reset() }
        return try statement.step()
    }

    private func renamePatients() throws(ArchiveError) {
        let update = try connection.prepare("UPDATE patients SET name = ?2, name_key = ?3, view_name = ?4, view_key = ?5, checksum = ?6 WHERE id = ?1")
        for id in try ids("patients") {
            var record = try row(.patientByID, id) { s throws(ArchiveError) in try PatientRecord(s, hasSum: false) }
            let old = record.name
            let known = record
            // As at its first arrival: whoever came first has the bare name.
            let identity = UniqueName.identity("renamed patient", record.idKey, PersonNames.birthDateKey(record.birthDate), PersonNames.key(record.personName))
            (record.name, record.nameKey) = try UniqueName.claim(base: names.patient(id: known.patientID, name: known.personName), identity: identity) {
                key throws(ArchiveError) in try isTaken(.patientNameTaken, key)
            }
            try views.claim(for: &record)
            update.bind(1, id)
            for (index, column) in [record.name, record.nameKey, record.viewName, record.viewKey].enumerated() { update.bind(Int32(2 + index), column) }
            update.bind(6, record.checksum)
            try update.run()
            try tell([Array("patients".utf8)], old, record.name)
        }
    }

    private func renameStudies() throws(ArchiveError) {
        let update = try connection.prepare(
            """
            UPDATE studies SET name = ?2, name_key = ?3, view_name = ?4, view_key = ?5, accession_name = ?6, accession_key = ?7, uid_name = ?8, \
            uid_key = ?9, checksum = ?10 WHERE id = ?1
            """)
        var seen = Set<[UInt8]>()
        for id in try ids("studies") {
            var record = try row(.studyByID, id) { s throws(ArchiveError) in try StudyRecord(s, hasSum: false) }
            let known = record
            (record.accessionName, record.accessionKey, record.uidName, record.uidKey) = (nil, nil, nil, nil)
            let patient = try row(.patientByID, record.patient) { s throws(ArchiveError) in try PatientRecord(s) }
            (record.name, record.nameKey) = try UniqueName.claim(base: names.study(known), identity: UniqueName.identity("study", known.identity)) {
                key throws(ArchiveError) in try isTaken(.studyNameTaken, key, in: known.patient)
            }
            try views.claim(for: &record, patient: patient, isFirst: seen.insert(record.identity).inserted)
            update.bind(1, id)
            for (index, column) in [record.name, record.nameKey, record.viewName, record.viewKey].enumerated() { update.bind(Int32(2 + index), column) }
            for (index, column) in [record.accessionName, record.accessionKey, record.uidName, record.uidKey].enumerated() {
                update.bind(Int32(6 + index), column)
            }
            update.bind(10, record.checksum)
            try update.run()
            try tell([Array("patients".utf8), patient.name], known.name, record.name)
            try tell([Array("dates".utf8)], known.viewName, record.viewName)
            if let old = known.accessionName, let new = record.accessionName { try tell([Array("accessions".utf8)], old, new) }
        }
    }

    private func renameSeries() throws(ArchiveError) {
        let update = try connection.prepare("UPDATE series SET name = ?2, name_key = ?3, checksum = ?4 WHERE id = ?1")
        for id in try ids("series") {
            var record = try row(.seriesByID, id) { s throws(ArchiveError) in try SeriesRecord(s, hasSum: false) }
            let known = record
            let base = names.series(number: record.number, modality: record.modality, description: record.description)
            (record.name, record.nameKey) = try UniqueName.claim(base: base, identity: UniqueName.identity("series", known.identity)) {
                key throws(ArchiveError) in try isTaken(.seriesNameTaken, key, in: known.study)
            }
            update.bind(1, id)
            update.bind(2, record.name)
            update.bind(3, record.nameKey)
            update.bind(4, record.checksum)
            try update.run()
            if known.name != record.name { try tell(try folder(ofStudy: known.study), known.name, record.name) }
        }
    }

    private func renameModalities() throws(ArchiveError) {
        let update = try connection.prepare("UPDATE modalities SET name = ?2, name_key = ?3, checksum = ?4 WHERE id = ?1")
        for id in try ids("modalities") {
            var record = try row(.modalityByID, id) { s throws(ArchiveError) in try ModalityRecord(s, hasSum: false) }
            let old = record.name
            try views.claim(for: &record)
            update.bind(1, id)
            update.bind(2, record.name)
            update.bind(3, record.nameKey)
            update.bind(4, record.checksum)
            try update.run()
            try tell([Array("modalities".utf8)], old, record.name)
        }
    }

    // MARK: - Instances

    /// Only those with a suffix: the others are called by their number under every rule.
    private func renameInstances() throws(ArchiveError) {
        let select = try connection.prepare("SELECT \(ReadSQL.instance) FROM instances WHERE instr(stem, x'207E') > 0 AND id > ?1 ORDER BY id LIMIT 64")
        let update = try connection.prepare("UPDATE instances SET stem = ?2, checksum = ?3 WHERE id = ?1")
        var last: Int64 = 0
        while true {
            select.bind(1, last)
            let page = try connection.rows(select) { s throws(ArchiveError) in try InstanceRecord(s) }
            guard let end = page.last else { return }
            last = end.id
            let orders = try orders(of: page)
            for (record, order) in zip(page, orders) { try rename(record, order, update) }
        }
    }

    /// The keys of instances, from their files; what cannot be read stands behind the others.
    private func orders(of page: [InstanceRecord]) throws(ArchiveError) -> [[UInt8]] {
        var orders = page.map { _ in OrderKey.none }
        if names.rule == .plain { return orders }
        var files: [(place: Int, file: SourceFile)] = []
        for (place, record) in page.enumerated() {
            for source in try archive.sources(of: record.id, connection) {
                // Whatever is wrong with a source is known by its own name; the next one may be whole.
                guard let file = try? archive.open(source) else { continue }
                files.append((place, file))
                break
            }
        }
        let parsed = files.isEmpty ? [] : parser.parse(files.map(\.file.descriptor), sizes: files.map { Int($0.file.size) })
        for (file, input) in zip(files, parsed) {
            if case .outcome(.instance(let summary)) = input, OrderKey.isKey(summary.orderKey) { orders[file.place] = summary.orderKey }
        }
        return orders
    }

    private func rename(_ record: InstanceRecord, _ order: [UInt8], _ update: SQLStatement) throws(ArchiveError) {
        var renamed = record
        let tilde = record.stem.lastIndex(of: UInt8(ascii: "~")) ?? record.stem.endIndex
        let number = Array(record.stem[..<max(0, tilde - 1)])
        let base = [EntityNames(.plain).noNumber, EntityNames(.people).noNumber].contains(number) ? names.noNumber : number
        // The hash that it has stands for who it is; another one only where two of them are one without what stood before.
        let own = Array(record.stem[min(tilde + 1, record.stem.endIndex)...].split(separator: UInt8(ascii: "-")).last ?? [])
        let other = SHA256.base32(of: UniqueName.identity("renamed instance", record.sopUID, record.stem))
        for hash in [own] + (UniqueName.hashLength...other.count).map({ Array(other.prefix($0)) }) {
            renamed.stem = base + UniqueName.suffix(hash, hash.count, order: names.order(order))
            update.bind(1, record.id)
            update.bind(2, renamed.stem)
            update.bind(3, renamed.checksum)
            if try update.runUnlessTaken() { return try tell(try folder(ofSeries: record.series), record.stem, renamed.stem) }
        }
        throw ArchiveError(.database, "no name is left for an instance")
    }

    // MARK: - What is told

    private func folder(ofStudy id: Int64) throws(ArchiveError) -> [[UInt8]] {
        let study = try row(.studyByID, id) { s throws(ArchiveError) in try StudyRecord(s) }
        let patient = try row(.patientByID, study.patient) { s throws(ArchiveError) in try PatientRecord(s) }
        return [Array("patients".utf8), patient.name, study.name]
    }

    private func folder(ofSeries id: Int64) throws(ArchiveError) -> [[UInt8]] {
        let series = try row(.seriesByID, id) { s throws(ArchiveError) in try SeriesRecord(s) }
        return try folder(ofStudy: series.study) + [series.name]
    }

    private func tell(_ folder: [[UInt8]], _ old: [UInt8], _ new: [UInt8]) throws(ArchiveError) {
        guard old != new else { return }
        let path = folder.reduce([]) { joinPath($0, $1) }
        try onChange(Renaming(old: joinPath(path, old), new: joinPath(path, new)))
    }
}
