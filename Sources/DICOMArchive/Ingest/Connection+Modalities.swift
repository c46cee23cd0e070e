/// Rows of `modalities` and `study_modalities`, made when they are new.
extension Connection {
    /// The row of a study under a modality.
    func studyModality(
        _ study: Int64, _ value: [UInt8], at now: Int64, _ names: EntityNames, _ nextID: (RowIDs.Table) -> Int64
    ) throws(ArchiveError) -> Int64 {
        let modality = try modality(value, at: now, names, nextID)
        let find = try statement(ReadSQL.studyModalityOf)
        find.bind(1, study)
        find.bind(2, modality)
        defer { find.reset() }
        if try find.step() { return find.int(0) }
        var record = StudyModalityRecord()
        record.id = nextID(.studyModalities)
        record.study = study
        record.modality = modality
        record.modifiedNs = now
        let insert = try statement(WriteSQL.insertStudyModality)
        insert.bind(1, record.id)
        insert.bind(2, record.study)
        insert.bind(3, record.modality)
        insert.bind(4, record.modifiedNs)
        insert.bind(5, record.checksum)
        try insert.run()
        return record.id
    }

    private func modality(
        _ value: [UInt8], at now: Int64, _ names: EntityNames, _ nextID: (RowIDs.Table) -> Int64
    ) throws(ArchiveError) -> Int64 {
        let find = try statement(WriteSQL.modalityByValue)
        find.bind(1, value)
        defer { find.reset() }
        if try find.step() { return find.int(0) }
        var record = ModalityRecord()
        record.id = nextID(.modalities)
        record.value = value
        record.modifiedNs = now
        try ViewNames(connection: self, names: names).claim(for: &record)
        let insert = try statement(WriteSQL.insertModality)
        insert.bind(1, record.id)
        for (index, column) in [record.name, record.nameKey, record.value].enumerated() { insert.bind(Int32(2 + index), column) }
        insert.bind(5, record.modifiedNs)
        insert.bind(6, record.checksum)
        try insert.run()
        return record.id
    }
}
