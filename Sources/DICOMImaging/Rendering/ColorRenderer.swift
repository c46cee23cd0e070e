/// Three samples a pixel to 8-bit RGB (rules C1 to C7).
struct ColorRenderer {
    private let layout: FrameLayout
    private let buffer: PixelBuffer

    init(_ layout: FrameLayout, _ buffer: PixelBuffer) {
        self.layout = layout
        self.buffer = buffer
    }

    /// YCbCr that no decoder has turned into RGB yet.
    private var isYCbCr: Bool {
        switch buffer.coding {
        case .rgb: false
        case .ycbcr: true
        case .declared: layout.photometric == .ybrFull || layout.photometric == .ybrFull422
        }
    }

    func rows() -> PictureRows {
        let isPlain = buffer.container == .uint8 && buffer.order != .chroma422 && layout.bitsStored == 8 && !layout.isSigned && buffer.shift == 0
        return PictureRows(width: layout.columns, height: layout.rows, channels: 3) { row, target in
            if isPlain { copy(row, to: target) } else { scale(row, to: target) }
            if isYCbCr { Self.convert(target) }
        }
    }

    /// The pixels themselves, where they already are what a picture holds.
    var bitmap: Bitmap? {
        let isRaster = buffer.container == .uint8 && buffer.order == .interleaved && layout.bitsStored == 8 && !layout.isSigned && buffer.shift == 0
        guard isRaster, !isYCbCr, buffer.bytes.count == layout.sampleCount else { return nil }
        return Bitmap(width: layout.columns, height: layout.rows, channels: 3, pixels: buffer.bytes)
    }

    /// 8 bits, interleaved or in planes. The buffer has been measured by `FrameRenderer`.
    private func copy(_ row: Int, to target: UnsafeMutableRawBufferPointer) {
        buffer.bytes.withUnsafeBytes { source in
            let first = row * layout.columns
            if buffer.order == .interleaved {
                return target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[first * 3..<first * 3 + target.count]))
            }
            let plane = layout.pixelCount
            for index in 0..<layout.columns {
                target[index &* 3] = source[first &+ index]
                target[index &* 3 &+ 1] = source[plane &+ first &+ index]
                target[index &* 3 &+ 2] = source[plane &* 2 &+ first &+ index]
            }
        }
    }

    /// Other depths: v * 255 / (2^BitsStored - 1), rounded (rule C1).
    private func scale(_ row: Int, to target: UnsafeMutableRawBufferPointer) {
        let reader = SampleReader(buffer, layout)
        let bits = StoredBits(layout, shift: buffer.shift)
        let span = bits.highest - bits.lowest
        for column in 0..<layout.columns {
            for sample in 0..<3 {
                let value = reader.value(row * layout.columns + column, sample) - bits.lowest
                target[column * 3 + sample] = UInt8(truncatingIfNeeded: min(255, (value * 255 + span / 2) / max(1, span)))
            }
        }
    }

    /// PS3.3 C.7.6.3.1.2, in place (rule C3).
    static func convert(_ pixels: UnsafeMutableRawBufferPointer) {
        var at = 0
        while at + 2 < pixels.count {
            let y = Double(pixels[at])
            let cb = Double(pixels[at &+ 1]) - 128
            let cr = Double(pixels[at &+ 2]) - 128
            pixels[at] = clamp(y + 1.402 * cr)
            pixels[at &+ 1] = clamp(y - 0.344136 * cb - 0.714136 * cr)
            pixels[at &+ 2] = clamp(y + 1.772 * cb)
            at &+= 3
        }
    }

    @inline(__always)
    private static func clamp(_ value: Double) -> UInt8 { UInt8(min(max(value + 0.5, 0), 255)) }
}
