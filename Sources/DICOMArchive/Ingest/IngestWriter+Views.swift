/// Folders of the views that no patient, study or series stands for.
extension IngestWriter {
    /// Studies under modalities: those without a series go, then modalities without a study.
    func flushStudyModalities(_ pairs: Set<Int64>) throws(ArchiveError) {
        var modalities = Set<Int64>()
        for id in pairs.sorted() {
            let find = try connection.statement(ReadSQL.studyModalityByID)
            find.bind(1, id)
            var found: StudyModalityRecord?
            defer { find.reset() }
            if try find.step() { found = try StudyModalityRecord(find) }
            guard var record = found else { continue }
            modalities.insert(record.modality)
            if try exists(.anySeriesOfStudyModality, { $0.bind(1, id) }) {
                record.modifiedNs = now
                try stamp(.updateStudyModality, id, record.checksum)
            } else {
                try delete(.deleteStudyModality, id)
            }
        }
        for id in modalities.sorted() { try flushModality(id) }
    }

    private func flushModality(_ id: Int64) throws(ArchiveError) {
        let find = try connection.statement(ReadSQL.modalityByID)
        find.bind(1, id)
        defer { find.reset() }
        guard try find.step() else { return }
        var record = try ModalityRecord(find)
        if try exists(.anyStudyOfModality, { $0.bind(1, id) }) {
            record.modifiedNs = now
            try stamp(.updateModality, id, record.checksum)
        } else {
            try delete(.deleteModality, id)
        }
    }

    /// Days and the folder of studies without an accession number.
    func flushViewFolders(_ touched: Set<Int64>) throws(ArchiveError) {
        for id in touched.sorted() {
            let isNone = id == ViewFolderRow.noAccession
            if try exists(isNone ? .anyStudyByAccessionState : .anyStudyOfDay, { $0.bind(1, isNone ? 1 : id) }) {
                try write(ViewFolderRecord(id: id, modifiedNs: now))
            } else {
                try delete(.deleteViewFolder, id)
            }
        }
    }

    private func write(_ record: ViewFolderRecord) throws(ArchiveError) {
        let replace = try connection.statement(WriteSQL.replaceViewFolder)
        replace.bind(1, record.id)
        replace.bind(2, record.modifiedNs)
        replace.bind(3, record.checksum)
        try replace.run()
    }

    private func delete(_ query: WriteSQL, _ id: Int64) throws(ArchiveError) {
        let delete = try connection.statement(query)
        delete.bind(1, id)
        try delete.run()
    }
}
