import DICOM

/// One frame on its way to 8 bits: gray through modality and VOI, colour through palette or colour space; then overlays, then
/// the size that is wanted.
struct FrameRenderer {
    /// The picture as it is drawn: `description` with the settings.
    let drawn: PictureDescription
    private let file: Part10File
    private let layout: FrameLayout
    private let frame: Int
    private let settings: PictureSettings
    private let source: FrameSource
    private let sample: FrameSample?

    /// - Parameters:
    ///   - sample: the frames that an automatic window is made of, where several pictures share it.
    ///   - siblings: how to get at them; nil where the file has them all.
    /// - Throws: `.inconsistent` where the file's frames are not those of the description, and what decoders throw.
    init(
        _ file: Part10File, frame: Int, settings: PictureSettings, description: PictureDescription, sample: FrameSample? = nil,
        siblings: Siblings? = nil
    ) throws(DICOMError) {
        layout = try Self.layout(of: file, frame: frame, description: description)
        self.file = file
        self.frame = frame
        self.settings = settings
        drawn = description.drawn(with: settings)
        // A file that was opened for one frame does not know how many there are.
        var all = layout
        all.frameCount = min(layout.frameCount, description.frameCount)
        self.sample = sample ?? FrameSample(file, all, settings: settings, width: drawn.width, height: drawn.height, siblings)
        source = try FrameSource(file, layout, frame: frame, overlays: settings.overlays, width: drawn.width, height: drawn.height)
    }

    /// The shape of the frames, where it is the one described.
    static func layout(of file: Part10File, frame: Int, description: PictureDescription) throws(DICOMError) -> FrameLayout {
        var layout = try FrameLayout(of: file)
        let isOther = layout.columns != description.width || layout.rows != description.height
        if isOther || PictureColor.channels(of: file, layout) != description.channels, file.pixelData?.isEncapsulated == true {
            try layout.follow(description, file)
        }
        guard layout.columns == description.width, layout.rows == description.height, frame >= 0, frame < description.frameCount else {
            throw DICOMError(.inconsistent, "the file's frames are not those that were indexed")
        }
        guard PictureColor.channels(of: file, layout) == description.channels else {
            throw DICOMError(.inconsistent, "the file's colour is not what was indexed")
        }
        return layout
    }

    /// The picture's rows, of `drawn.width` x `drawn.height`.
    func rows() throws(DICOMError) -> PictureRows {
        BoxFilter.rows(overlaid(try plainRows()), width: drawn.width, height: drawn.height)
    }

    func bitmap() throws(DICOMError) -> Bitmap {
        let isWhole = drawn.width == source.layout.columns && drawn.height == source.layout.rows
        if layout.samples == 3, source.overlays.isEmpty, isWhole, let bitmap = ColorRenderer(source.layout, source.buffer).bitmap { return bitmap }
        return try rows().bitmap()
    }

    private func plainRows() throws(DICOMError) -> PictureRows {
        let (layout, buffer) = (source.layout, source.buffer)
        if layout.samples == 3 { return ColorRenderer(layout, buffer).rows() }
        if layout.photometric == .paletteColor { return try Palette(file.dataSet).rows(buffer, layout) }
        if let labels = SegmentColors(file.dataSet, layout) { return try labels.rows(buffer, layout) }
        let gray = GrayRenderer(file, layout, buffer, frame: frame, settings: settings, sample: sample)
        guard let palette = SupplementalPalette(file.dataSet, layout) else { return gray.rows() }
        let isColored = SupplementalPalette.isColored(file.dataSet, frame: frame)
        guard let table = gray.table(gray.mapping()), let rows = palette.rows(table, buffer, layout, isColored: isColored) else {
            throw DICOMError(.unsupported, "a supplemental palette over more than 16 bits")
        }
        return rows
    }

    private func overlaid(_ rows: PictureRows) -> PictureRows {
        let overlays = source.overlays
        if overlays.isEmpty { return rows }
        return PictureRows(width: rows.width, height: rows.height, channels: rows.channels) { row, target in
            rows.draw(row, target)
            for overlay in overlays { overlay.draw(row, on: target, channels: rows.channels) }
        }
    }

    /// The values that the picture comes from, one line each.
    func explanation() throws(DICOMError) -> String {
        var lines = "frame: \(frame + 1) of \(layout.frameCount), \(layout.columns) x \(layout.rows) x \(layout.samples), "
        lines += "\(layout.bitsStored) of \(layout.bitsAllocated) bits\n"
        if source.buffer.isTruncated { lines += "pixel data: truncated\n" }
        if source.layout.columns != layout.columns { lines += "decoded reduced: \(source.layout.columns) x \(source.layout.rows)\n" }
        if layout.samples == 3 || layout.photometric == .paletteColor || SegmentColors(file.dataSet, layout) != nil {
            lines += "colour: no window applies\n"
        } else {
            lines += GrayRenderer(file, source.layout, source.buffer, frame: frame, settings: settings, sample: sample).explanation()
            if SupplementalPalette(file.dataSet, layout) != nil { lines += "colour: supplemental palette\n" }
        }
        if !source.overlays.isEmpty { lines += "overlays: \(source.overlays.count)\n" }
        return lines
    }
}
