import DICOM

/// A Huffman table of JPEG Lossless (T.81 Annex C and H.1.2.2) in a form in which one look-up yields the whole difference
/// where code and extra bits together fit `fastBits`, which is nearly always.
///
/// Entry, from the low bits: 0...7 bits to consume, 8...12 category (SSSS), 14 the code is longer than `fastBits` or no code at
/// all, 15 extra bits must be read after the code, 16...31 the difference modulo 2^16.
struct LosslessHuffmanTable {
    /// 11 to 13 are equally fast; beyond, the table no longer fits the first-level cache.
    static let fastBits = 12
    static let isLong: UInt32 = 1 << 14
    static let needsExtraBits: UInt32 = 1 << 15

    private(set) var fast: [UInt32]
    /// Largest code of each length left-aligned to 16 bits, plus one; 0 where there is none.
    private var limit: [UInt32]
    /// What to add to a code of that length to get its index in `values`.
    private var offset: [Int]
    private let values: [UInt8]

    /// Stands in unused slots: every pattern is damage.
    static let empty = LosslessHuffmanTable()

    private init() {
        values = []
        fast = [UInt32](repeating: Self.isLong, count: 1 << Self.fastBits)
        limit = [UInt32](repeating: 0, count: 17)
        offset = [Int](repeating: 0, count: 17)
    }

    /// From the 16 counts and the values of a DHT segment.
    init(counts: [UInt8], values: [UInt8]) throws(DICOMError) {
        self.values = values
        fast = [UInt32](repeating: Self.isLong, count: 1 << Self.fastBits)
        limit = [UInt32](repeating: 0, count: 17)
        offset = [Int](repeating: 0, count: 17)
        var code: UInt32 = 0
        var index = 0
        for length in 1...16 {
            let count = Int(counts[length - 1])
            guard code + UInt32(count) <= 1 << UInt32(length), index + count <= values.count else {
                throw DICOMError(.damagedPixels, "impossible Huffman table")
            }
            offset[length] = index - Int(code)
            for _ in 0..<count {
                guard values[index] <= 16 else { throw DICOMError(.damagedPixels, "Huffman category beyond 16") }
                if length <= Self.fastBits { fill(code: code, length: length, category: Int(values[index])) }
                code += 1
                index += 1
            }
            limit[length] = count > 0 ? code << UInt32(16 - length) : 0
            code <<= 1
        }
    }

    /// Enters every `fastBits`-wide pattern that begins with `code`.
    private mutating func fill(code: UInt32, length: Int, category: Int) {
        let rest = Self.fastBits - length
        let extra = category == 16 ? 0 : category
        let first = Int(code) << rest
        for suffix in 0..<(1 << rest) {
            if extra <= rest {
                let bits = suffix >> (rest - extra)
                let difference = category == 16 ? 32768 : Self.difference(bits, category)
                let low = UInt32(truncatingIfNeeded: difference) & 0xFFFF
                fast[first | suffix] = low << 16 | UInt32(category) << 8 | UInt32(length + extra)
            } else {
                fast[first | suffix] = Self.needsExtraBits | UInt32(category) << 8 | UInt32(length)
            }
        }
    }

    /// EXTEND of T.81 F.2.2.1.
    @inline(__always)
    static func difference(_ bits: Int, _ category: Int) -> Int {
        guard category > 0 else { return 0 }
        return bits >= 1 &<< (category &- 1) ? bits : bits &- (1 &<< category) &+ 1
    }

    /// Length and category of the code at the top of `window` (64 bits), or nil where no code begins so.
    func search(_ window: UInt64) -> (length: Int, category: Int)? {
        let top = UInt32(truncatingIfNeeded: window &>> 48)
        for length in 1...16 where top < limit[length] {
            let index = Int(top &>> UInt32(16 &- length)) &+ offset[length]
            guard index >= 0, index < values.count else { return nil }
            return (length, Int(values[index]))
        }
        return nil
    }
}
