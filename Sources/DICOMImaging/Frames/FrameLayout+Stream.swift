import DICOM

/// Where stream and header disagree about the samples the stream rules (PS3.5 sections 8.2.1 to 8.2.4).
extension FrameLayout {
    /// Takes over the sign (rule J2) and the depth of what a decoder delivered.
    ///
    /// - Parameter buffer: is told where the stored bits lie, and cleared of what lossy coding adds to them.
    mutating func adopt(_ buffer: inout PixelBuffer, purpose: DecodePurpose) {
        if let coded = buffer.isSigned { isSigned = coded }
        guard !isFloat, let precision = buffer.codedBits, (1...buffer.container.size * 8).contains(precision) else { return }
        if shift > 0, precision == highBit + 1 || precision == bitsAllocated {
            // The stream carries whole pixel cells (PS3.5 8.1.1): the stored bits lie where they lie in native data.
            buffer.shift = shift
        } else if precision > bitsAllocated {
            deepen(to: precision)
        } else if precision > bitsStored {
            if buffer.isLossy {
                if purpose == .display { buffer.clamp(from: precision, to: bitsStored, isSigned: isSigned) }
            } else if precision < bitsAllocated || !buffer.holdsCells, buffer.exceeds(bitsStored, of: precision, isSigned: isSigned) {
                deepen(to: precision)
            }
        } else if precision < bitsStored, samples > 1 || isSigned && (buffer.holdsCells || buffer.isSigned != nil) {
            // The sign is the top bit of what was coded, and full brightness its largest value. The DCT knows no sign: what is written
            // with it was made positive before.
            bitsStored = precision
            highBit = precision - 1
        }
    }

    private mutating func deepen(to precision: Int) {
        bitsStored = precision
        highBit = precision - 1
        if precision > bitsAllocated { bitsAllocated = precision <= 8 ? 8 : precision <= 16 ? 16 : 32 }
    }
}

extension PixelBuffer {
    /// Coding noise lifts a bright sample above the largest stored value: it is the brightest then, and not what is left of it without
    /// its top bit.
    mutating func clamp(from precision: Int, to bits: Int, isSigned: Bool) {
        let field = StoredBits(bits: precision, isSigned: isSigned)
        let wanted = StoredBits(bits: bits, isSigned: isSigned)
        let (lowest, highest) = (wanted.lowest, wanted.highest)
        change { word in min(max(field.value(word), lowest), highest) }
    }

    /// Whether a sample needs more bits than these.
    func exceeds(_ bits: Int, of precision: Int, isSigned: Bool) -> Bool {
        let field = StoredBits(bits: precision, isSigned: isSigned)
        let wanted = StoredBits(bits: bits, isSigned: isSigned)
        let (lowest, highest) = (wanted.lowest, wanted.highest)
        let size = container.size
        return bytes.withUnsafeBytes { raw in
            for at in stride(from: 0, through: raw.count - size, by: size) {
                let word: UInt32 =
                    switch size {
                    case 1: UInt32(raw[at])
                    case 2: UInt32(raw.loadUnaligned(fromByteOffset: at, as: UInt16.self))
                    default: raw.loadUnaligned(fromByteOffset: at, as: UInt32.self)
                    }
                let value = field.value(word)
                if value < lowest || value > highest { return true }
            }
            return false
        }
    }

    private mutating func change(_ change: (UInt32) -> Int) {
        let container = container
        bytes.withUnsafeMutableBytes { raw in
            switch container {
            case .uint8:
                for at in 0..<raw.count { raw[at] = UInt8(truncatingIfNeeded: change(UInt32(raw[at]))) }
            case .uint16:
                for at in stride(from: 0, to: raw.count - 1, by: 2) {
                    let word = UInt32(raw.loadUnaligned(fromByteOffset: at, as: UInt16.self))
                    raw.storeBytes(of: UInt16(truncatingIfNeeded: change(word)), toByteOffset: at, as: UInt16.self)
                }
            case .uint32:
                for at in stride(from: 0, to: raw.count - 3, by: 4) {
                    let word = raw.loadUnaligned(fromByteOffset: at, as: UInt32.self)
                    raw.storeBytes(of: UInt32(truncatingIfNeeded: change(word)), toByteOffset: at, as: UInt32.self)
                }
            case .float32, .float64: break
            }
        }
    }
}
