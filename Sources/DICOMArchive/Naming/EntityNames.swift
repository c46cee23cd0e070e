import DICOM

/// The names that entities ask for; uniqueness is `UniqueName`'s business (filesystem.md section 2).
enum EntityNames {
    /// `<Patient ID>`, `_NOID <name>` or `_NOID`.
    static func patient(_ summary: InstanceSummary) -> [UInt8] {
        let id = FileName.component(summary.patientID)
        if !id.isEmpty { return id }
        let name = FileName.component(PersonNames.shown(summary.patientName))
        return Array("_NOID".utf8) + (name.isEmpty ? [] : [0x20] + name)
    }

    /// `<YYYY-MM-DD> <Study Description> [<accession>]`; `study` when there is none of them.
    static func study(_ summary: InstanceSummary) -> [UInt8] {
        let date = isoDate(summary.studyDate)
        let description = FileName.component(summary.studyDescription)
        let accession = FileName.component(summary.accessionNumber)
        if date == nil && description.isEmpty && accession.isEmpty { return Array("study".utf8) }
        var name = date ?? Array("0000-00-00".utf8)
        if !description.isEmpty { name += [0x20] + description }
        if !accession.isEmpty { name += Array(" [".utf8) + accession + Array("]".utf8) }
        return name
    }

    /// `<Series Number, 3+ digits> <Modality> <Series Description>`; what is absent is left out, `series` when all is.
    static func series(_ summary: InstanceSummary) -> [UInt8] {
        var parts: [[UInt8]] = []
        if let number = number(summary.seriesNumber) { parts.append(padded(number, to: 3)) }
        parts += [FileName.component(summary.modality), FileName.component(summary.seriesDescription)]
        let name = Array(parts.filter { !$0.isEmpty }.joined(separator: [0x20]))
        return name.isEmpty ? Array("series".utf8) : name
    }

    /// Instance Number with 5 digits, nil when it is missing, negative or no number.
    static func stem(_ summary: InstanceSummary) -> [UInt8]? {
        number(summary.instanceNumber).map { padded($0, to: 5) }
    }

    static let noNumber = Array("noNumber".utf8)

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
    private static func number(_ value: [UInt8]) -> [UInt8]? {
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
