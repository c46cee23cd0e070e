/// One element, item or sequence of a parsed data set: a row of a flat table in file order (32 bytes).
///
/// Contents of a sequence follow it; `next` leads past them. So skipping is one step and nothing is allocated per level.
struct ElementRecord {
    struct Flags: OptionSet {
        let rawValue: UInt8
        /// No VR in the file: the dictionary says it.
        static let implicit = Flags(rawValue: 1)
        static let bigEndian = Flags(rawValue: 2)
        /// The length in the file is FFFFFFFF.
        static let undefinedLength = Flags(rawValue: 4)
        /// The file (or the parent) ends before the value does.
        static let truncated = Flags(rawValue: 8)
        /// Records of items follow.
        static let sequence = Flags(rawValue: 16)
        /// The value is a fragment sequence (PS3.5 Annex A.4); see `HeaderStorage.fragments`.
        static let fragments = Flags(rawValue: 32)
        /// A sequence that was not looked into (depth limit).
        static let opaque = Flags(rawValue: 64)
    }

    let tag: UInt32
    /// The VR to decode with as far as the file says it; 0 where the dictionary must (implicit, unknown VR).
    var vr: UInt16
    /// The two bytes in the file; 0 in Implicit VR.
    let originalVR: UInt16
    /// Of the element's header.
    let offset: Int
    /// Bytes of value that are there. Of a sequence of undefined length: up to where it ended, delimiter excluded.
    var length: Int
    /// Index of the record after this one's contents.
    var next: UInt32
    let headerLength: UInt8
    var flags: Flags

    var valueOffset: Int { offset &+ Int(headerLength) }
    var tagValue: Tag { Tag(rawValue: tag) }
    static let itemTag: UInt32 = 0xFFFE_E000
    static let itemDelimiter: UInt32 = 0xFFFE_E00D
    static let sequenceDelimiter: UInt32 = 0xFFFE_E0DD
}

/// A fragment sequence, known by walking its item headers (PS3.5 Annex A.4).
package struct FragmentSequence: Hashable, Sendable {
    /// Offset of the first item header: the Basic Offset Table's, where the file is right.
    package var offset: Int
    /// Offset after the last fragment (of the delimiter, where there is one).
    package var end: Int
    /// Bytes in the Basic Offset Table; -1 when there is no item at all.
    package var offsetTableLength: Int
    /// Fragments after the offset table.
    package var fragmentCount: Int
    /// Their bytes, together.
    package var byteCount: Int
    /// The sequence ends with its delimiter.
    package var isDelimited: Bool
    /// Where the items of the only frame that is wanted lie (`Leniency.frameRange`); counts are unknown then.
    package var frameRange: Range<Int>?
}

/// A parsed header: its table of elements and the bytes below.
final class HeaderStorage {
    let bytes: ByteStore
    let records: [ElementRecord]
    /// Fragment sequences by index of record.
    let fragments: [Int: FragmentSequence]
    /// Tags of the outermost data set, ascending, with the record that counts for each.
    let rootIndex: RootIndex
    /// Last private creator that was looked up: first record of the data set, block, record of the creator.
    var lastCreator: (dataSet: Int, block: UInt32, record: Int) = (-1, 0, -1)
    /// Last character set that was made, by record of (0008,0005).
    var lastCharacterSet: (record: Int, set: SpecificCharacterSet)?

    /// What all texts agree with, where no character set is declared. Looked for once, when the first such text is decoded.
    private(set) lazy var recognisedSet: RecognisedSet? = {
        isRecognised = true
        guard mayHoldEightBitText else { return nil }
        var recognition = CharacterSetRecognition()
        recognition.collect(DataSet(root: self, isImplicit: false, isLittleEndian: true, offset: 0))
        return recognition.recognised()
    }()
    /// Whether anything that can be text has a byte above 7F. Most files have none, and to ask each element costs far more.
    private var mayHoldEightBitText: Bool {
        records.withUnsafeBufferPointer { records in
            for record in records where record.length > 0 && record.length <= CharacterSetRecognition.textLimit {
                let vr = VR(rawValue: record.vr)
                guard record.vr == 0 || vr == .UN || vr.usesCharacterSet, !record.flags.contains(.sequence), !record.flags.contains(.fragments),
                    let value = bytes.resident(record.valueOffset, record.length)
                else { continue }
                // Where the dictionary says the VR, bytes that no text has say as much: most of these are numbers.
                if value.hasEightBitBytes, vr.usesCharacterSet || !value.hasControlBytes { return true }
            }
            return false
        }
    }

    /// Bytes of long values that may still be read for their digests.
    var digestBudget = ValueDigest.budget
    /// `recognisedSet` was looked for.
    private(set) var isRecognised = false

    init(bytes: ByteStore, records: [ElementRecord], fragments: [Int: FragmentSequence]) {
        self.bytes = bytes
        self.records = records
        self.fragments = fragments
        rootIndex = RootIndex(records)
    }
}

/// The outermost elements by tag: binary search, first occurrence wins, whatever order the file has.
struct RootIndex {
    private(set) var tags: [UInt32] = []
    private(set) var indices: [UInt32] = []
    /// First element whose tag is not greater than the one before; -1 when all ascend.
    private(set) var outOfOrder = -1
    /// First repeated tag; -1 when there is none.
    private(set) var duplicate = -1

    init(_ records: [ElementRecord]) {
        let guess = min(records.count, 512)
        tags.reserveCapacity(guess)
        indices.reserveCapacity(guess)
        var index = 0
        var last = -1
        while index < records.count {
            let tag = records[index].tag
            if Int(tag) <= last, outOfOrder < 0 { outOfOrder = index }
            last = Int(tag)
            tags.append(tag)
            indices.append(UInt32(truncatingIfNeeded: index))
            index = max(index + 1, Int(records[index].next))
        }
        if outOfOrder >= 0 { sortUnique() }
    }

    private mutating func sortUnique() {
        var keys = zip(tags, indices).map { UInt64($0) << 32 | UInt64($1) }
        keys.sort()
        tags.removeAll(keepingCapacity: true)
        indices.removeAll(keepingCapacity: true)
        for key in keys {
            let tag = UInt32(truncatingIfNeeded: key >> 32)
            let index = UInt32(truncatingIfNeeded: key)
            if tags.last == tag {
                if duplicate < 0 || Int(index) < duplicate { duplicate = Int(index) }
                continue
            }
            tags.append(tag)
            indices.append(index)
        }
    }

    func record(_ tag: UInt32) -> Int? {
        var low = 0
        var high = tags.count
        while low < high {
            let middle = (low + high) / 2
            if tags[middle] < tag { low = middle + 1 } else { high = middle }
        }
        return low < tags.count && tags[low] == tag ? Int(indices[low]) : nil
    }
}
