import DICOM

/// Rows of `studies` and `series`.
extension IngestWriter {
    func study(for summary: InstanceSummary, patient: Int64) throws(ArchiveError) -> Int64 {
        let identity = summary.studyIdentity
        let same = try studies(withIdentity: identity)
        if let known = same.first(where: { $0.patient == patient }) { return known.id }
        try begin()
        let isFirst = !same.contains { $0.uidName == nil }
        let record = try newStudy(summary, patient: patient, identity: identity, isFirst: isFirst)
        let insert = try connection.statement(WriteSQL.insertStudy)
        insert.bind(1, record.id)
        insert.bind(2, patient)
        insert.bind(3, record.name)
        insert.bind(4, record.modifiedNs)
        let columns = [record.nameKey, identity, record.date, record.time, record.studyID, record.description, record.accession]
        for (index, column) in columns.enumerated() { insert.bind(Int32(5 + index), column) }
        insert.bind(12, record.checksum)
        insert.bind(13, record.viewName)
        insert.bind(14, record.viewKey)
        insert.bind(15, record.day)
        for (index, column) in [record.accessionName, record.accessionKey, record.uidName, record.uidKey].enumerated() {
            insert.bind(Int32(16 + index), column)
        }
        try insert.run()
        totalsChange.studies += 1
        if identity.first != 0, let other = same.first { try addConflict(.study, record.id, other.id) }
        return record.id
    }

    private func newStudy(_ summary: InstanceSummary, patient: Int64, identity: [UInt8], isFirst: Bool) throws(ArchiveError) -> StudyRecord {
        var record = StudyRecord()
        record.id = ids.next(.studies)
        record.patient = patient
        record.identity = identity
        record.date = summary.studyDate
        record.time = summary.studyTime
        record.studyID = summary.studyID
        record.description = summary.studyDescription
        record.accession = summary.accessionNumber
        record.modifiedNs = now
        let base = names.study(record)
        (record.name, record.nameKey) = try UniqueName.claim(base: base, identity: UniqueName.identity("study", identity)) {
            key throws(ArchiveError) in
            try exists(.studyNameTaken) {
                $0.bind(1, key)
                $0.bind(2, patient)
            }
        }
        try ViewNames(connection: connection, names: names).claim(for: &record, patient: try patientRecord(patient), isFirst: isFirst)
        return record
    }

    private func studies(withIdentity identity: [UInt8]) throws(ArchiveError) -> [StudyRecord] {
        let query = try connection.statement(WriteSQL.studiesByIdentity)
        query.bind(1, identity)
        defer { query.reset() }
        var records: [StudyRecord] = []
        while try query.step() { records.append(try StudyRecord(query)) }
        return records
    }

    func series(for summary: InstanceSummary, study: Int64) throws(ArchiveError) -> Int64 {
        let identity = summary.seriesIdentity
        let same = try series(withIdentity: identity)
        if let known = same.first(where: { $0.study == study }) { return known.id }
        try begin()
        let record = try newSeries(summary, study: study, identity: identity)
        let insert = try connection.statement(WriteSQL.insertSeries)
        insert.bind(1, record.id)
        insert.bind(2, study)
        insert.bind(3, record.name)
        insert.bind(4, record.modifiedNs)
        let columns = [record.nameKey, identity, record.number, record.modality, record.description]
        for (index, column) in columns.enumerated() { insert.bind(Int32(5 + index), column) }
        insert.bind(10, record.checksum)
        insert.bind(11, record.modalityStudy)
        insert.bind(12, record.uidName)
        insert.bind(13, record.uidKey)
        let more = [record.bodyPart, record.manufacturer, record.model, record.protocolName, record.institution]
        for (index, column) in more.enumerated() { insert.bind(Int32(14 + index), column) }
        insert.bind(19, record.sopClass)
        try insert.run()
        totalsChange.series += 1
        try noteSharedSeries(record, summary.studyIdentity, same)
        return record.id
    }

    /// A series under two studies is worth a line; one under the two rows of a study that itself has one is not.
    private func noteSharedSeries(_ record: SeriesRecord, _ study: [UInt8], _ same: [SeriesRecord]) throws(ArchiveError) {
        guard record.identity.first != 0 else { return }
        for other in same where try studyRecord(other.study)?.identity != study {
            return try addConflict(.series, record.id, other.id)
        }
    }

    private func newSeries(_ summary: InstanceSummary, study: Int64, identity: [UInt8]) throws(ArchiveError) -> SeriesRecord {
        var record = SeriesRecord()
        record.id = ids.next(.series)
        record.study = study
        record.identity = identity
        let base = names.series(number: summary.seriesNumber, modality: summary.modality, description: summary.seriesDescription)
        (record.name, record.nameKey) = try UniqueName.claim(base: base, identity: UniqueName.identity("series", identity)) {
            key throws(ArchiveError) in
            try exists(.seriesNameTaken) {
                $0.bind(1, key)
                $0.bind(2, study)
            }
        }
        record.number = summary.seriesNumber
        record.modality = summary.modality
        record.description = summary.seriesDescription
        record.modifiedNs = now
        try describe(&record, summary)
        try ViewNames(connection: connection, names: names).claim(for: &record)
        record.modalityStudy = try connection.studyModality(study, summary.modality, at: now, names) { ids.next($0) }
        return record
    }

    /// What the index keeps of a series' first instance and no name is made of.
    private func describe(_ record: inout SeriesRecord, _ summary: InstanceSummary) throws(ArchiveError) {
        record.bodyPart = summary.bodyPartExamined
        record.manufacturer = summary.manufacturer
        record.model = summary.manufacturerModelName
        record.protocolName = summary.protocolName
        record.institution = summary.institutionName
        record.sopClass = try text(summary.sopClassUID)
    }

    /// Fills in what the version that made the row did not take from the file.
    func describeSeries(_ id: Int64, _ summary: InstanceSummary) throws(ArchiveError) {
        guard var record = try seriesRecord(id) else { return }
        try describe(&record, summary)
        let update = try connection.statement(WriteSQL.describeSeries)
        update.bind(1, id)
        let columns = [record.bodyPart, record.manufacturer, record.model, record.protocolName, record.institution]
        for (index, column) in columns.enumerated() { update.bind(Int32(2 + index), column) }
        update.bind(7, record.sopClass)
        update.bind(8, record.checksum)
        try update.run()
    }

    private func series(withIdentity identity: [UInt8]) throws(ArchiveError) -> [SeriesRecord] {
        let query = try connection.statement(WriteSQL.seriesByIdentity)
        query.bind(1, identity)
        defer { query.reset() }
        var records: [SeriesRecord] = []
        while try query.step() { records.append(try SeriesRecord(query)) }
        return records
    }

    func studyRecord(_ id: Int64) throws(ArchiveError) -> StudyRecord? {
        let query = try connection.statement(ReadSQL.studyByID)
        query.bind(1, id)
        defer { query.reset() }
        return try query.step() ? try StudyRecord(query) : nil
    }

    func seriesRecord(_ id: Int64) throws(ArchiveError) -> SeriesRecord? {
        let query = try connection.statement(ReadSQL.seriesByID)
        query.bind(1, id)
        defer { query.reset() }
        return try query.step() ? try SeriesRecord(query) : nil
    }

    func patientRecord(_ id: Int64) throws(ArchiveError) -> PatientRecord? {
        let query = try connection.statement(ReadSQL.patientByID)
        query.bind(1, id)
        defer { query.reset() }
        return try query.step() ? try PatientRecord(query) : nil
    }
}
