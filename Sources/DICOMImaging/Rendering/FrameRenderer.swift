import DICOM

/// One frame on its way to 8 bits: gray through modality and VOI, colour through palette or colour space.
struct FrameRenderer {
    let width: Int
    let height: Int
    let channels: Int
    private let file: Part10File
    private let layout: FrameLayout
    private let frame: Int
    private let settings: PictureSettings
    private let buffer: PixelBuffer

    init(_ file: Part10File, frame: Int, settings: PictureSettings, description: PictureDescription) throws(DICOMError) {
        var layout = try FrameLayout(of: file)
        guard layout.columns == description.width, layout.rows == description.height, frame >= 0, frame < description.frameCount else {
            throw DICOMError(.inconsistent, "the file's frames are not those that were indexed")
        }
        let channels = layout.samples == 3 || layout.photometric == .paletteColor ? 3 : 1
        guard channels == description.channels else { throw DICOMError(.inconsistent, "the file's colour is not what was indexed") }
        self.file = file
        self.frame = frame
        self.settings = settings
        self.channels = channels
        width = layout.columns
        height = layout.rows
        buffer = try StoredFrame.decode(file, layout, frame: frame, purpose: .display)
        layout.adopt(buffer, purpose: .display)
        self.layout = layout
    }

    /// Fills width * height * channels bytes.
    func draw(into pixels: UnsafeMutableRawBufferPointer) throws(DICOMError) {
        guard pixels.count == width * height * channels, buffer.bytes.count >= minimumBytes else {
            throw DICOMError(.damagedPixels, "a frame of \(buffer.bytes.count) bytes, \(minimumBytes) expected")
        }
        if layout.samples == 3 {
            ColorRenderer(layout, buffer).draw(into: pixels)
        } else if layout.photometric == .paletteColor {
            try Palette(file.dataSet).draw(buffer, StoredBits(layout, shift: buffer.shift), into: pixels)
        } else {
            try GrayRenderer(file, layout, buffer, frame: frame, settings: settings).draw(into: pixels)
        }
    }

    private var minimumBytes: Int {
        buffer.order == .chroma422 ? height * ((width + 1) / 2) * 4 : layout.sampleCount * buffer.container.size
    }

    func bitmap() throws(DICOMError) -> Bitmap {
        var pixels = [UInt8](repeating: 0, count: width * height * channels)
        var failure: DICOMError?
        pixels.withUnsafeMutableBytes { bytes in
            do throws(DICOMError) { try draw(into: bytes) } catch { failure = error }
        }
        if let failure { throw failure }
        return Bitmap(width: width, height: height, channels: channels, pixels: pixels)
    }

    func explanation() throws(DICOMError) -> String {
        var lines = "frame: \(frame + 1) of \(layout.frameCount), \(width) x \(height) x \(layout.samples), \(layout.bitsStored) of \(layout.bitsAllocated) bits\n"
        if buffer.isTruncated { lines += "pixel data: truncated, the rest is black\n" }
        guard channels == 1 else { return lines + "colour: no window applies\n" }
        return lines + GrayRenderer(file, layout, buffer, frame: frame, settings: settings).explanation()
    }
}
