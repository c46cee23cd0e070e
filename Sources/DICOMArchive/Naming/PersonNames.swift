/// Names of people as far as telling people apart needs them (PS3.5 section 6.2.1).
enum PersonNames {
    /// The component group that is shown: the alphabetic one, else the first that is not empty.
    static func shown(_ name: [UInt8]) -> [UInt8] {
        let groups = name.split(separator: UInt8(ascii: "="), omittingEmptySubsequences: true).map { FileName.trimmed(Array($0)) }
        return groups.first { group in group.contains { $0 != UInt8(ascii: "^") && $0 != 0x20 } } ?? []
    }

    /// The form in which names compare: case-folded, runs of `^` and spaces as one, none at the ends.
    static func key(_ name: [UInt8]) -> [UInt8] {
        var key: [UInt8] = []
        var pending = false
        for byte in caseFolded(shown(name)) {
            if byte == UInt8(ascii: "^") || byte == 0x20 {
                pending = !key.isEmpty
                continue
            }
            if pending { key.append(UInt8(ascii: "^")) }
            pending = false
            key.append(byte)
        }
        return key
    }

    /// The form in which issuers of IDs compare: neither case nor blanks count.
    static func issuerKey(_ issuer: [UInt8]) -> [UInt8] { caseFolded(FileName.readable(issuer)).filter { $0 != 0x20 } }

    /// The form in which birth dates compare; a date of zeros is none.
    static func birthDateKey(_ date: [UInt8]) -> [UInt8] {
        let date = FileName.trimmed(date).filter { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "-") }
        return date.allSatisfy { $0 == UInt8(ascii: "0") } ? [] : date
    }
}
