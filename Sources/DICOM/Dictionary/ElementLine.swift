/// Where a line `ggggeeee VR VM Keyword` of a table is and how long its fields are, in 32 bits. The keyword may be missing.
struct ElementLine: Sendable {
    let packed: UInt32

    init(packed: UInt32) { self.packed = packed }

    fileprivate init(offset: Int, multiplicity: Int, keyword: Int) {
        packed = UInt32(truncatingIfNeeded: offset << 12 | (multiplicity & 0xF) << 8 | keyword & 0xFF)
    }

    var offset: Int { Int(packed >> 12) }
    fileprivate var multiplicityStart: Int { offset + 12 }
    fileprivate var multiplicityEnd: Int { multiplicityStart + Int(packed >> 8 & 0xF) }
    fileprivate var keywordLength: Int { Int(packed & 0xFF) }
    /// Offset of the newline.
    var end: Int { multiplicityEnd + (keywordLength > 0 ? 1 + keywordLength : 0) }
}

extension LineTable {
    /// Reads the lengths of the fields of the line at `offset`.
    func measure(at offset: Int) -> ElementLine {
        let multiplicity = field(at: offset + 12)
        let next = offset + 12 + multiplicity.count
        let hasKeyword = next < count && start[next] == 0x20
        return ElementLine(offset: offset, multiplicity: multiplicity.count, keyword: hasKeyword ? field(at: next + 1).count : 0)
    }

    func vr(at offset: Int) -> DictionaryVR { DictionaryVR(letters: start[offset + 9], start[offset + 10]) }

    func entry(_ line: ElementLine) -> DictionaryEntry {
        DictionaryEntry(
            vr: vr(at: line.offset), multiplicity: text(line.multiplicityStart..<line.multiplicityEnd),
            keyword: text(line.end - line.keywordLength..<line.end))
    }
}
