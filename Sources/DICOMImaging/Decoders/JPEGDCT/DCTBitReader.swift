/// Reads Huffman codes from unstuffed bytes through a 64-bit buffer that is refilled without a branch.
///
/// The bytes must be followed by slack: the reader never looks at an end itself, so whoever uses it compares `consumed` after every block.
struct DCTBitReader {
    private let base: UnsafeRawPointer
    /// Next byte to load.
    private var position: Int
    private var window: UInt64 = 0
    private var available: UInt64 = 0
    /// A bit pattern that is no code was met.
    private(set) var isDamaged = false

    init(_ base: UnsafeRawPointer, from position: Int) {
        self.base = base
        self.position = position
    }

    /// Bytes begun so far, not counting what is only buffered.
    @inline(__always)
    var consumed: Int { position &- Int(available &>> 3) }

    /// Makes 56 bits available.
    @inline(__always)
    private mutating func refill() {
        window |= UInt64(bigEndian: base.loadUnaligned(fromByteOffset: position, as: UInt64.self)) &>> available
        position &+= Int((63 &- available) &>> 3)
        available |= 56
    }

    @inline(__always)
    private mutating func skip(_ count: Int) {
        window &<<= UInt64(truncatingIfNeeded: count)
        available &-= UInt64(truncatingIfNeeded: count)
    }

    /// The next zeros and coefficient; see `DCTEntries`. Uses at most 31 bits.
    @inline(__always)
    mutating func next(_ fast: UnsafePointer<UInt32>, _ code: UnsafePointer<JPEGHuffmanCode>, _ kind: DCTEntries.Kind) -> (run: Int, value: Int32) {
        refill()
        let entry = fast[Int(truncatingIfNeeded: window &>> UInt64(64 &- DCTEntries.fastBits))]
        if entry & (DCTEntries.isLong | DCTEntries.needsExtraBits) != 0 { return slow(entry, code, kind) }
        skip(Int(entry & 63))
        return (Int(entry &>> 6 & 127), Int32(bitPattern: entry) &>> 16)
    }

    @inline(never)
    private mutating func slow(_ entry: UInt32, _ code: UnsafePointer<JPEGHuffmanCode>, _ kind: DCTEntries.Kind) -> (run: Int, value: Int32) {
        var (length, run, extra) = (Int(entry & 63), entry &>> 6 & 127, Int(entry &>> 16 & 15))
        if entry & DCTEntries.isLong != 0 {
            guard let found = code.pointee.search(window) else {
                isDamaged = true
                return (Int(DCTEntries.endOfBlock), 0)
            }
            length = found.length
            (run, extra) = DCTEntries.meaning(found.symbol, kind)
        }
        skip(length)
        return (Int(run), Int32(truncatingIfNeeded: extended(extra)))
    }

    /// The next symbol of a progressive AC scan; 0 and `isDamaged` where there is none.
    @inline(__always)
    mutating func symbol(_ fast: UnsafePointer<UInt32>, _ code: UnsafePointer<JPEGHuffmanCode>) -> Int {
        refill()
        let entry = fast[Int(truncatingIfNeeded: window &>> UInt64(64 &- DCTEntries.fastBits))]
        if entry & DCTEntries.isLong == 0 {
            skip(Int(entry & 63))
            return Int(entry &>> 16)
        }
        guard let found = code.pointee.search(window) else {
            isDamaged = true
            return 0
        }
        skip(found.length)
        return Int(found.symbol)
    }

    /// The next `count` bits, 0...15, as they are.
    @inline(__always)
    mutating func bits(_ count: Int) -> Int {
        guard count > 0 else { return 0 }
        refill()
        let value = Int(truncatingIfNeeded: window &>> UInt64(truncatingIfNeeded: 64 &- count))
        skip(count)
        return value
    }

    /// The next `count` bits as a signed value (T.81 F.2.2.1).
    @inline(__always)
    mutating func extended(_ count: Int) -> Int { DCTEntries.extend(bits(count), count) }
}
