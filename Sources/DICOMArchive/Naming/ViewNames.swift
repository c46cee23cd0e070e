/// The names of entities in the views beside `/patients`, claimed when their row is made and kept in it.
struct ViewNames {
    let connection: Connection
    let names: EntityNames

    func claim(for record: inout PatientRecord) throws(ArchiveError) {
        (record.viewName, record.viewKey) = try UniqueName.claim(
            base: names.person(record), identity: UniqueName.identity("patient", record.name)
        ) { key throws(ArchiveError) in
            try isTaken(.patientViewTaken, key)
        }
    }

    /// - Parameters:
    ///   - patient: whose study it is; nil for one that is not there, which only a damaged archive has.
    ///   - isFirst: whether no other row of this identity is called by it in `/uids`.
    func claim(for record: inout StudyRecord, patient: PatientRecord?, isFirst: Bool) throws(ArchiveError) {
        let patient = patient ?? PatientRecord()
        let identity = UniqueName.identity("study", record.identity, patient.name)
        (record.viewName, record.viewKey) = try UniqueName.claim(base: names.study(record, of: patient), identity: identity) {
            key throws(ArchiveError) in
            try isTaken(.studyViewTaken, key)
        }
        record.day = EntityNames.day(record.date)
        let accession = names.accession(record, of: patient)
        if !accession.isEmpty {
            let none = caseFolded(EntityNames.none)
            (record.accessionName, record.accessionKey) = try UniqueName.claim(base: accession, identity: identity) { key throws(ArchiveError) in
                if key == none { return true }
                return try isTaken(.accessionTaken, key)
            }
        }
        if isFirst && EntityNames.isPlainUID(record.identity) { return }
        (record.uidName, record.uidKey) = try UniqueName.claim(
            base: EntityNames.oddUID(record.identity), identity: identity, alwaysSuffixed: true
        ) { key throws(ArchiveError) in
            try isTaken(.studyUIDTaken, key)
        }
    }

    func claim(for record: inout SeriesRecord) throws(ArchiveError) {
        if EntityNames.isPlainUID(record.identity) { return }
        let study = record.study
        (record.uidName, record.uidKey) = try UniqueName.claim(
            base: EntityNames.oddUID(record.identity), identity: UniqueName.identity("series", record.identity), alwaysSuffixed: true
        ) { key throws(ArchiveError) in
            try isTaken(.seriesUIDTaken, key, in: study)
        }
    }

    func claim(for record: inout ModalityRecord) throws(ArchiveError) {
        let none = caseFolded(EntityNames.none)
        let value = names.part(record.value)
        let isNone = value.isEmpty
        (record.name, record.nameKey) = try UniqueName.claim(
            base: isNone ? EntityNames.none : value, identity: UniqueName.identity("modality", record.value)
        ) { key throws(ArchiveError) in
            if key == none && !isNone { return true }
            return try isTaken(.modalityTaken, key)
        }
    }

    /// The name of an instance in `/uids`, nil where that is its UID.
    static func stem(_ sop: SOPIdentity, identity: [UInt8], isConflict: Bool, hashLength: Int = UniqueName.hashLength) -> [UInt8]? {
        if !isConflict && EntityNames.isPlainUID(sop.uid) { return nil }
        let suffix = UniqueName.suffix(SHA256.base32(of: identity), hashLength)
        return FileName.complete(EntityNames.oddUID(sop.uid), suffix: suffix)
    }

    private func isTaken(_ query: WriteSQL, _ key: [UInt8], in parent: Int64? = nil) throws(ArchiveError) -> Bool {
        let statement = try connection.statement(query)
        statement.bind(1, key)
        if let parent { statement.bind(2, parent) }
        defer { statement.reset() }
        return try statement.step()
    }
}
