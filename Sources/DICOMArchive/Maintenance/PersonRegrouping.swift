/// What `dcmfs rename` does to persons: those whom the new rule takes for one become one, and what they are known by follows the rule.
struct PersonRegrouping {
    let connection: Connection
    let rule: NamingRule

    /// Under what patients may be one.
    private struct Likeness: Hashable {
        let patientID: [UInt8]
        let name: [UInt8]
        let birthDate: [UInt8]
    }

    func run(_ onChange: (Renaming) throws(ArchiveError) -> Void) throws(ArchiveError) {
        let select = try connection.prepare("SELECT \(ReadSQL.patient) FROM patients ORDER BY id")
        var patients = try connection.rows(select) { s throws(ArchiveError) in try PatientRecord(s) }.filter { !FileName.readable($0.patientID).isEmpty }
        if rule == .people {
            for gone in try merge(patients, onChange) { patients.removeAll { $0.id == gone } }
        }
        for patient in patients { try regroup(patient) }
        if rule == .people { try noteIssuers(patients) }
    }

    // MARK: - One person for two

    /// - Returns: the ids of those who are another one now.
    private func merge(_ patients: [PatientRecord], _ onChange: (Renaming) throws(ArchiveError) -> Void) throws(ArchiveError) -> [Int64] {
        var gone: [Int64] = []
        let groups = Dictionary(grouping: patients.filter { !$0.likenessIsEmpty }) {
            Likeness(patientID: $0.patientID, name: PersonNames.key(FileName.readable($0.personName)), birthDate: PersonNames.birthDateKey($0.birthDate))
        }
        for alike in groups.values where alike.count > 1 {
            let issuers = Set(alike.map { PersonNames.issuerKey($0.issuer) }).subtracting([[]])
            // Who belongs to which of several issuers cannot be told.
            guard issuers.count <= 1, var first = alike.first else { continue }
            for other in alike.dropFirst() where try !sharesStudy(first.id, other.id) {
                try take(other, into: &first)
                gone.append(other.id)
                try onChange(Renaming(old: joinPath(Array("patients".utf8), other.name), new: joinPath(Array("patients".utf8), first.name)))
            }
        }
        return gone
    }

    /// Two rows of one study would have to become one with all that is in them: such patients stay two.
    private func sharesStudy(_ one: Int64, _ other: Int64) throws(ArchiveError) -> Bool {
        try connection.scalar(
            "SELECT 1 FROM studies a JOIN studies b ON a.identity = b.identity WHERE a.patient = \(one) AND b.patient = \(other) LIMIT 1") != nil
    }

    private func take(_ other: PatientRecord, into first: inout PatientRecord) throws(ArchiveError) {
        let select = try connection.prepare("SELECT \(ReadSQL.study) FROM studies WHERE patient = ?1")
        select.bind(1, other.id)
        let move = try connection.prepare("UPDATE studies SET patient = ?2, name_key = ?3, checksum = ?4 WHERE id = ?1")
        for var study in try connection.rows(select, { s throws(ArchiveError) in try StudyRecord(s) }) {
            study.patient = first.id
            // Its name is made later; until then it is nobody else's.
            study.nameKey = Array("/\(study.id)".utf8)
            move.bind(1, study.id)
            move.bind(2, first.id)
            move.bind(3, study.nameKey)
            move.bind(4, study.checksum)
            try move.run()
        }
        let keys = try keys(of: other.id)
        try connection.execute(
            """
            DELETE FROM person_keys WHERE patient = \(other.id); DELETE FROM patients WHERE id = \(other.id); \
            DELETE FROM conflicts WHERE kind IN (1, 4, 5) AND (entity = \(other.id) OR other = \(other.id))
            """)
        for key in keys { try insert(key.idKey, PersonMatcher.Known(person: first.id, birthDate: key.known.birthDate, name: key.known.name)) }
        if PersonNames.issuerKey(first.issuer).isEmpty { first.issuer = other.issuer }
        first.modifiedNs = max(first.modifiedNs, other.modifiedNs)
        let update = try connection.prepare("UPDATE patients SET issuer = ?2, modified_ns = ?3, checksum = ?4 WHERE id = ?1")
        update.bind(1, first.id)
        update.bind(2, first.issuer)
        update.bind(3, first.modifiedNs)
        update.bind(4, first.checksum)
        try update.run()
        let conflict = ConflictRecord(kind: .issuer, entity: first.id, other: first.id, changedNs: nowNs())
        let note = try connection.statement(WriteSQL.insertConflict)
        note.bind(1, Int64(conflict.kind.rawValue))
        note.bind(2, conflict.entity)
        note.bind(3, conflict.other)
        note.bind(4, conflict.changedNs)
        note.bind(5, conflict.checksum)
        try note.run()
        var totals = try connection.totals()
        totals.patients -= 1
        try totals.write(connection)
    }

