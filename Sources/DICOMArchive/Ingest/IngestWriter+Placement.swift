import DICOM

/// Where an instance stands in the tree: person, study, series, made when they are new.
extension IngestWriter {
    /// The row of the series an instance belongs to.
    func series(for summary: InstanceSummary, digest: [UInt8]) throws(ArchiveError) -> Int64 {
        // Files of one series usually follow each other.
        if let last = lastPlacement, last.summary.hasSamePlace(as: summary) { return last.series }
        let isAnonymous = summary.patientID.isEmpty && summary.patientName.isEmpty && summary.studyInstanceUID.isEmpty
        let key = summary.placeKey + (isAnonymous ? digest : [])
        let series: Int64
        if let known = placements[key] {
            series = known
        } else {
            let patient = try person(for: summary, digest: digest)
            let study = try study(for: summary, patient: patient)
            series = try self.series(for: summary, study: study)
            if placements.count >= 16_384 { placements.removeAll() }
            placements[key] = series
        }
        lastPlacement = isAnonymous ? nil : (summary, series)
        return series
    }

    func forgetPlacements() {
        placements.removeAll()
        lastPlacement = nil
    }

    // MARK: - Persons

    private func person(for summary: InstanceSummary, digest: [UInt8]) throws(ArchiveError) -> Int64 {
        let name = PersonNames.key(names.rule == .people ? FileName.readable(summary.patientName) : summary.patientName)
        let birthDate = PersonNames.birthDateKey(summary.patientBirthDate)
        let basis = personBasis(summary, name: name, birthDate: birthDate, digest: digest)
        let idKey = Array(SHA256.digest(basis).prefix(16))
        let known = try knownPersons(idKey)
        if let same = known.first(where: { $0.birthDate == birthDate && $0.name == name }) { return same.person }
        try begin()
        let issuers = names.rule == .people ? PersonIssuers(writer: self, summary, birthDate: birthDate, name: name) : nil
        if let person = try issuers?.personOfOtherIssuer() {
            try addConflict(.issuer, person, person)
            try addPersonKey(idKey, birthDate, name, person)
            try issuers?.note(person)
            return person
        }
        if let person = PersonMatcher.person(birthDate: birthDate, name: name, among: known) {
            if PersonMatcher.isDoubtful(birthDate: birthDate, name: name, known.filter { $0.person == person }) {
                try addConflict(.variants, person, person)
            }
            try addPersonKey(idKey, birthDate, name, person)
            try issuers?.note(person)
            return person
        }
        let identity = known.isEmpty ? basis : UniqueName.identity("person", basis, birthDate, name)
        let person = try insertPatient(summary, idKey: idKey, identity: identity)
        try addPersonKey(idKey, birthDate, name, person)
        try issuers?.note(person)
        if let other = known.map(\.person).min() { try addConflict(.patient, person, other) }
        return person
    }

    /// Who may be the same person at all: one issuer and ID; without an ID one name and birth date; without both one study or file.
    private func personBasis(_ summary: InstanceSummary, name: [UInt8], birthDate: [UInt8], digest: [UInt8]) -> [UInt8] {
        switch names.rule {
        case .plain where !FileName.trimmed(summary.patientID).isEmpty:
            return UniqueName.identity("patient", summary.issuerOfPatientID, summary.patientID)
        case .people where !FileName.readable(summary.patientID).isEmpty:
            return PersonIssuers.basis(PersonNames.issuerKey(summary.issuerOfPatientID), summary.patientID)
        case .plain, .people: break
        }
        if !name.isEmpty { return UniqueName.identity("name", name, birthDate) }
        if !summary.studyInstanceUID.isEmpty { return UniqueName.identity("study", summary.studyInstanceUID) }
        return UniqueName.identity("file", digest)
    }

    func knownPersons(_ idKey: [UInt8]) throws(ArchiveError) -> [PersonMatcher.Known] {
        let query = try connection.statement(WriteSQL.personKeys)
        query.bind(1, idKey)
        defer { query.reset() }
        var known: [PersonMatcher.Known] = []
        while try query.step() { known.append(try PersonMatcher.Known(query, from: 0, idKey: idKey)) }
        return known
    }

    func addPersonKey(_ idKey: [UInt8], _ birthDate: [UInt8], _ name: [UInt8], _ person: Int64) throws(ArchiveError) {
        let insert = try connection.statement(WriteSQL.insertPersonKey)
        insert.bind(1, idKey)
        insert.bind(2, birthDate)
        insert.bind(3, name)
        insert.bind(4, person)
        insert.bind(5, PersonMatcher.Known(person: person, birthDate: birthDate, name: name).checksum(idKey))
        try insert.run()
    }

    private func insertPatient(_ summary: InstanceSummary, idKey: [UInt8], identity: [UInt8]) throws(ArchiveError) -> Int64 {
        var record = PatientRecord()
        record.id = ids.next(.patients)
        (record.name, record.nameKey) = try UniqueName.claim(base: names.patient(id: summary.patientID, name: summary.patientName), identity: identity) { key throws(ArchiveError) in
            try exists(.patientNameTaken) { $0.bind(1, key) }
        }
        record.idKey = idKey
        record.issuer = summary.issuerOfPatientID
        record.patientID = summary.patientID
        record.personName = summary.patientName
        record.birthDate = summary.patientBirthDate
        record.sex = summary.patientSex
        record.modifiedNs = now
        try ViewNames(connection: connection, names: names).claim(for: &record)
        let insert = try connection.statement(WriteSQL.insertPatient)
        insert.bind(1, record.id)
        insert.bind(2, record.name)
        insert.bind(3, record.modifiedNs)
        let columns = [record.nameKey, record.idKey, record.issuer, record.patientID, record.personName, record.birthDate, record.sex]
        for (index, column) in columns.enumerated() { insert.bind(Int32(4 + index), column) }
        insert.bind(11, record.checksum)
        insert.bind(12, record.viewName)
        insert.bind(13, record.viewKey)
        try insert.run()
        totalsChange.patients += 1
        return record.id
    }
}

extension InstanceSummary {
    /// Whether two instances certainly go to the same series of the same person.
    fileprivate func hasSamePlace(as other: InstanceSummary) -> Bool {
        seriesInstanceUID == other.seriesInstanceUID && studyInstanceUID == other.studyInstanceUID && patientID == other.patientID
            && issuerOfPatientID == other.issuerOfPatientID && patientName == other.patientName && patientBirthDate == other.patientBirthDate
            && (!studyInstanceUID.isEmpty || studyIdentity == other.studyIdentity)
            && (!seriesInstanceUID.isEmpty || seriesIdentity == other.seriesIdentity)
    }

    fileprivate var placeKey: [UInt8] {
        UniqueName.identity("place", issuerOfPatientID, patientID, patientName, patientBirthDate, studyIdentity, seriesIdentity)
    }

    /// Study Instance UID; without one what describes the study, behind a 0 byte.
    var studyIdentity: [UInt8] {
        if !studyInstanceUID.isEmpty { return studyInstanceUID }
        return [0] + UniqueName.identity("study", studyDate, studyID, accessionNumber, studyDescription)
    }

    /// Series Instance UID; without one what describes the series, behind a 0 byte.
    var seriesIdentity: [UInt8] {
        if !seriesInstanceUID.isEmpty { return seriesInstanceUID }
        return [0] + UniqueName.identity("series", seriesNumber, modality, seriesDescription)
    }
}
