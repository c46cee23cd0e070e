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

    func draw(into pixels: UnsafeMutableRawBufferPointer) {
        if buffer.container == .uint8, buffer.order != .chroma422, layout.bitsStored == 8, !layout.isSigned, buffer.shift == 0 {
            draw8(into: pixels)
        } else {
            drawAny(into: pixels)
        }
        if isYCbCr { Self.convert(pixels) }
    }

    private func draw8(into pixels: UnsafeMutableRawBufferPointer) {
        buffer.bytes.withUnsafeBytes { raw in
            let source = UnsafeRawBufferPointer(rebasing: raw[0..<pixels.count])
            if buffer.order == .interleaved { return pixels.copyMemory(from: source) }
            let plane = layout.pixelCount
            for index in 0..<plane {
                pixels[index &* 3] = source[index]
                pixels[index &* 3 &+ 1] = source[plane &+ index]
                pixels[index &* 3 &+ 2] = source[plane &* 2 &+ index]
            }
        }
    }

    /// Other depths: v * 255 / (2^BitsStored - 1), rounded (rule C1).
    private func drawAny(into pixels: UnsafeMutableRawBufferPointer) {
        let reader = SampleReader(buffer, layout)
        let bits = StoredBits(layout, shift: buffer.shift)
        let span = bits.highest - bits.lowest
        for pixel in 0..<layout.pixelCount {
            for sample in 0..<3 {
                let value = reader.value(pixel, sample) - bits.lowest
                pixels[pixel * 3 + sample] = UInt8(truncatingIfNeeded: min(255, (value * 255 + span / 2) / max(1, span)))
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
