/// The samples of a grayscale frame as numbers, where no table can stand for them, and how often they occur.
struct GrayValues {
    let bytes: [UInt8]
    let container: SampleContainer
    let bits: StoredBits
    /// Pixels.
    let count: Int

    init(_ buffer: PixelBuffer, _ bits: StoredBits, count: Int) {
        (bytes, container, self.bits, self.count) = (buffer.bytes, buffer.container, bits, count)
    }

    /// The stored value of a pixel; 0 for one that is not there.
    @inline(__always)
    func value(_ index: Int) -> Double {
        bytes.withUnsafeBytes { raw in
            let at = index &* container.size
            guard at >= 0, at &+ container.size <= raw.count else { return 0 }
            switch container {
            case .uint8: return Double(bits.value(UInt32(raw[at])))
            case .uint16: return Double(bits.value(UInt32(raw.loadUnaligned(fromByteOffset: at, as: UInt16.self))))
            case .uint32: return Double(bits.value(raw.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
            case .float32: return Double(Float(bitPattern: raw.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
            case .float64: return Double(bitPattern: raw.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            }
        }
    }

    /// How often each pattern of the stored bits occurs in a container of 8 or 16 bits.
    func histogram(_ bits: StoredBits) -> [UInt32] {
        let size = 1 << min(bits.bits, container.size * 8, 16)
        let (mask, shift) = (size - 1, UInt16(min(bits.shift, 15)))
        // Neighbours are often equal: two tables keep one count from waiting for the other.
        var counts = [UInt32](repeating: 0, count: size * 2)
        counts.withUnsafeMutableBufferPointer { counts in
            bytes.withUnsafeBytes { raw in
                let present = min(count, raw.count / container.size)
                if container == .uint8 {
                    for i in 0..<present { counts[Int(UInt16(raw[i]) &>> shift) & mask &+ (i & 1) &* size] &+= 1 }
                } else {
                    for i in 0..<present {
                        let pattern = Int(raw.loadUnaligned(fromByteOffset: i &* 2, as: UInt16.self) &>> shift) & mask
                        counts[pattern &+ (i & 1) &* size] &+= 1
                    }
                }
            }
        }
        return (0..<size).map { counts[$0] &+ counts[$0 + size] }
    }
}
