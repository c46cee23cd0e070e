/// Reads Huffman coded differences from unstuffed bytes through a 64-bit buffer that is refilled without a branch.
///
/// The bytes must be followed by slack that the caller checks against (`position`): the reader itself never looks at an end,
/// so whoever uses it makes sure, row by row, that one row cannot run past the slack.
struct LosslessBitReader {
    private let base: UnsafeRawPointer
    /// Next byte to load.
    private(set) var position: Int
    private var window: UInt64 = 0
    private var available: UInt64 = 0
    /// A bit pattern that is no code was met.
    private(set) var isDamaged = false

    init(_ base: UnsafeRawPointer, from position: Int) {
        self.base = base
        self.position = position
    }

    /// Bytes really used so far, not counting what is buffered.
    var consumed: Int { position &- Int(available &>> 3) }

    /// The next difference modulo 2^16. Uses at most 32 bits.
    @inline(__always)
    mutating func difference(_ fast: UnsafePointer<UInt32>, _ table: UnsafePointer<LosslessHuffmanTable>) -> UInt32 {
        window |= UInt64(bigEndian: base.loadUnaligned(fromByteOffset: position, as: UInt64.self)) &>> available
        position &+= Int((63 &- available) &>> 3)
        available |= 56
        let entry = fast[Int(truncatingIfNeeded: window &>> UInt64(64 &- LosslessHuffmanTable.fastBits))]
        if entry & (LosslessHuffmanTable.isLong | LosslessHuffmanTable.needsExtraBits) != 0 {
            return slowDifference(entry, table.pointee)
        }
        skip(UInt64(entry & 63))
        return entry &>> 16
    }

    @inline(__always)
    private mutating func skip(_ count: UInt64) {
        window &<<= count
        available &-= count
    }

    @inline(never)
    private mutating func slowDifference(_ entry: UInt32, _ table: LosslessHuffmanTable) -> UInt32 {
        var (length, category) = (Int(entry & 63), Int(entry &>> 8) & 31)
        if entry & LosslessHuffmanTable.isLong != 0 {
            guard let found = table.search(window) else {
                isDamaged = true
                skip(1)
                return 0
            }
            (length, category) = found
        }
        skip(UInt64(length))
        if category == 16 { return 32768 }
        if category == 0 { return 0 }
        let bits = Int(window &>> UInt64(64 &- category))
        skip(UInt64(category))
        return UInt32(truncatingIfNeeded: LosslessHuffmanTable.difference(bits, category))
    }
}
