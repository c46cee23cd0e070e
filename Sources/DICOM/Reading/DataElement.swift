/// One element of a data set: what its header says, and access to its value.
package struct DataElement {
    /// The data set or item that it stands in.
    package let dataSet: DataSet
    let index: Int
    private var storage: HeaderStorage { dataSet.storage }
    var record: ElementRecord { dataSet.storage.records[index] }

    init(dataSet: DataSet, index: Int) {
        self.dataSet = dataSet
        self.index = index
    }

    package var tag: Tag { record.tagValue }
    /// The VR in the file, as it stands there; nil in Implicit VR.
    package var originalVR: VR? { record.originalVR == 0 ? nil : VR(rawValue: record.originalVR) }
    package var isImplicit: Bool { record.flags.contains(.implicit) }
    package var isLittleEndian: Bool { !record.flags.contains(.bigEndian) }
    /// Offset of the element's tag.
    package var offset: Int { record.offset }
    /// Offset of the first byte of its value.
    package var valueOffset: Int { record.valueOffset }
    /// Bytes of value as the file says, as far as they are there; -1 where the length is undefined.
    package var length: Int { isUndefinedLength ? -1 : record.length }
    /// Bytes that the value takes, also where its length is undefined (delimiter excluded).
    package var contentLength: Int { record.length }
    package var isUndefinedLength: Bool { record.flags.contains(.undefinedLength) }
    /// The file or its parent ends before the value does.
    package var isTruncated: Bool { record.flags.contains(.truncated) }
    /// A sequence that lies deeper than the reader looks.
    package var isOpaque: Bool { record.flags.contains(.opaque) }
    package var isSequence: Bool { record.flags.contains(.sequence) || vr == .SQ }

    /// The VR to decode with: the file's; by the dictionary in Implicit VR, for a VR that does not exist, and for UN with a
    /// known tag (PS3.5 section 6.2.2, CP-246).
    package var vr: VR {
        let record = record
        if record.flags.contains(.sequence) { return .SQ }
        let known = VR(rawValue: record.vr)
        if record.vr != 0, known != .UN { return record.flags.contains(.opaque) ? .UN : known }
        // Encapsulated data are a string of bytes, whatever the encoding around them (PS3.5 Annex A.4).
        if record.flags.contains(.fragments) { return .OB }
        let isWord = record.flags.contains(.implicit) || known == .UN || dataSet.isWord
        let found = dictionaryVR?.resolved(isSigned: dataSet.isSigned, isWord: isWord) ?? .UN
        return found == .SQ && record.length > 0 ? .UN : found
    }

    private var dictionaryVR: DictionaryVR? {
        let tag = tag
        if !tag.isPrivate || tag.element <= 0xFF { return DataDictionary.vr(tag) }
        guard let creator = privateCreator else { return nil }
        return DataDictionary.privateEntry(creator: creator, tag: tag)?.vr
    }

    /// Items of a sequence; empty for anything else.
    package var items: [DataSet] {
        guard record.flags.contains(.sequence) else { return [] }
        let end = storage.after(index)
        var items: [DataSet] = []
        var item = index + 1
        while item < end {
            items.append(DataSet(item: item, of: dataSet))
            item = storage.after(item)
        }
        return items
    }

    /// The item with this 0-based number, without making the others.
    package func item(_ number: Int) -> DataSet? {
        guard record.flags.contains(.sequence) else { return nil }
        let end = storage.after(index)
        var item = index + 1
        var left = number
        while item < end {
            if left == 0 { return DataSet(item: item, of: dataSet) }
            left -= 1
            item = storage.after(item)
        }
        return nil
    }

    package var itemCount: Int {
        guard record.flags.contains(.sequence) else { return 0 }
        let end = storage.after(index)
        var count = 0
        var item = index + 1
        while item < end {
            count += 1
            item = storage.after(item)
        }
        return count
    }

    /// The fragments of an encapsulated value; nil for a native one.
    package var fragments: FragmentSequence? { record.flags.contains(.fragments) ? storage.fragments[index] : nil }

    /// Value of the private creator element that reserves this element's block, trimmed; nil for public elements and where
    /// there is none (PS3.5 section 7.8.1).
    package var privateCreator: [UInt8]? {
        let tag = tag
        guard tag.isPrivate, tag.element > 0xFF else { return nil }
        let block = tag.rawValue & 0xFFFF_0000 | UInt32(tag.element >> 8)
        let start = dataSet.range.lowerBound
        var creator = -1
        if storage.lastCreator.dataSet == start, storage.lastCreator.block == block {
            creator = storage.lastCreator.record
        } else {
            creator = dataSet.record(block) ?? -1
            storage.lastCreator = (start, block, creator)
        }
        guard creator >= 0 else { return nil }
        let value = storage.value(storage.records[creator], limit: 1024).withUnsafeBytes { TextTrimming.trimmed($0) }
        return value.isEmpty ? nil : value
    }
}
