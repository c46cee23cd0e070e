extension Archive {
    /// Rows that share an identifier and are shown apart, one line each; `path` is the name of the later one in the tree.
    /// Also patients under whose ID stand several names or birth dates that were taken for one person's.
    func conflicts() throws(ArchiveError) -> [ProblemEntry] {
        let pairs = try pool.read { connection throws(ArchiveError) in
            let query = try connection.prepare("SELECT \(ConflictRecord.columns) FROM conflicts ORDER BY kind, entity, other")
            return try connection.rows(query) { s throws(ArchiveError) in try ConflictRecord(s) }
        }
        var entries: [ProblemEntry] = []
        for pair in pairs {
            guard let first = try treePath(pair.kind, pair.other), let second = try treePath(pair.kind, pair.entity) else { continue }
            let message = Array(pair.kind.reason.utf8) + first
            entries.append(ProblemEntry(reason: "conflicts", path: second, offset: -1, message: message))
        }
        return entries.sorted { $0.path.lexicographicallyPrecedes($1.path) }
    }

    /// `patients/<ID>/<study>/<series>/<stem>` down to the kind's level.
    private func treePath(_ kind: ConflictKind, _ id: Int64) throws(ArchiveError) -> [UInt8]? {
        switch kind {
        case .instance:
            guard let row = try instance(id: id), let parent = try treePath(.series, row.seriesID) else { return nil }
            return joinPath(parent, row.stem)
        case .series:
            guard let row = try series(id: id), let parent = try treePath(.study, row.studyID) else { return nil }
            return joinPath(parent, row.name)
        case .study:
            guard let row = try study(id: id), let parent = try treePath(.patient, row.patientID) else { return nil }
            return joinPath(parent, row.name)
        case .patient, .variants, .issuer:
            guard let row = try patient(id: id) else { return nil }
            return joinPath(Array("patients".utf8), row.name)
        }
    }
}

extension ConflictKind {
    fileprivate var reason: String {
        switch self {
        case .instance: "same SOP Instance UID, other bytes: "
        case .patient: "same Patient ID, other person: "
        case .study: "same Study Instance UID, other patient: "
        case .series: "same Series Instance UID, other study: "
        case .issuer: "same Patient ID, name and birth date with and without an Issuer of Patient ID, taken for one person: "
        case .variants: "same Patient ID, other name or birth date, taken for one person: "
        }
    }
}
