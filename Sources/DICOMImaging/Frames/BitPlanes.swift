/// One-bit pixels, the first in the least significant bit (PS3.5 8.1.1, rule G2).
enum BitPlanes {
    /// One byte, 0 or 1, per bit. Frames of native data are not byte aligned: `firstBit` is 0...7. Bits that are not there are 0.
    static func unpack(_ packed: [UInt8], firstBit: Int, count: Int) -> [UInt8] {
        let present = max(0, min(count, packed.count * 8 - firstBit))
        return [UInt8](unsafeUninitializedCapacity: count) { output, filled in
            output.initialize(repeating: 0)
            packed.withUnsafeBufferPointer { input in
                for i in 0..<present {
                    let bit = firstBit &+ i
                    output[i] = input[bit &>> 3] &>> UInt8(truncatingIfNeeded: bit & 7) & 1
                }
            }
            filled = count
        }
    }
}
