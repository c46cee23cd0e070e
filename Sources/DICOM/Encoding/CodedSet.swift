/// A set of characters that an escape sequence or a defined term puts into G0 or G1 (PS3.3 Tables C.12-2 to C.12-4).
enum CodedSet: UInt8, Sendable {
    case none, ascii, latin1, latin2, latin3, latin4, cyrillic, arabic, greek, hebrew, latin5, latin9, thai, katakana
    // No sets of the standard, but names that files give.
    case windows1250, windows1251, windows1252, windows1253, windows1254, windows1255, windows1256, koi8
    case jisX0208, jisX0212, ksX1001, gb2312

    /// Two bytes a character (94 x 94).
    var isDouble: Bool { rawValue >= CodedSet.jisX0208.rawValue }

    /// By ISO-IR registration number.
    init?(registration: Int) {
        switch registration {
        case 6, 14: self = .ascii
        case 100: self = .latin1
        case 101: self = .latin2
        case 109: self = .latin3
        case 110: self = .latin4
        case 144: self = .cyrillic
        case 127: self = .arabic
        case 126: self = .greek
        case 138: self = .hebrew
        case 148: self = .latin5
        case 203: self = .latin9
        case 166: self = .thai
        case 13: self = .katakana
        case 87: self = .jisX0208
        case 159: self = .jisX0212
        case 149: self = .ksX1001
        case 58: self = .gb2312
        default: return nil
        }
    }

    /// The character of one byte 0x80...0xFF of a single-byte set in G1. 0x80...0x9F are the C1 controls of ISO 6429.
    func scalar(_ byte: UInt8) -> UInt32? {
        if let table = codePage { return table.scalar(Int(byte) - 0x80) }
        if byte < 0xA0 { return UInt32(byte) }
        let cell = Int(byte) - 0xA0
        return switch self {
        case .latin1: UInt32(byte)
        case .latin2: CharacterTables.latin2Cells.scalar(cell)
        case .latin3: CharacterTables.latin3Cells.scalar(cell)
        case .latin4: CharacterTables.latin4Cells.scalar(cell)
        case .cyrillic: CharacterTables.cyrillicCells.scalar(cell)
        case .arabic: CharacterTables.arabicCells.scalar(cell)
        case .greek: CharacterTables.greekCells.scalar(cell)
        case .hebrew: CharacterTables.hebrewCells.scalar(cell)
        case .latin5: CharacterTables.latin5Cells.scalar(cell)
        case .latin9: CharacterTables.latin9Cells.scalar(cell)
        case .thai: (0xA1...0xDA).contains(byte) || (0xDF...0xFB).contains(byte) ? 0x0E00 + UInt32(cell) : nil
        case .katakana: (0xA1...0xDF).contains(byte) ? 0xFF60 + UInt32(cell) : nil
        default: nil
        }
    }

    /// The table of a set that is no ISO 8859 one: 128 cells.
    private var codePage: CharacterTable? {
        switch self {
        case .windows1250: CharacterTables.windows1250Cells
        case .windows1251: CharacterTables.windows1251Cells
        case .windows1252: CharacterTables.windows1252Cells
        case .windows1253: CharacterTables.windows1253Cells
        case .windows1254: CharacterTables.windows1254Cells
        case .windows1255: CharacterTables.windows1255Cells
        case .windows1256: CharacterTables.windows1256Cells
        case .koi8: CharacterTables.koi8Cells
        default: nil
        }
    }

    /// A part of ISO 8859 by its number.
    init?(part: Int) {
        let parts: [Int: CodedSet] = [
            1: .latin1, 2: .latin2, 3: .latin3, 4: .latin4, 5: .cyrillic, 6: .arabic, 7: .greek, 8: .hebrew, 9: .latin5, 11: .thai, 15: .latin9,
        ]
        guard let set = parts[part] else { return nil }
        self = set
    }

    /// A code page of Windows by its number.
    init?(windows page: Int) {
        let pages: [Int: CodedSet] = [
            874: .thai, 1250: .windows1250, 1251: .windows1251, 1252: .windows1252, 1253: .windows1253, 1254: .windows1254, 1255: .windows1255,
            1256: .windows1256,
        ]
        guard let set = pages[page] else { return nil }
        self = set
    }

    /// The character of a pair of a double-byte set; the bytes in their 7-bit form, 0x21...0x7E.
    func scalar(_ first: UInt8, _ second: UInt8) -> UInt32? {
        guard (0x21...0x7E).contains(first), (0x21...0x7E).contains(second) else { return nil }
        let row = Int(first) - 0x21
        let column = Int(second) - 0x21
        return switch self {
        case .jisX0208: CharacterTables.jisX0208Cells.scalar(row * 94 + column) ?? NECKanji.scalar(row: row, column: column)
        case .jisX0212: CharacterTables.jisX0212Cells.scalar(row * 94 + column)
        case .ksX1001: CharacterTables.ksX1001Cells.scalar(row * 94 + column)
        // GB 2312 is the part of GB 18030's two-byte area in which both bytes are 0xA1 or more, up to row 0xF7.
        case .gb2312: row <= 0x56 ? CharacterTables.gb18030Cells.scalar((row + 0x20) * 190 + column + 0x60) : nil
        default: nil
        }
    }
}
