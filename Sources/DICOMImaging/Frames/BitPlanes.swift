/// One-bit pixels, the first in the least significant bit (PS3.5 8.1.1, rule G2).
enum BitPlanes {
    /// Cells of 12 bits, two in three bytes, the first in the lower bits (ACR-NEMA; PS3.5 8.1.1), as 16-bit values.
    static func unpack12(_ packed: [UInt8], firstBit: Int, count: Int) -> [UInt8] {
        let present = max(0, min(count, (packed.count * 8 - firstBit) / 12))
        var output = [UInt8](repeating: 0, count: count * 2)
        for index in 0..<present {
            let bit = firstBit + index * 12
            let low = UInt16(packed[bit / 8]) | UInt16(packed[bit / 8 + 1]) << 8
            let value = bit % 8 == 0 ? low & 0xFFF : low >> 4
            output[index * 2] = UInt8(truncatingIfNeeded: value)
            output[index * 2 + 1] = UInt8(truncatingIfNeeded: value >> 8)
        }
        return output
    }

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
