/// Patients, studies, series, instances: one prepared statement per question, keyset pagination by row id.
///
/// Lists come in the order of ids (of first arrival); `after` is exclusive, 0 starts.
extension Archive {
    package func patients(after: Int64 = 0, limit: Int) throws(ArchiveError) -> [PatientRow] {
        try list(.patientsAfter, after, limit, in: nil) { s throws(ArchiveError) in try PatientRecord(s).row }
    }

    package func patient(id: Int64) throws(ArchiveError) -> PatientRow? {
        try one(.patientByID, id) { s throws(ArchiveError) in try PatientRecord(s).row }
    }

    package func patient(named name: [UInt8]) throws(ArchiveError) -> PatientRow? {
        let found = try one(.patientByName, caseFolded(name), in: nil) { s throws(ArchiveError) in try PatientRecord(s) }
        guard let found, found.name == name else { return nil }
        return found.row
    }

    package func studies(of patient: Int64, after: Int64 = 0, limit: Int) throws(ArchiveError) -> [StudyRow] {
        try list(.studiesAfter, after, limit, in: patient) { s throws(ArchiveError) in
            let row = try StudyRecord(s).row
            try checkRow(row.patientID == patient, "studies", row.id)
            return row
        }
    }

    package func study(id: Int64) throws(ArchiveError) -> StudyRow? {
        try one(.studyByID, id) { s throws(ArchiveError) in try StudyRecord(s).row }
    }

    package func study(named name: [UInt8], of patient: Int64) throws(ArchiveError) -> StudyRow? {
        let found = try one(.studyByName, caseFolded(name), in: patient) { s throws(ArchiveError) in try StudyRecord(s) }
        guard let found, found.name == name, found.patient == patient else { return nil }
        return found.row
    }

    package func series(of study: Int64, after: Int64 = 0, limit: Int) throws(ArchiveError) -> [SeriesRow] {
        try list(.seriesAfter, after, limit, in: study) { s throws(ArchiveError) in
            let row = try SeriesRecord(s).row
            try checkRow(row.studyID == study, "series", row.id)
            return row
        }
    }

    package func series(id: Int64) throws(ArchiveError) -> SeriesRow? {
        try one(.seriesByID, id) { s throws(ArchiveError) in try SeriesRecord(s).row }
    }

    package func series(named name: [UInt8], of study: Int64) throws(ArchiveError) -> SeriesRow? {
        let found = try one(.seriesByName, caseFolded(name), in: study) { s throws(ArchiveError) in try SeriesRecord(s) }
        guard let found, found.name == name, found.study == study else { return nil }
        return found.row
    }

    package func instances(of series: Int64, after: Int64 = 0, limit: Int) throws(ArchiveError) -> [InstanceRow] {
        try list(.instancesAfter, after, limit, in: series) { s throws(ArchiveError) in
            let row = try InstanceRecord(s).row
            try checkRow(row.seriesID == series, "instances", row.id)
            return row
        }
    }

    /// In the order of names.
    package func instances(of series: Int64, afterStem stem: [UInt8], limit: Int) throws(ArchiveError) -> [InstanceRow] {
        try pool.read { connection throws(ArchiveError) in
            let statement = try connection.statement(.instancesAfterStem)
            statement.bind(1, stem)
            statement.bind(2, Int64(limit))
            statement.bind(3, series)
            defer { statement.reset() }
            var rows: [InstanceRow] = []
            while try statement.step() {
                let row = try InstanceRecord(statement).row
                try checkRow(row.seriesID == series, "instances", row.id)
                rows.append(row)
            }
            return rows
        }
    }

    package func instance(id: Int64) throws(ArchiveError) -> InstanceRow? {
        try one(.instanceByID, id) { s throws(ArchiveError) in try InstanceRecord(s).row }
    }

    package func instance(stem: [UInt8], of series: Int64) throws(ArchiveError) -> InstanceRow? {
        let found = try one(.instanceByStem, stem, in: series) { s throws(ArchiveError) in try InstanceRecord(s).row }
        // An index entry that points to another row is damage, not an answer.
        if let found { try checkRow(found.stem == stem && found.seriesID == series, "instances", found.id) }
        return found
    }
}
