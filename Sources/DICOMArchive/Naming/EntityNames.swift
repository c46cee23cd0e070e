import DICOM

/// The names that entities ask for; uniqueness is `UniqueName`'s business.
struct EntityNames {
    let rule: NamingRule

    init(_ rule: NamingRule) { self.rule = rule }

    /// A value as a part of a name.
    func part(_ value: [UInt8]) -> [UInt8] {
        switch rule {
        case .plain: FileName.component(value)
        case .people: FileName.component(FileName.readable(value))
        }
    }

    /// Parts that are not empty, with spaces between them.
    private func joined(_ parts: [UInt8]...) -> [UInt8] { Array(parts.filter { !$0.isEmpty }.joined(separator: [0x20])) }

    /// The folder of a patient: `<Patient ID>`, with the name behind it where the rule says so; `_NOID <name>` or `_NOID`.
    ///
    /// A long ID stands alone. Those are made by machines (UIDs, hashes, keys of a de-identified set, whose names say nothing), and
    /// with a name behind them the paths of study, series and file do not fit into the 260 characters that Windows takes.
    func patient(id: [UInt8], name: [UInt8]) -> [UInt8] {
        let shown = part(id)
        return rule == .people && shown.count > Self.longestNamedID ? shown : person(id: id, name: name)
    }

    /// The most bytes of a Patient ID that the folder of the patient has a name behind.
    static let longestNamedID = 20

    private func person(id: [UInt8], name: [UInt8]) -> [UInt8] {
        let id = part(id)
        let name = part(PersonNames.shown(name))
        if id.isEmpty { return joined(Array("_NOID".utf8), name) }
        return rule == .people ? joined(id, name) : id
    }

    /// `<YYYY-MM-DD> <Patient ID> <name> <Study Description> [<accession>]`: where studies of several patients stand in one folder.
    func study(_ record: StudyRecord, of patient: PatientRecord) -> [UInt8] {
        if rule == .plain { return study(record) }
        let accession = part(record.accession)
        return joined(
            Self.isoDate(record.date) ?? Array("0000-00-00".utf8), person(id: patient.patientID, name: patient.personName),
            part(record.description), accession.isEmpty ? [] : Array("[".utf8) + accession + Array("]".utf8))
    }

    /// `<accession>`, with ID and name of the study's patient where the rule says so; empty without one.
    func accession(_ record: StudyRecord, of patient: PatientRecord) -> [UInt8] {
        let accession = part(record.accession)
        if accession.isEmpty || rule == .plain { return accession }
        return joined(accession, person(id: patient.patientID, name: patient.personName))
    }

    /// `<YYYY-MM-DD> <Study Description> [<accession>]`; `study` when there is none of them.
    func study(_ record: StudyRecord) -> [UInt8] {
        let date = Self.isoDate(record.date)
        let description = part(record.description)
        let accession = part(record.accession)
        if date == nil && description.isEmpty && accession.isEmpty { return Array("study".utf8) }
        var name = date ?? Array("0000-00-00".utf8)
        if !description.isEmpty { name += [0x20] + description }
        if !accession.isEmpty { name += Array(" [".utf8) + accession + Array("]".utf8) }
        return name
    }

    /// Patient's Name, as in the file but for what may not stand in a name, with the ID behind it where the rule says so;
    /// `_NONAME <Patient ID>` or `_NONAME`.
    func person(_ record: PatientRecord) -> [UInt8] {
        let name = part(PersonNames.shown(record.personName))
        let id = part(record.patientID)
        if name.isEmpty { return joined(Array("_NONAME".utf8), id) }
        return rule == .people ? joined(name, id) : name
    }

    /// Study Date as YYYYMMDD; 0 without a valid one.
    static func day(_ date: [UInt8]) -> Int64 {
        guard let date = isoDate(date) else { return 0 }
        return date.filter(isDigit).reduce(0) { $0 * 10 + Int64($1 - 48) }
    }

    /// The folder of what has no such value.
    static let none = Array("_NONE".utf8)

    /// Whether a UID is its own name: digits and dots, 64 at most. All others get a suffix in `/uids`.
    static func isPlainUID(_ uid: [UInt8]) -> Bool {
        guard (1...64).contains(uid.count), uid.first != UInt8(ascii: "."), uid.last != UInt8(ascii: ".") else { return false }
        return uid.allSatisfy { isDigit($0) || $0 == UInt8(ascii: ".") }
    }

    /// What the suffix of an odd or missing UID follows: short enough for any file extension.
    static func oddUID(_ identity: [UInt8]) -> [UInt8] {
        let uid = identity.first == 0 ? [] : FileName.component(Array(identity.prefix(64)))
        return uid.isEmpty ? Array("noUID".utf8) : uid
    }

    /// `<Series Number, 3+ digits> <Modality> <Series Description>`; what is absent is left out, `series` when all is.
    func series(number: [UInt8], modality: [UInt8], description: [UInt8]) -> [UInt8] {
        let name = joined(Self.number(number).map { Self.padded($0, to: 3) } ?? [], part(modality), part(description))
        return name.isEmpty ? Array("series".utf8) : name
    }

    /// Instance Number with 5 digits, nil when it is missing, negative or no number.
    static func stem(_ summary: InstanceSummary) -> [UInt8]? {
        number(summary.instanceNumber).map { padded($0, to: 5) }
    }

    /// What stands for a missing or negative number, always before a suffix.
    var noNumber: [UInt8] { Array((rule == .people ? "00000" : "noNumber").utf8) }

    /// What stands before the hash in the suffix of an instance that its number does not tell apart: where it belongs.
    func order(_ key: [UInt8]) -> [UInt8] {
        switch rule {
        case .plain: []
        case .people: (OrderKey.isKey(key) ? key : OrderKey.none) + [UInt8(ascii: "-")]
        }
    }

    /// `YYYY-MM-DD` of a DA value, also in ACR-NEMA's `YYYY.MM.DD`; nil when it is no date (N14).
    static func isoDate(_ value: [UInt8]) -> [UInt8]? {
        let digits = FileName.trimmed(value).filter { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "-") }
        guard digits.count == 8, digits.allSatisfy(isDigit) else { return nil }
        let month = Int(digits[4] &- 48) * 10 + Int(digits[5] &- 48)
        let day = Int(digits[6] &- 48) * 10 + Int(digits[7] &- 48)
        guard (1...12).contains(month), (1...31).contains(day) else { return nil }
        let dash = [UInt8(ascii: "-")]
        return digits[0..<4] + dash + digits[4..<6] + dash + digits[6..<8]
    }

    /// Digits of a non-negative IS value without leading zeros; nil for anything else.
    static func number(_ value: [UInt8]) -> [UInt8]? {
        var digits = FileName.trimmed(value)[...]
        if digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
        // Written as a decimal by some: 12.0 is 12.
        if let point = digits.firstIndex(of: UInt8(ascii: ".")), digits[(point + 1)...].allSatisfy({ $0 == UInt8(ascii: "0") }) {
            digits = digits[..<point]
        }
        guard !digits.isEmpty, digits.allSatisfy(isDigit) else { return nil }
        let significant = digits.drop { $0 == UInt8(ascii: "0") }
        guard significant.count <= 18 else { return nil }
        return significant.isEmpty ? [UInt8(ascii: "0")] : Array(significant)
    }

    private static func padded(_ digits: [UInt8], to width: Int) -> [UInt8] {
        Array(repeating: UInt8(ascii: "0"), count: max(0, width - digits.count)) + digits
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
}
