import DICOM

/// One Patient ID with and without an Issuer of Patient ID (0010,0021): an empty issuer is not known, and no other person.
///
/// Persons of different issuers are different, since each issuer gives out its own numbers. Across a known and an unknown issuer only
/// the same ID, name and birth date make one person: anything less would mix two patients of two hospitals.
struct PersonIssuers {
    private let writer: IngestWriter
    private let summary: InstanceSummary
    private let birthDate: [UInt8]
    private let name: [UInt8]
    /// Empty where it is not known.
    private let issuer: [UInt8]

    /// Nil without an ID, and where there is nothing to compare but the ID.
    init?(writer: IngestWriter, _ summary: InstanceSummary, birthDate: [UInt8], name: [UInt8]) {
        guard !FileName.readable(summary.patientID).isEmpty, !birthDate.isEmpty || !name.isEmpty else { return nil }
        self.writer = writer
        self.summary = summary
        self.birthDate = birthDate
        self.name = name
        issuer = PersonNames.issuerKey(summary.issuerOfPatientID)
    }

    /// Who may be the same person at all, within one issuer.
    static func basis(_ issuer: [UInt8], _ patientID: [UInt8]) -> [UInt8] { UniqueName.identity("patient", issuer, patientID) }

    /// The one person known with an issuer where this instance has none, or the other way round. Learns the issuer.
    func personOfOtherIssuer() throws(ArchiveError) -> Int64? {
        if issuer.isEmpty { return try exact(several) == nil ? exact(any) : nil }
        guard let person = try exact(Self.basis([], summary.patientID)), var record = try writer.patientRecord(person) else { return nil }
        let known = PersonNames.issuerKey(record.issuer)
        guard known.isEmpty || known == issuer else { return nil }
        if known.isEmpty {
            record.issuer = summary.issuerOfPatientID
            let learn = try writer.connection.statement(WriteSQL.learnIssuer)
            learn.bind(1, person)
            learn.bind(2, record.issuer)
            learn.bind(3, record.checksum)
            try learn.run()
        }
        return person
    }

    /// Remembers a person for those who come without an issuer.
    func note(_ person: Int64) throws(ArchiveError) {
        guard !issuer.isEmpty else { return }
        guard let known = try exact(any) else { return try writer.addPersonKey(Self.key(any), birthDate, name, person) }
        if known != person, try exact(several) == nil { try writer.addPersonKey(Self.key(several), birthDate, name, person) }
    }

    /// Persons of any known issuer, by ID, name and birth date.
    static func any(_ patientID: [UInt8]) -> [UInt8] { UniqueName.identity("patient of any issuer", patientID) }
    /// Those of them that more than one issuer knows: which of them an instance without one belongs to cannot be told.
    static func several(_ patientID: [UInt8]) -> [UInt8] { UniqueName.identity("patient of several issuers", patientID) }

    private var any: [UInt8] { Self.any(summary.patientID) }
    private var several: [UInt8] { Self.several(summary.patientID) }

    private static func key(_ basis: [UInt8]) -> [UInt8] { Array(SHA256.digest(basis).prefix(16)) }

    private func exact(_ basis: [UInt8]) throws(ArchiveError) -> Int64? {
        try writer.knownPersons(Self.key(basis)).first { $0.birthDate == birthDate && $0.name == name }?.person
    }
}
