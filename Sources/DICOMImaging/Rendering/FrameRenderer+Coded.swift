import DICOM

extension FrameRenderer {
    /// The JPEG stream of a frame whose picture is what the stream says: 8 bits, the image's own size, no overlay, gray values
    /// that the grayscale chain leaves as they are, or colours in YCbCr (rule C11). Nil for any other frame.
    static func coded(
        _ file: Part10File, frame: Int, settings: PictureSettings, description: PictureDescription
    ) throws(DICOMError) -> JPEGTranscoder? {
        let layout = try layout(of: file, frame: frame, description: description)
        let drawn = description.drawn(with: settings)
        guard drawn.width == layout.columns, drawn.height == layout.rows, layout.bitsStored == 8, layout.bitsAllocated == 8, !layout.isSigned,
            drawn.channels == layout.samples, layout.photometric != .paletteColor, !settings.overlays || !Overlay.mayExist(file.dataSet),
            let fragments = file.pixelData?.fragments, [.jpegBaseline, .jpegExtended, .jpegProgressive].contains(file.transferSyntax.codec)
        else { return nil }
        if layout.samples == 1, !isIdentity(file, layout, frame: frame, settings: settings) { return nil }
        let stream = try FrameLocator(file, fragments, frameCount: layout.frameCount).frame(frame)
        guard let header = try? JPEG.header(of: stream), header.isDCT, header.precision == 8 else { return nil }
        try header.check(against: layout)
        guard layout.samples == 1 || header.colorCoding(layout.photometric) == .ycbcr else { return nil }
        guard layout.pixelCount / 16 <= stream.count * JPEGTranscoder.largestRatio else { return nil }
        return JPEGTranscoder(stream: stream, width: layout.columns, height: layout.rows, components: layout.samples)
    }

    /// Whether the grayscale chain changes no value; where it depends on the values, it is taken to do so.
    private static func isIdentity(_ file: Part10File, _ layout: FrameLayout, frame: Int, settings: PictureSettings) -> Bool {
        let gray = GrayRenderer(file, layout, PixelBuffer(bytes: [], container: .uint8, wasLossy: true), frame: frame, settings: settings)
        return gray.table(gray.mapping())?.entries.elementsEqual(0...255) ?? false
    }
}
