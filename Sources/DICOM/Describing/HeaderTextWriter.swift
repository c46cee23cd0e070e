/// Writes the element lines of a header text, sequence by sequence (H2 to H5, H11).
///
/// Recursive over items; the reader bounds the depth (128).
struct HeaderTextWriter: ~Copyable {
    let file: Part10File
    let format: HeaderText.Format
    var output = TextBuffer(capacity: 32 << 10)
    /// What character sets could not say, over all values.
    var issues: SpecificCharacterSet.Issues = []
    /// Decoded text of the value at hand.
    var scratch: [UInt8] = []
    /// `Sequence[0].` and so on, for the item at hand.
    private var path = TextBuffer(capacity: 256)
    private var isInflated = false
    /// Offset of the first element that was left out for the text's length.
    private var cutOffset: Int?

    init(_ file: Part10File, _ format: HeaderText.Format) {
        self.file = file
        self.format = format
    }

    mutating func writeElements() {
        write(file.meta)
        isInflated = file.isInflated
        write(file.dataSet)
        if let cutOffset {
            output.append("# the rest is left out")
            if format != .first {
                output.append(" from the element")
                writePlace(cutOffset)
                output.append(" on")
            }
            output.append(": longer than ")
            output.append(decimal: HeaderText.byteLimit)
            output.append(" bytes\n")
        }
        guard let error = file.parseError else { return }
        output.append("# error at offset ")
        output.append(decimal: error.offset)
        output.append(": ")
        output.append(error.message)
        output.append(0x0A)
    }

    private mutating func write(_ dataSet: DataSet) {
        var level = Level(dataSet)
        let storage = dataSet.storage
        var index = dataSet.range.lowerBound
        while index < dataSet.range.upperBound {
            if output.count > HeaderText.byteLimit {
                if cutOffset == nil { cutOffset = storage.records[index].offset }
                return
            }
            write(index, storage.records[index], &level)
            index = storage.after(index)
        }
    }

    private mutating func write(_ index: Int, _ record: ElementRecord, _ level: inout Level) {
        let tag = record.tagValue
        let isPlain = record.flags.isEmpty && record.vr != 0 && record.vr != VR.UN.rawValue
        let vr = isPlain ? VR(rawValue: record.vr) : level.element(index).vr
        output.append(path)
        let nameStart = output.count
        writeName(tag, index, &level)
        let nameEnd = output.count
        output.append(0x20)
        output.append(tag)
        output.append(0x20)
        if record.originalVR == VR.UN.rawValue, vr != .UN { output.append("UN>") }
        output.append(vr)
        output.append(" =")
        if vr == .SQ {
            let name = output.withBytes(nameStart..<nameEnd) { Array($0) }
            write(items: level.element(index).items, name: name)
        } else {
            writeValue(record, vr, index, level)
            output.append(0x0A)
        }
    }

    private mutating func write(items: [DataSet], name: [UInt8]) {
        output.append(0x20)
        output.append(decimal: items.count)
        output.append(items.count == 1 ? " item\n" : " items\n")
        let outer = path.count
        for (number, item) in items.enumerated() where cutOffset == nil {
            path.append(name)
            path.append(0x5B)
            path.append(decimal: number)
            path.append("].")
            write(item)
            path.truncate(to: outer)
        }
    }

    /// The last part of the path (H3, H4).
    private mutating func writeName(_ tag: Tag, _ index: Int, _ level: inout Level) {
        if tag.isPrivate {
            if tag.element > 0xFF { level.enter(tag, index) }
            switch format {
            case .first: writeFirstPrivateName(tag, level)
            case .second: writePrivateName(tag, level)
            }
        } else if let keyword = DataDictionary.entry(tag)?.keyword, !keyword.isEmpty {
            output.append(keyword)
        } else {
            output.append("Unknown")
        }
    }

    /// `private:CREATOR:name`, `private:creator` for what reserves a block, else `private:gggg,eeee`: no keyword of PS3.6 begins so,
    /// and no creator, whatever it is called, makes a line that looks like a public element's.
    private mutating func writePrivateName(_ tag: Tag, _ level: Level) {
        output.append("private:")
        if (0x10...0xFF).contains(tag.element) { return output.append("creator") }
        if level.creatorWord.isEmpty || tag.element <= 0xFF { return writePair(tag) }
        // A creator is a Long String: 64 characters.
        level.creatorWord.withUnsafeBytes { output.append(UnsafeRawBufferPointer(rebasing: $0.prefix(64))) }
        writeKnownName(tag, level)
    }

    /// Of format 1: `CREATOR:name`, the keyword PrivateCreator, `Private:gggg,eeee`.
    private mutating func writeFirstPrivateName(_ tag: Tag, _ level: Level) {
        if tag.element <= 0xFF, let keyword = DataDictionary.entry(tag)?.keyword, !keyword.isEmpty { return output.append(keyword) }
        if level.creatorWord.isEmpty || tag.element <= 0xFF {
            output.append("Private:")
            return writePair(tag)
        }
        output.append(level.creatorWord)
        writeKnownName(tag, level)
    }

    private mutating func writePair(_ tag: Tag) {
        output.append(hex: tag.rawValue >> 16, digits: 4)
        output.append(0x2C)
        output.append(hex: tag.rawValue & 0xFFFF, digits: 4)
    }

    /// `:name` of the private dictionary, else `:xxEE`.
    private mutating func writeKnownName(_ tag: Tag, _ level: Level) {
        output.append(0x3A)
        if let name = level.section?.entry(tag)?.keyword, !name.isEmpty { return output.append(name) }
        output.append("xx")
        output.append(hex: tag.rawValue & 0xFF, digits: 2)
    }

    /// Where the value lies, as H9 says it: in a deflated file the offset is one in the inflated data set.
    mutating func writePlace(_ offset: Int) {
        output.append(isInflated ? " at inflated " : " at ")
        output.append(decimal: offset)
    }

    /// What the elements of one data set or item share while they are written.
    struct Level {
        let dataSet: DataSet
        /// Block of the last private element, its creator as written in paths, and what is known of that creator.
        private var block: UInt32 = 0
        private(set) var creatorWord: [UInt8] = []
        private(set) var section: DataDictionary.PrivateSection?

        init(_ dataSet: DataSet) { self.dataSet = dataSet }

        func element(_ index: Int) -> DataElement { DataElement(dataSet: dataSet, index: index) }

        /// The character set in force.
        var characterSet: SpecificCharacterSet { dataSet.characterSet }

        /// Looks up the creator of a private element; free for the following elements of the block.
        mutating func enter(_ tag: Tag, _ index: Int) {
            guard tag.rawValue & 0xFFFF_FF00 != block else { return }
            block = tag.rawValue & 0xFFFF_FF00
            let creator = element(index).privateCreator ?? []
            section = DataDictionary.privateSection(creator)
            creatorWord = []
            for byte in creator {
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: creatorWord.append(byte)
                default: if creatorWord.last != 0x5F { creatorWord.append(0x5F) }
                }
            }
        }
    }
}
