/// The elements of a data set or of an item: an index over the bytes of a file. Values are decoded when asked for.
///
/// Not `Sendable`: it reads through its file.
package struct DataSet {
    let storage: HeaderStorage
    /// Records of its elements, contents of sequences between them.
    let range: Range<Int>
    /// Record of the Specific Character Set (0008,0005) in force where this item has none of its own; -1 for none.
    let inheritedCharacterSet: Int
    /// Implicit VR, as the data set around it is declared; single elements may differ (`DataElement.isImplicit`).
    package let isImplicit: Bool
    package let isLittleEndian: Bool
    /// Offset of its first element.
    package let offset: Int
    /// Offset of the item's tag (FFFE,E000); equal to `offset` for the outermost data set. Offsets in a DICOMDIR name this.
    package let itemOffset: Int

    package var isEmpty: Bool { range.isEmpty }
    var isRoot: Bool { inheritedCharacterSet == Self.rootMark }
    static let rootMark = -2

    /// The elements in file order, repeated tags included.
    package var elements: Elements { Elements(dataSet: self) }

    /// The first element with this tag.
    package func element(_ tag: Tag) -> DataElement? {
        guard let index = record(tag.rawValue) else { return nil }
        return DataElement(dataSet: self, index: index)
    }

    package func contains(_ tag: Tag) -> Bool { record(tag.rawValue) != nil }

    func record(_ tag: UInt32) -> Int? {
        if isRoot { return storage.rootIndex.record(tag) }
        var index = range.lowerBound
        while index < range.upperBound {
            if storage.records[index].tag == tag { return index }
            index = storage.after(index)
        }
        return nil
    }

    package struct Elements: Collection {
        let dataSet: DataSet
        package var startIndex: Int { dataSet.range.lowerBound }
        package var endIndex: Int { dataSet.range.upperBound }
        package func index(after index: Int) -> Int { dataSet.storage.after(index) }
        package subscript(position: Int) -> DataElement { DataElement(dataSet: dataSet, index: position) }
    }
}

extension HeaderStorage {
    /// The record after this one and its contents.
    func after(_ index: Int) -> Int { max(index &+ 1, Int(records[index].next)) }
}

extension DataSet {
    /// The outermost data set of a header.
    init(root storage: HeaderStorage, isImplicit: Bool, isLittleEndian: Bool, offset: Int) {
        self.init(
            storage: storage, range: 0..<storage.records.count, inheritedCharacterSet: Self.rootMark, isImplicit: isImplicit,
            isLittleEndian: isLittleEndian, offset: offset, itemOffset: offset)
    }

    /// An item.
    init(item index: Int, of parent: DataSet) {
        let storage = parent.storage
        let record = storage.records[index]
        let own = parent.characterSetRecord
        self.init(
            storage: storage, range: index + 1..<storage.after(index), inheritedCharacterSet: own, isImplicit: record.flags.contains(.implicit),
            isLittleEndian: !record.flags.contains(.bigEndian), offset: record.valueOffset, itemOffset: record.offset)
    }

    /// Record of the (0008,0005) in force here; -1 for none.
    var characterSetRecord: Int { record(Tag.specificCharacterSet.rawValue) ?? max(inheritedCharacterSet, -1) }

    /// The character set in force here: its own, else that of what encloses it (PS3.3 section C.12.1.1.2).
    package var characterSet: SpecificCharacterSet {
        let record = characterSetRecord
        if let last = storage.lastCharacterSet, last.record == record { return last.set }
        let terms = record < 0 ? [] : storage.value(storage.records[record], limit: 1024)
        var set = SpecificCharacterSet(terms)
        if set.isUndeclared, let found = storage.recognisedSet { set = found.set }
        storage.lastCharacterSet = (record, set)
        return set
    }

    /// Pixel Representation (0028,0103) is 1, here or in the outermost data set (PS3.3 section C.7.6.3.1).
    var isSigned: Bool { number(0x0028_0103) == 1 }

    /// Bits Allocated (0028,0100) above 8, or unknown.
    var isWord: Bool { number(0x0028_0100) ?? 16 > 8 }

    /// A US value, here or in the outermost data set.
    private func number(_ tag: UInt32) -> Int? {
        guard let index = record(tag) ?? storage.rootIndex.record(tag) else { return nil }
        let record = storage.records[index]
        guard record.length >= 2, let bytes = storage.bytes.resident(record.valueOffset, 2), let base = bytes.baseAddress else { return nil }
        return Int(ElementReader.load16(base, record.flags.contains(.bigEndian)))
    }
}

extension HeaderStorage {
    /// A copy of a value, at most `limit` bytes of it; empty where it cannot be read.
    func value(_ record: ElementRecord, limit: Int) -> [UInt8] {
        do throws(DICOMError) {
            return try bytes.withBytes(record.valueOffset, max(0, min(record.length, limit))) { Array($0) }
        } catch {
            return []
        }
    }
}
