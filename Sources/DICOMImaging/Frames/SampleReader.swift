/// Reads single stored values: order of samples, shift, mask and sign resolved (rule G1). Checked, for slow paths.
struct SampleReader {
    private let buffer: PixelBuffer
    private let layout: FrameLayout
    private let bits: StoredBits

    init(_ buffer: PixelBuffer, _ layout: FrameLayout) {
        self.buffer = buffer
        self.layout = layout
        bits = StoredBits(layout, shift: buffer.shift)
    }

    func value(_ pixel: Int, _ sample: Int) -> Int { bits.value(raw(position(pixel, sample))) }

    private func position(_ pixel: Int, _ sample: Int) -> Int {
        switch buffer.order {
        case .interleaved: return pixel * layout.samples + sample
        case .planar: return sample * layout.pixelCount + pixel
        case .chroma422:
            let pairs = (layout.columns + 1) / 2
            let (row, column) = (pixel / layout.columns, pixel % layout.columns)
            let start = (row * pairs + column / 2) * 4
            return start + (sample == 0 ? column & 1 : sample + 1)
        }
    }

    private func raw(_ index: Int) -> UInt32 {
        let at = index * buffer.container.size
        guard at >= 0, at + buffer.container.size <= buffer.bytes.count else { return 0 }
        switch buffer.container {
        case .uint8: return UInt32(buffer.bytes[at])
        case .uint16: return UInt32(buffer.bytes[at]) | UInt32(buffer.bytes[at + 1]) << 8
        case .uint32, .float32, .float64:
            return UInt32(buffer.bytes[at]) | UInt32(buffer.bytes[at + 1]) << 8 | UInt32(buffer.bytes[at + 2]) << 16 | UInt32(buffer.bytes[at + 3])
                << 24
        }
    }
}

/// From the bits in a container to a stored value (rule G1).
struct StoredBits {
    let shift: Int
    let bits: Int
    let isSigned: Bool

    init(_ layout: FrameLayout, shift: Int) {
        self.shift = shift
        bits = layout.bitsStored
        isSigned = layout.isSigned
    }

    /// Of values that stand in the lowest bits.
    init(bits: Int, isSigned: Bool) {
        (shift, self.bits, self.isSigned) = (0, bits, isSigned)
    }

    var mask: UInt32 { bits >= 32 ? .max : UInt32(1) << UInt32(bits) &- 1 }
    var lowest: Int { isSigned ? -(1 << (bits - 1)) : 0 }
    var highest: Int { isSigned ? 1 << (bits - 1) - 1 : 1 << bits - 1 }

    @inline(__always)
    func value(_ raw: UInt32) -> Int {
        let field = raw &>> UInt32(truncatingIfNeeded: shift) & mask
        guard isSigned, field &>> UInt32(truncatingIfNeeded: bits &- 1) & 1 == 1 else { return Int(field) }
        return Int(field) &- 1 << bits
    }
}
