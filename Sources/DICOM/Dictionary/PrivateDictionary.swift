/// Private elements of known creators (PS3.5 section 7.8), whatever block they were given in the file.
extension DataDictionary {
    /// The entry of a private element, or nil where the creator or the element is not known. Its keyword is a word made of
    /// the element's name, and empty where only the VR is known.
    ///
    /// - Parameter creator: value of the private creator element, without padding.
    package static func privateEntry(creator: [UInt8], tag: Tag) -> DictionaryEntry? {
        privateSection(creator)?.entry(tag)
    }

    /// What is known of a creator, to look up several of its elements.
    static func privateSection(_ creator: [UInt8]) -> PrivateSection? {
        creator.withUnsafeBufferPointer { privateIndex.section($0) }.map { PrivateSection(lines: $0) }
    }

    /// The elements of one creator.
    struct PrivateSection {
        fileprivate let lines: Range<Int>

        func entry(_ tag: Tag) -> DictionaryEntry? {
            guard tag.isPrivate else { return nil }
            let index = privateIndex
            let keys = privateKeys(tag)
            for number in keys.indices {
                if let offset = index.line(keys[number], in: lines) { return index.table.entry(at: offset) }
            }
            return nil
        }
    }

    /// Built when the first private element of a named creator is met (a third of a millisecond).
    fileprivate static let privateIndex = PrivateIndex(LineTable(DictionaryTables.privateElements))

    /// The ways a line may name the tag, most special first: `ggggeeee`, `ggggxxee`, `ggxxxxee`, as eight letters.
    fileprivate static func privateKeys(_ tag: Tag) -> [3 of UInt64] {
        let all = letters(tag.rawValue)
        let anyBlock = all & 0xFFFF_FFFF_0000_FFFF | 0x7878_0000
        let anyGroup = anyBlock & 0xFFFF_0000_0000_FFFF | 0x7878_7878_0000
        return [all, anyBlock, anyGroup]
    }

    private static func letters(_ value: UInt32) -> UInt64 {
        var result: UInt64 = 0
        for shift in stride(from: UInt32(28), through: 0, by: -4) {
            let digit = UInt64(value >> shift & 0xF)
            result = result << 8 | (digit + (digit < 10 ? 0x30 : 0x57))
        }
        return result
    }
}

/// The sections of the private table: `@CREATOR`, then that creator's lines in ascending order.
private struct PrivateIndex: Sendable {
    let table: LineTable
    private var sections: [Range<Int>] = []
    private var names: [Range<Int>] = []
    private var lines: [UInt32] = []
    private var creators = OffsetIndex(bits: 11)

    init(_ table: LineTable) {
        self.table = table
        var offset = 0
        while offset < table.count {
            let end = table.lineEnd(from: offset)
            if table.start[offset] == 0x40 {
                open(section: offset + 1..<end)
            } else if end > offset {
                lines.append(UInt32(truncatingIfNeeded: offset))
                sections[sections.count - 1] = sections[sections.count - 1].lowerBound..<lines.count
            }
            offset = end + 1
        }
    }

    private mutating func open(section name: Range<Int>) {
        creators.insert(textHash(table.text(name).bytes), value: UInt32(truncatingIfNeeded: sections.count))
        names.append(name)
        sections.append(lines.count..<lines.count)
    }

    func section(_ creator: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        guard let number = creators.value(textHash(creator)).map({ Int($0) }), table.text(names[number]).bytes.elementsEqual(creator) else { return nil }
        return sections[number]
    }

    /// Offset of the line that begins with these eight letters.
    func line(_ key: UInt64, in section: Range<Int>) -> Int? {
        var low = section.lowerBound
        var high = section.upperBound
        while low < high {
            let middle = (low + high) / 2
            let offset = Int(lines[middle])
            let found = UInt64(bigEndian: UnsafeRawPointer(table.start + offset).loadUnaligned(as: UInt64.self))
            if found == key { return offset }
            if found < key { low = middle + 1 } else { high = middle }
        }
        return nil
    }
}

/// FNV-1a, 32 bits.
func textHash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
    var hash: UInt32 = 0x811C_9DC5
    for byte in bytes { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    return hash
}
