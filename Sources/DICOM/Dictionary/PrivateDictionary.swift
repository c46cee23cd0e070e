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
        creator.withUnsafeBufferPointer { privateIndex.section($0) }.map { PrivateSection(number: $0) }
    }

    /// The elements of one creator.
    struct PrivateSection {
        fileprivate let number: Int

        func entry(_ tag: Tag) -> DictionaryEntry? {
            guard tag.isPrivate else { return nil }
            let index = privateIndex
            // The most special form first: `ggggeeee`, `ggggxxee`, `ggxxxxee`.
            for form in PrivateIndex.Form.allCases {
                if let line = index.elements.value(form.key(tag, number)) { return index.table.entry(ElementLine(packed: line)) }
            }
            return nil
        }
    }

    /// Built when the first private element of a named creator is met (less than a millisecond).
    fileprivate static let privateIndex = PrivateIndex(LineTable(DictionaryTables.privateElements))
}

/// The sections of the private table: `@CREATOR`, then that creator's lines.
private struct PrivateIndex: Sendable {
    /// How a line names its tags.
    enum Form: UInt64, CaseIterable {
        case exact = 0
        /// `ggggxxee`: in any block.
        case anyBlock = 1
        /// `ggxxxxee`: in any block of several groups.
        case anyGroup = 2

        init(_ table: LineTable, at offset: Int) {
            let x: UInt8 = 0x78
            self = table.start[offset + 2] == x ? .anyGroup : table.start[offset + 4] == x ? .anyBlock : .exact
        }

        func key(_ tag: Tag, _ section: Int) -> UInt64 {
            let mask: UInt32 =
                switch self {
                case .exact: 0xFFFF_FFFF
                case .anyBlock: 0xFFFF_00FF
                case .anyGroup: 0xFF00_00FF
                }
            return rawValue << 62 | UInt64(section) << 32 | UInt64(tag.rawValue & mask)
        }
    }

    let table: LineTable
    private(set) var elements = WideIndex(bits: 14)
    private var names: [Range<Int>] = []
    private var creators = OffsetIndex(bits: 11)

    init(_ table: LineTable) {
        self.table = table
        var offset = 0
        while offset < table.count {
            if table.start[offset] == 0x40 {
                let end = table.lineEnd(from: offset)
                open(section: offset + 1..<end)
                offset = end + 1
            } else {
                let line = table.measure(at: offset)
                let key = Form(table, at: offset).key(Tag(rawValue: table.hex(at: offset, digits: 8)), names.count - 1)
                elements.insert(key, value: line.packed)
                offset = line.end + 1
            }
        }
    }

    private mutating func open(section name: Range<Int>) {
        creators.insert(textHash(table.text(name).bytes), value: UInt32(truncatingIfNeeded: names.count))
        names.append(name)
    }

    func section(_ creator: UnsafeBufferPointer<UInt8>) -> Int? {
        guard let found = creators.value(textHash(creator)) else { return nil }
        return table.text(names[Int(found)]).bytes.elementsEqual(creator) ? Int(found) : nil
    }
}

/// FNV-1a, 32 bits.
func textHash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
    var hash: UInt32 = 0x811C_9DC5
    for byte in bytes { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    return hash
}
