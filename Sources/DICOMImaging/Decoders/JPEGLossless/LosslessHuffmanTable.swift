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
    private let code: JPEGHuffmanCode

    /// Stands in unused slots: every pattern is damage.
    static let empty = LosslessHuffmanTable()

    private init() {
        code = .none
        fast = [UInt32](repeating: Self.isLong, count: 1 << Self.fastBits)
    }

    /// Refuses categories that no difference has.
    init(_ code: JPEGHuffmanCode) throws(DICOMError) {
        guard code.values.allSatisfy({ $0 <= 16 }) else { throw DICOMError(.damagedPixels, "Huffman category beyond 16") }
        self.code = code
        fast = [UInt32](repeating: Self.isLong, count: 1 << Self.fastBits)
        code.forEach(upTo: Self.fastBits) { fill(code: $0, length: $1, category: Int($2)) }
    }

    /// Enters every `fastBits`-wide pattern that begins with `code`.
    private mutating func fill(code: Int, length: Int, category: Int) {
        let rest = Self.fastBits - length
        let extra = category == 16 ? 0 : category
        let first = code << rest
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
        code.search(window).map { ($0.length, Int($0.symbol)) }
    }
}
