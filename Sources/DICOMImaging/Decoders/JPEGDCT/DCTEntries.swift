/// Look-up tables made from a Huffman code for one scan: in the common case one look-up yields the run of zeros and the
/// coefficient with its extra bits.
///
/// Entry, from the low bits: 0...5 bits to consume; 6...12 zeros before the coefficient (0...15; 64 ends the block);
/// 13 the code is longer than `fastBits` or no code at all; 14 extra bits follow the code; 16...31 the coefficient (signed), or with
/// bit 14 the number of extra bits. `symbols` tables hold the bare symbol in 16...31.
enum DCTEntries {
    static let fastBits = 11
    static let size = 1 << fastBits
    static let isLong: UInt32 = 1 << 13
    static let needsExtraBits: UInt32 = 1 << 14
    static let endOfBlock: UInt32 = 64

    enum Kind {
        /// Symbol = number of extra bits.
        case dc
        /// Symbol = zeros << 4 | number of extra bits, sequential.
        case ac
        /// Progressive AC scans: the symbol as it is.
        case symbols
    }

    static func make(_ code: JPEGHuffmanCode, _ kind: Kind) -> [UInt32] {
        var entries = [UInt32](repeating: isLong, count: size)
        code.forEach(upTo: fastBits) { code, length, symbol in
            let rest = fastBits - length
            let (run, extra) = meaning(symbol, kind)
            let first = code << rest
            for suffix in 0..<(1 << rest) {
                guard first | suffix < size else { return }
                if kind == .symbols {
                    entries[first | suffix] = UInt32(symbol) << 16 | UInt32(length)
                } else if extra > rest {
                    entries[first | suffix] = UInt32(extra) << 16 | needsExtraBits | run << 6 | UInt32(length)
                } else {
                    let value = UInt32(truncatingIfNeeded: extend(suffix >> (rest - extra), extra)) & 0xFFFF
                    entries[first | suffix] = value << 16 | run << 6 | UInt32(length + extra)
                }
            }
        }
        return entries
    }

    /// Zeros before the coefficient and number of its extra bits (T.81 F.1.2.1, F.1.2.2).
    @inline(__always)
    static func meaning(_ symbol: UInt8, _ kind: Kind) -> (run: UInt32, extra: Int) {
        guard kind == .ac else { return (0, Int(symbol & 15)) }
        if symbol & 15 == 0 { return (symbol == 0xF0 ? 15 : endOfBlock, 0) }
        return (UInt32(symbol >> 4), Int(symbol & 15))
    }

    /// EXTEND of T.81 F.2.2.1.
    @inline(__always)
    static func extend(_ bits: Int, _ count: Int) -> Int {
        guard count > 0 else { return 0 }
        return bits >= 1 &<< (count &- 1) ? bits : bits &- (1 &<< count) &+ 1
    }
}
