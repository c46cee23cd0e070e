/// The inverse cosine transform of one block of 8 x 8 in integers, by Loeffler, Ligtenberg and Moschytz (ICASSP 1989): 12 multiplications
/// a row, constants of 13 bits. The scaling between the passes is that of the widespread decoders, so that results are equal, not only near.
struct InverseDCT {
    /// Bits of fraction between the two passes: 12-bit samples leave room for one in 32 bits.
    private let passBits: Int32
    private let center: Int32
    private let highest: Int32

    init(precision: Int) {
        passBits = precision > 8 ? 1 : 2
        center = 1 << Int32(precision - 1)
        highest = 1 << Int32(precision) - 1
    }

    /// - Parameters:
    ///   - block: 64 dequantised coefficients in rows; clobbered.
    ///   - target: the top left sample; `stride` samples from row to row.
    @inline(__always)
    func transform(_ block: UnsafeMutablePointer<Int32>, into target: UnsafeMutablePointer<UInt16>, stride: Int) {
        let columnShift = 13 &- passBits
        for column in 0..<8 {
            let c = block + column
            if c[8] | c[16] | c[24] | c[32] | c[40] | c[48] | c[56] == 0 {
                let value = c[0] &<< passBits
                for row in 0..<8 { c[row &* 8] = value }
            } else {
                let s = SIMD8(c[0], c[8], c[16], c[24], c[32], c[40], c[48], c[56])
                let v = Self.pass(s, rounding: 1 &<< (columnShift &- 1))
                for row in 0..<8 { c[row &* 8] = v[row] &>> columnShift }
            }
        }
        let rowShift = 13 &+ passBits &+ 3
        for row in 0..<8 {
            let r = block + row &* 8
            let v = Self.pass(SIMD8(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]), rounding: 1 &<< (rowShift &- 1))
            let out = target + row &* stride
            for column in 0..<8 { out[column] = sample(v[column] &>> rowShift) }
        }
    }

    /// The same for a block of which only the DC coefficient is not 0.
    @inline(__always)
    func fill(_ dc: Int32, into target: UnsafeMutablePointer<UInt16>, stride: Int) {
        let value = sample((dc &<< passBits &+ 1 &<< (passBits &+ 2)) &>> (passBits &+ 3))
        for row in 0..<8 {
            let out = target + row &* stride
            for column in 0..<8 { out[column] = value }
        }
    }

    @inline(__always)
    private func sample(_ value: Int32) -> UInt16 {
        UInt16(truncatingIfNeeded: min(max(value &+ center, 0), highest))
    }

    /// Eight values through the one-dimensional transform, scaled by 2^13, `rounding` added.
    @inline(__always)
    private static func pass(_ s: SIMD8<Int32>, rounding: Int32) -> SIMD8<Int32> {
        let shared = (s[2] &+ s[6]) &* 4433
        let even2 = shared &- s[6] &* 15137
        let even3 = shared &+ s[2] &* 6270
        let even0 = (s[0] &+ s[4]) &<< 13 &+ rounding
        let even1 = (s[0] &- s[4]) &<< 13 &+ rounding
        let (e0, e3, e1, e2) = (even0 &+ even3, even0 &- even3, even1 &+ even2, even1 &- even2)

        let z5 = (s[7] &+ s[3] &+ s[5] &+ s[1]) &* 9633
        let z1 = (s[7] &+ s[1]) &* -7373
        let z2 = (s[5] &+ s[3]) &* -20995
        let z3 = (s[7] &+ s[3]) &* -16069 &+ z5
        let z4 = (s[5] &+ s[1]) &* -3196 &+ z5
        let o3 = s[7] &* 2446 &+ z1 &+ z3
        let o2 = s[5] &* 16819 &+ z2 &+ z4
        let o1 = s[3] &* 25172 &+ z2 &+ z3
        let o0 = s[1] &* 12299 &+ z1 &+ z4
        return SIMD8(e0 &+ o0, e1 &+ o1, e2 &+ o2, e3 &+ o3, e3 &- o3, e2 &- o2, e1 &- o1, e0 &- o0)
    }
}
