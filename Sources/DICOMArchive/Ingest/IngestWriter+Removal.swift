/// Rows that go, and the times of folders above what changed.
extension IngestWriter {
    /// A source no longer belongs to its instance; its row is the caller's to rewrite or delete. An instance without any
    /// source goes; else another source becomes its first.
    func detach(_ source: SourceRecord, from instance: Int64) throws(ArchiveError) {
        try begin()
        let others = try sources(ofInstance: instance).filter { $0.directory != source.directory || $0.name != source.name }
        guard !others.isEmpty else { return try deleteInstance(instance) }
        try touchInstance(instance)
        guard source.kind == .instance, var heir = others.first(where: { $0.kind == .duplicate }) else { return }
        heir.kind = .instance
        try write(heir, isNew: false)
    }

    /// Deletes a source's row and what hangs on it.
    func drop(_ source: SourceRecord) throws(ArchiveError) {
        if let instance = source.instance { try detach(source, from: instance) }
        try deleteRow(source)
    }

    func deleteRow(_ source: SourceRecord) throws(ArchiveError) {
        try begin()
        let delete = try connection.statement(WriteSQL.deleteSource)
        delete.bind(1, source.directory)
        delete.bind(2, source.name)
        try delete.run()
        try deleteProblems(source.directory, source.name)
    }

    func touchInstance(_ id: Int64) throws(ArchiveError) {
        if let record = try instanceRecord(id) { touchedSeries.insert(record.series) }
    }

    private func deleteInstance(_ id: Int64) throws(ArchiveError) {
        guard let record = try instanceRecord(id) else { return }
        try delete(.deleteInstance, [.instance], id)
        totalsChange.remove(record)
        touchedSeries.insert(record.series)
    }

    private func delete(_ query: WriteSQL, _ kinds: [ConflictKind], _ id: Int64) throws(ArchiveError) {
        let delete = try connection.statement(query)
        delete.bind(1, id)
        try delete.run()
        for kind in kinds {
            for conflicts in [WriteSQL.deleteConflicts, .deleteOtherConflicts] {
                let delete = try connection.statement(conflicts)
                delete.bind(1, Int64(kind.rawValue))
                delete.bind(2, id)
                try delete.run()
            }
        }
    }

    /// At the end of a transaction: folders that became empty go, the others above a change carry its time.
    ///
    /// Not before, so that a series whose only file is replaced keeps its row and its name.
    func flushTouched() throws(ArchiveError) {
        var studies = Set<Int64>()
        var pairs = Set<Int64>()
        for id in touchedSeries.sorted() {
            guard let record = try seriesRecord(id) else { continue }
            studies.insert(record.study)
            pairs.insert(record.modalityStudy)
            if try exists(.anyInstanceOfSeries, { $0.bind(1, id) }) {
                var record = record
                record.modifiedNs = now
                try stamp(.updateSeries, id, record.checksum)
            } else {
                forgetPlacements()
                try delete(.deleteSeries, [.series], id)
                totalsChange.series -= 1
            }
        }
        touchedSeries.removeAll(keepingCapacity: true)
        try flushStudyModalities(pairs)
        try flushPatients(try flushStudies(studies))
    }

    private func flushStudies(_ studies: Set<Int64>) throws(ArchiveError) -> Set<Int64> {
        var patients = Set<Int64>()
        var folders = Set<Int64>()
        for id in studies.sorted() {
            guard var record = try studyRecord(id) else { continue }
            patients.insert(record.patient)
            folders.insert(record.day)
            if record.accessionName == nil { folders.insert(ViewFolderRow.noAccession) }
            if try exists(.anySeriesOfStudy, { $0.bind(1, id) }) {
                record.modifiedNs = now
                try stamp(.updateStudy, id, record.checksum)
            } else {
                try delete(.deleteStudy, [.study], id)
                totalsChange.studies -= 1
            }
        }
        try flushViewFolders(folders)
        return patients
    }

    private func flushPatients(_ patients: Set<Int64>) throws(ArchiveError) {
        for id in patients.sorted() {
            guard var record = try patientRecord(id) else { continue }
            if try exists(.anyStudyOfPatient, { $0.bind(1, id) }) {
                record.modifiedNs = now
                try stamp(.updatePatient, id, record.checksum)
            } else {
                try delete(.deletePatient, [.patient, .variants, .issuer], id)
                totalsChange.patients -= 1
                let keys = try connection.statement(WriteSQL.deletePersonKeys)
                keys.bind(1, id)
                try keys.run()
            }
        }
    }

    func stamp(_ query: WriteSQL, _ id: Int64, _ checksum: Int64) throws(ArchiveError) {
        let update = try connection.statement(query)
        update.bind(1, id)
        update.bind(2, now)
        update.bind(3, checksum)
        try update.run()
    }
}
