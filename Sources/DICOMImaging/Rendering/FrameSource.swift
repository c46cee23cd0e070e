import DICOM

/// The decoded samples of a frame, as large as a picture needs them, and the overlays that go over them.
struct FrameSource {
    /// The shape of `buffer`: smaller than the file's where the frame was decoded reduced.
    let layout: FrameLayout
    let buffer: PixelBuffer
    let overlays: [Overlay]

    /// - Parameters:
    ///   - width: columns that the picture will have.
    ///   - height: its rows.
    init(_ file: Part10File, _ layout: FrameLayout, frame: Int, overlays: Bool, width: Int, height: Int) throws(DICOMError) {
        var shape = layout
        var buffer: PixelBuffer
        let isReduced: Bool
        if let reduced = try Self.reduced(file, layout, frame: frame, overlays: overlays, width: width, height: height) {
            (shape, buffer, isReduced) = (reduced.layout, reduced.buffer, true)
        } else {
            (buffer, isReduced) = (try StoredFrame.decode(file, layout, frame: frame, purpose: .display), false)
        }
        shape.adopt(&buffer, purpose: .display)
        self.buffer = buffer
        self.overlays = overlays && !isReduced ? Overlay.all(file, layout, frame: frame, buffer) : []
        self.layout = shape
        let bytes = Self.bytes(shape, buffer)
        guard buffer.bytes.count >= bytes else {
            throw DICOMError(.damagedPixels, "a frame of \(buffer.bytes.count) bytes, \(bytes) expected")
        }
    }

    private static func bytes(_ layout: FrameLayout, _ buffer: PixelBuffer) -> Int {
        buffer.order == .chroma422 ? layout.rows * ((layout.columns + 1) / 2) * 4 : layout.sampleCount * buffer.container.size
    }

    /// The one place where codecs that can decode a smaller picture do so: where it is still large enough to be averaged to the wanted one,
    /// the samples are values to be averaged (no palette index), and no overlay has to be drawn on the full matrix first.
    ///
    /// - Returns: nil to decode in full.
    private static func reduced(
        _ file: Part10File, _ layout: FrameLayout, frame: Int, overlays: Bool, width: Int, height: Int
    ) throws(DICOMError) -> (buffer: PixelBuffer, layout: FrameLayout)? {
        guard width < layout.columns, height < layout.rows, layout.photometric != .paletteColor else { return nil }
        guard let fragments = file.pixelData?.fragments, SupplementalPalette(file.dataSet, layout) == nil else { return nil }
        guard !overlays || !Overlay.mayExist(file.dataSet) else { return nil }
        switch file.transferSyntax.codec {
        case .jpegBaseline, .jpegExtended, .jpegProgressive:
            let stream = try FrameLocator(file, fragments, frameCount: layout.frameCount).frame(frame)
            return try ReducedJPEG.decode(stream, layout, width: width, height: height)
        default:
            let scale = max(Double(width) / Double(layout.columns), Double(height) / Double(layout.rows))
            let side = (Double(max(layout.columns, layout.rows)) * scale).rounded(.up)
            return try StoredFrame.decodeReduced(file, layout, frame: frame, purpose: .display, longestSide: Int(side))
        }
    }
}
