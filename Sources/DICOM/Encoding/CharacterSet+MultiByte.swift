/// Shift-JIS with the characters that NEC and IBM added (code page 932): ASCII, katakana of half width, and pairs.
enum ShiftJIS {
    /// Length and character of what begins at `index`; nil where nothing does.
    static func character(_ bytes: UnsafeRawBufferPointer, at index: Int) -> (length: Int, scalar: UInt32)? {
        let first = bytes[index]
        if first < 0x80 { return (1, UInt32(first)) }
        if (0xA1...0xDF).contains(first) { return (1, 0xFF60 + UInt32(first - 0xA0)) }
        guard index + 1 < bytes.count else { return nil }
        return pair(first, bytes[index + 1]).map { (2, $0) }
    }

    static func pair(_ first: UInt8, _ second: UInt8) -> UInt32? {
        guard (0x40...0xFC).contains(second), second != 0x7F else { return nil }
        let trail = Int(second) - 0x40 - (second > 0x7F ? 1 : 0)
        if first >= 0xFA { return NECKanji.scalar(lead: first, trail: trail) }
        guard (0x81...0x9F).contains(first) || (0xE0...0xEF).contains(first) else { return nil }
        let row = 2 * (Int(first) - (first < 0xA0 ? 0x81 : 0xC1)) + trail / 94
        return CodedSet.jisX0208.scalar(UInt8(truncatingIfNeeded: 0x21 + row), UInt8(truncatingIfNeeded: 0x21 + trail % 94))
    }
}

/// Rows 13 and 89 to 92 of NEC, and the characters of IBM behind JIS X 0208: circled numbers, and kanji of many family names.
enum NECKanji {
    private static let leads: [UInt8] = [0x87, 0xED, 0xEE, 0xFA, 0xFB, 0xFC]

    static func scalar(lead: UInt8, trail: Int) -> UInt32? {
        leads.firstIndex(of: lead).flatMap { CharacterTables.cp932Cells.scalar($0 * 188 + trail) }
    }

    /// By row and column of the 94 x 94 square, from 0.
    static func scalar(row: Int, column: Int) -> UInt32? {
        switch row {
        case 12: scalar(lead: 0x87, trail: column)
        case 88...91: scalar(lead: row < 90 ? 0xED : 0xEE, trail: row % 2 * 94 + column)
        default: nil
        }
    }
}

/// EUC-KR with the syllables that Microsoft added (code page 949).
enum EUCKR {
    static func character(_ bytes: UnsafeRawBufferPointer, at index: Int) -> (length: Int, scalar: UInt32)? {
        let first = bytes[index]
        if first < 0x80 { return (1, UInt32(first)) }
        guard (0x81...0xFE).contains(first), index + 1 < bytes.count else { return nil }
        let second = bytes[index + 1]
        if first >= 0xA1, second >= 0xA1 { return CodedSet.ksX1001.scalar(first & 0x7F, second & 0x7F).map { (2, $0) } }
        return extended(first, second).map { (2, $0) }
    }

    /// The syllables that KS X 1001 leaves out stand in their order where it has no characters.
    private static func extended(_ first: UInt8, _ second: UInt8) -> UInt32? {
        let column: Int
        switch second {
        case 0x41...0x5A: column = Int(second) - 0x41
        case 0x61...0x7A: column = Int(second) - 0x61 + 26
        case 0x81...0xFE: column = Int(second) - 0x81 + 52
        default: return nil
        }
        let index = first < 0xA1 ? (Int(first) - 0x81) * 178 + column : 32 * 178 + (Int(first) - 0xA1) * 84 + column
        guard first < 0xA1 || column < 84, addedSyllables.indices.contains(index) else { return nil }
        return UInt32(addedSyllables[index])
    }

    static let addedSyllables: [UInt16] = {
        let standard = Set(CharacterTables.ksX1001Cells.characters)
        return (0xAC00...0xD7A3).map { UInt16($0) }.filter { !standard.contains($0) }
    }()
}

/// EUC-JP: JIS X 0208 in pairs above A0, katakana behind 8E, JIS X 0212 behind 8F.
enum EUCJP {
    static func character(_ bytes: UnsafeRawBufferPointer, at index: Int) -> (length: Int, scalar: UInt32)? {
        let first = bytes[index]
        if first < 0x80 { return (1, UInt32(first)) }
        guard index + 1 < bytes.count, bytes[index + 1] >= 0xA1 else { return nil }
        let second = bytes[index + 1]
        if first == 0x8E { return CodedSet.katakana.scalar(second).map { (2, $0) } }
        guard first == 0x8F else { return first < 0xA1 ? nil : CodedSet.jisX0208.scalar(first & 0x7F, second & 0x7F).map { (2, $0) } }
        guard index + 2 < bytes.count, bytes[index + 2] >= 0xA1 else { return nil }
        return CodedSet.jisX0212.scalar(second & 0x7F, bytes[index + 2] & 0x7F).map { (3, $0) }
    }
}

extension SpecificCharacterSet {
    /// Converts a set whose characters are sequences of bytes of their own, without escapes.
    func convert(
        _ bytes: UnsafeRawBufferPointer, mode: Mode, into output: inout [UInt8],
        by character: (UnsafeRawBufferPointer, Int) -> (length: Int, scalar: UInt32)?
    ) -> Issues {
        var issues: Issues = []
        var index = 0
        while index < bytes.count {
            if let (length, scalar) = character(bytes, index) {
                output.append(scalar: scalar)
                index += length
                continue
            }
            issues.insert(.undecodable)
            if mode == .key { output.append(bytes[index]) } else { output.append(scalar: 0xFFFD) }
            index += 1
        }
        return issues
    }
}
