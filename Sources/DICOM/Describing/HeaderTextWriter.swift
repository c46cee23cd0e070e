/// Writes the element lines of a header text, sequence by sequence (H2 to H5, H11).
///
/// Recursive over items; the reader bounds the depth (128).
struct HeaderTextWriter {
    let file: Part10File
    private(set) var output: [UInt8] = []
    /// What character sets could not say, over all values.
    var issues: SpecificCharacterSet.Issues = []
    /// Decoded text of the value at hand.
    var scratch: [UInt8] = []
    /// `Sequence[0].` and so on, for the item at hand.
    private var path: [UInt8] = []
    private var isInflated = false
    private var isCut = false

    init(_ file: Part10File) {
        self.file = file
        output.reserveCapacity(32 << 10)
    }

    mutating func writeElements() {
        write(file.meta)
        isInflated = file.transferSyntax.encoding == .deflated
        write(file.dataSet)
        if isCut {
            output.append("# the rest is left out: longer than ")
            output.append(decimal: HeaderText.byteLimit)
            output.append(" bytes\n")
        }
        if let error = file.parseError {
            output.append("# error at offset ")
            output.append(decimal: error.offset)
            output.append(": ")
            output.append(contentsOf: error.message.utf8)
            output.append(0x0A)
        }
    }

    private mutating func write(_ dataSet: DataSet) {
        var level = Level(dataSet)
        for element in dataSet.elements {
            if output.count > HeaderText.byteLimit {
                isCut = true
                return
            }
            write(element, &level)
        }
    }

    private mutating func write(_ element: DataElement, _ level: inout Level) {
        let vr = element.vr
        let start = output.count
        output.append(contentsOf: path)
        let nameStart = output.count
        writeName(element, &level)
        let nameEnd = output.count
        output.append(0x20)
        output.append(element.tag)
        output.append(0x20)
        if element.originalVR == .UN, vr != .UN { output.append("UN>") }
        output.append(vr)
        output.append(" =")
        if element.isSequence {
            write(itemsOf: element, name: output[nameStart..<nameEnd], start: start)
        } else {
            writeValue(element, vr, &level)
            output.append(0x0A)
        }
    }

    private mutating func write(itemsOf element: DataElement, name: ArraySlice<UInt8>, start: Int) {
        let name = Array(name)
        let items = element.items
        output.append(0x20)
        output.append(decimal: items.count)
        output.append(items.count == 1 ? " item\n" : " items\n")
        let outer = path.count
        for (number, item) in items.enumerated() where !isCut {
            path.append(contentsOf: name)
            path.append(0x5B)
            path.append(decimal: number)
            path.append("].")
            write(item)
            path.removeSubrange(outer...)
        }
    }

    /// Where the value lies, as H9 says it: in a deflated file the offset is one in the inflated data set.
    mutating func writePlace(_ offset: Int) {
        output.append(isInflated ? " at inflated " : " at ")
        output.append(decimal: offset)
    }

    mutating func withOutput(_ body: (inout [UInt8]) -> Void) { body(&output) }
}

/// What the elements of one data set or item share while they are written.
struct Level {
    let dataSet: DataSet
    private var characterSet: SpecificCharacterSet?
    /// Block of the last private element, its creator as written in paths, and the creator itself.
    private(set) var block: UInt32 = 0
    private(set) var creator: [UInt8]?
    private(set) var creatorWord: [UInt8] = []

    init(_ dataSet: DataSet) { self.dataSet = dataSet }

    mutating func set() -> SpecificCharacterSet {
        if let characterSet { return characterSet }
        let set = dataSet.characterSet
        characterSet = set
        return set
    }

    /// Looks up the creator of a private element; cheap for the following elements of the block.
    mutating func enter(_ element: DataElement) {
        let block = element.tag.rawValue & 0xFFFF_FF00
        guard block != self.block else { return }
        self.block = block
        creator = element.privateCreator
        creatorWord.removeAll(keepingCapacity: true)
        for byte in creator ?? [] {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: creatorWord.append(byte)
            default: if creatorWord.last != 0x5F { creatorWord.append(0x5F) }
            }
        }
    }
}

extension HeaderTextWriter {
    /// The last part of the path: keyword, `CREATOR:name`, `Private:gggg,eeee` or `Unknown` (H3, H4).
    mutating func writeName(_ element: DataElement, _ level: inout Level) {
        let tag = element.tag
        if let entry = DataDictionary.entry(tag) {
            let keyword = entry.keyword
            withOutput { if keyword.isEmpty { $0.append("Unknown") } else { $0.append(keyword) } }
        } else if tag.isPrivate {
            level.enter(element)
            writePrivateName(tag, level)
        } else {
            withOutput { $0.append("Unknown") }
        }
    }

    private mutating func writePrivateName(_ tag: Tag, _ level: Level) {
        withOutput { output in
            guard let creator = level.creator else {
                output.append("Private:")
                output.append(hex: UInt64(tag.group), digits: 4)
                output.append(0x2C)
                output.append(hex: UInt64(tag.element), digits: 4)
                return
            }
            output.append(contentsOf: level.creatorWord)
            output.append(0x3A)
            if let name = DataDictionary.privateEntry(creator: creator, tag: tag)?.keyword, !name.isEmpty {
                output.append(name)
            } else {
                output.append("xx")
                output.append(hex: UInt64(tag.element & 0xFF), digits: 2)
            }
        }
    }
}
