/// What the views beside `/patients` ask: as there, one prepared statement per question, keyset pagination by row id.
extension Archive {
    package func patient(viewNamed name: [UInt8]) throws(ArchiveError) -> PatientRow? {
        let found = try one(.patientByViewName, caseFolded(name), in: nil) { s throws(ArchiveError) in try PatientRecord(s) }
        guard let found, found.viewName == name else { return nil }
        return found.row
    }

    // MARK: - Studies

    package func studies(after: Int64 = 0, limit: Int) throws(ArchiveError) -> [StudyRow] {
        try list(.allStudiesAfter, after, limit, in: nil) { s throws(ArchiveError) in try StudyRecord(s).row }
    }

    package func study(viewNamed name: [UInt8]) throws(ArchiveError) -> StudyRow? {
        try study(.studyByViewName, name, \.viewName)
    }

    package func studies(ofDay day: Int64, after: Int64 = 0, limit: Int) throws(ArchiveError) -> [StudyRow] {
        try list(.studiesOfDayAfter, after, limit, in: day) { s throws(ArchiveError) in try StudyRecord(s).row }
    }

    package func study(accessionNamed name: [UInt8]) throws(ArchiveError) -> StudyRow? {
        try study(.studyByAccession, name, \.accessionName)
    }

    package func studies(withAccession: Bool, after: Int64 = 0, limit: Int) throws(ArchiveError) -> [StudyRow] {
        try list(.studiesByAccessionStateAfter, after, limit, in: withAccession ? 0 : 1) { s throws(ArchiveError) in try StudyRecord(s).row }
    }

    package func study(uidNamed name: [UInt8]) throws(ArchiveError) -> StudyRow? {
        guard EntityNames.isPlainUID(name) else { return try study(.studyByUIDName, name, \.uidName) }
        return try one(.studyByUID, name, in: nil) { s throws(ArchiveError) in try StudyRecord(s).row }
    }

    private func study(_ query: ReadSQL, _ name: [UInt8], _ column: KeyPath<StudyRecord, [UInt8]?>) throws(ArchiveError) -> StudyRow? {
        let found = try one(query, caseFolded(name), in: nil) { s throws(ArchiveError) in try StudyRecord(s) }
        guard let found, found[keyPath: column] == name else { return nil }
        return found.row
    }

    private func study(_ query: ReadSQL, _ name: [UInt8], _ column: KeyPath<StudyRecord, [UInt8]>) throws(ArchiveError) -> StudyRow? {
        let found = try one(query, caseFolded(name), in: nil) { s throws(ArchiveError) in try StudyRecord(s) }
        guard let found, found[keyPath: column] == name else { return nil }
        return found.row
    }

    // MARK: - Series and instances by UID

    package func series(uidNamed name: [UInt8], of study: Int64) throws(ArchiveError) -> SeriesRow? {
        let isPlain = EntityNames.isPlainUID(name)
        let found = try one(isPlain ? .seriesByUID : .seriesByUIDName, isPlain ? name : caseFolded(name), in: study) {
            s throws(ArchiveError) in try SeriesRecord(s).row
        }
        guard let found, found.uidName == name, found.studyID == study else { return nil }
        return found
    }

    package func instance(uidStem stem: [UInt8], of series: Int64) throws(ArchiveError) -> InstanceRow? {
        guard EntityNames.isPlainUID(stem) else {
            let found = try one(.instanceByUIDStem, stem, in: series) { s throws(ArchiveError) in try InstanceRecord(s).row }
            if let found { try checkRow(found.uidStem == stem && found.seriesID == series, "instances", found.id) }
            return found
        }
        return try pool.read { connection throws(ArchiveError) in
            let statement = try connection.statement(ReadSQL.instancesBySOP)
            statement.bind(1, SHA256().key(stem))
            defer { statement.reset() }
            while try statement.step() {
                guard statement.int(1) == series, statement.equals(4, stem) else { continue }
                let row = try InstanceRecord(statement).row
                if row.uidStem == stem { return row }
            }
            return nil
        }
    }

    // MARK: - Modalities and days

    package func modalities(after: Int64 = 0, limit: Int) throws(ArchiveError) -> [ModalityRow] {
        try list(.modalitiesAfter, after, limit, in: nil) { s throws(ArchiveError) in try ModalityRecord(s).row }
    }

    package func modality(id: Int64) throws(ArchiveError) -> ModalityRow? {
        try one(.modalityByID, id) { s throws(ArchiveError) in try ModalityRecord(s).row }
    }

    package func modality(named name: [UInt8]) throws(ArchiveError) -> ModalityRow? {
        let found = try one(.modalityByName, caseFolded(name), in: nil) { s throws(ArchiveError) in try ModalityRecord(s).row }
        return found?.name == name ? found : nil
    }

    package func studies(ofModality modality: Int64, after: Int64 = 0, limit: Int) throws(ArchiveError) -> [ModalityEntryRow] {
        try list(.studyModalitiesAfter, after, limit, in: modality) { s throws(ArchiveError) in
            ModalityEntryRow(place: try StudyModalityRecord(s, from: 19).row, study: try StudyRecord(s).row)
        }
    }

    package func studyModality(id: Int64) throws(ArchiveError) -> StudyModalityRow? {
        try one(.studyModalityByID, id) { s throws(ArchiveError) in try StudyModalityRecord(s).row }
    }

    package func studyModality(of study: Int64, modality: Int64) throws(ArchiveError) -> StudyModalityRow? {
        try pool.read { connection throws(ArchiveError) in
            let statement = try connection.statement(ReadSQL.studyModalityOf)
            statement.bind(1, study)
            statement.bind(2, modality)
            defer { statement.reset() }
            return try statement.step() ? try StudyModalityRecord(statement).row : nil
        }
    }

    package func series(ofStudyModality pair: Int64, after: Int64 = 0, limit: Int) throws(ArchiveError) -> [SeriesRow] {
        try list(.seriesOfModalityAfter, after, limit, in: pair) { s throws(ArchiveError) in try SeriesRecord(s).row }
    }

    package func viewFolder(id: Int64) throws(ArchiveError) -> ViewFolderRow? {
        try one(.viewFolderByID, id) { s throws(ArchiveError) in try ViewFolderRecord(s).row }
    }

    /// Ids between the two, both exclusive.
    package func viewFolders(after: Int64, below end: Int64, limit: Int) throws(ArchiveError) -> [ViewFolderRow] {
        try list(.viewFolders, after, limit, in: end) { s throws(ArchiveError) in try ViewFolderRecord(s).row }
    }
}