    // MARK: - What persons are known by

    private func key(_ basis: [UInt8]) -> [UInt8] { Array(SHA256.digest(basis).prefix(16)) }

    private func regroup(_ given: PatientRecord) throws(ArchiveError) {
        var patient = given
        let issuer = rule == .people ? PersonNames.issuerKey(patient.issuer) : patient.issuer
        patient.idKey = key(PersonIssuers.basis(issuer, patient.patientID))
        for key in try keys(of: patient.id) {
            let delete = try connection.prepare("DELETE FROM person_keys WHERE id_key = ?1 AND birth_date = ?2 AND name_key = ?3")
            delete.bind(1, key.idKey)
            delete.bind(2, key.known.birthDate)
            delete.bind(3, key.known.name)
            try delete.run()
            try insert(patient.idKey, key.known)
            // Known without an issuer before: who comes without one finds it.
            if rule == .people { try insertUnknown(key, patient) }
        }
        let update = try connection.prepare("UPDATE patients SET id_key = ?2, checksum = ?3 WHERE id = ?1")
        update.bind(1, patient.id)
        update.bind(2, patient.idKey)
        update.bind(3, patient.checksum)
        try update.run()
    }

    private func insertUnknown(_ key: (idKey: [UInt8], known: PersonMatcher.Known), _ patient: PatientRecord) throws(ArchiveError) {
        let unknown = self.key(PersonIssuers.basis([], patient.patientID))
        if key.idKey == unknown { try insert(unknown, key.known) }
    }

    private func noteIssuers(_ patients: [PatientRecord]) throws(ArchiveError) {
        for patient in patients where !PersonNames.issuerKey(patient.issuer).isEmpty {
            for key in try keys(of: patient.id) {
                let any = self.key(PersonIssuers.any(patient.patientID))
                if try !insert(any, key.known) { try insert(self.key(PersonIssuers.several(patient.patientID)), key.known) }
            }
        }
    }

    private func keys(of patient: Int64) throws(ArchiveError) -> [(idKey: [UInt8], known: PersonMatcher.Known)] {
        let query = try connection.prepare("SELECT id_key, birth_date, name_key, patient, checksum FROM person_keys WHERE patient = ?1")
        query.bind(1, patient)
        return try connection.rows(query) { s throws(ArchiveError) in
            let idKey = s.bytes(0)
            return (idKey, try PersonMatcher.Known(s, from: 1, idKey: idKey))
        }
    }

    /// False where another person is known by the same.
    @discardableResult
    private func insert(_ idKey: [UInt8], _ known: PersonMatcher.Known) throws(ArchiveError) -> Bool {
        let insert = try connection.statement(WriteSQL.insertPersonKey)
        insert.bind(1, idKey)
        insert.bind(2, known.birthDate)
        insert.bind(3, known.name)
        insert.bind(4, known.person)
        insert.bind(5, known.checksum(idKey))
        return try insert.runUnlessTaken()
    }
}

extension PatientRecord {
    /// Whether nothing but the ID tells who it is.
    fileprivate var likenessIsEmpty: Bool { PersonNames.key(FileName.readable(personName)).isEmpty && PersonNames.birthDateKey(birthDate).isEmpty }
}
