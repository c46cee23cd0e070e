/// Generated tables of character sets (`dcmfs-tables`), so that what a text decodes to depends on neither the machine's
/// C library nor on files that a sandbox hides (header-text.md H1). Each is unpacked once, when first needed.
enum CharacterTables {
    static let latin2Cells = CharacterTable(latin2, columns: 16)
    static let latin3Cells = CharacterTable(latin3, columns: 16)
    static let latin4Cells = CharacterTable(latin4, columns: 16)
    static let cyrillicCells = CharacterTable(cyrillic, columns: 16)
    static let arabicCells = CharacterTable(arabic, columns: 16)
    static let greekCells = CharacterTable(greek, columns: 16)
    static let hebrewCells = CharacterTable(hebrew, columns: 16)
    static let latin5Cells = CharacterTable(latin5, columns: 16)
    static let latin9Cells = CharacterTable(latin9, columns: 16)
    static let jisX0208Cells = CharacterTable(jisX0208, columns: 94)
    static let jisX0212Cells = CharacterTable(jisX0212, columns: 94)
    static let ksX1001Cells = CharacterTable(ksX1001, columns: 94)
    static let gb18030Cells = CharacterTable(gb18030, columns: 190)
    /// The rows that NEC and IBM added to Shift-JIS: leads 87, ED, EE, FA, FB, FC.
    static let cp932Cells = CharacterTable(cp932, columns: 188)
    // Right halves from 80 on.
    static let windows1250Cells = CharacterTable(windows1250, columns: 16)
    static let windows1251Cells = CharacterTable(windows1251, columns: 16)
    static let windows1252Cells = CharacterTable(windows1252, columns: 16)
    static let windows1253Cells = CharacterTable(windows1253, columns: 16)
    static let windows1254Cells = CharacterTable(windows1254, columns: 16)
    static let windows1255Cells = CharacterTable(windows1255, columns: 16)
    static let windows1256Cells = CharacterTable(windows1256, columns: 16)
    static let koi8Cells = CharacterTable(koi8, columns: 16)
}

/// Cells of a character set in the order of their bytes; 0 where no character is assigned.
struct CharacterTable: Sendable {
    private let cells: [UInt16]

    /// Unpacks lines of four hexadecimal digits a cell; `-` stands for a line of holes.
    init(_ text: StaticString, columns: Int) {
        let table = LineTable(text)
        var cells: [UInt16] = []
        var offset = 0
        while offset < table.count {
            let end = table.lineEnd(from: offset)
            if end - offset >= 4 * columns {
                for column in 0..<columns { cells.append(UInt16(truncatingIfNeeded: table.hex(at: offset + 4 * column, digits: 4))) }
            } else {
                cells.append(contentsOf: repeatElement(0, count: columns))
            }
            offset = end + 1
        }
        self.cells = cells
    }

    var count: Int { cells.count }

    /// The character of a cell; nil for holes and beyond the table.
    func scalar(_ index: Int) -> UInt32? {
        guard cells.indices.contains(index), cells[index] != 0 else { return nil }
        return UInt32(cells[index])
    }

    /// Every character of the table, holes as 0.
    var characters: [UInt16] { cells }
}
