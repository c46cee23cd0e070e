package import DICOM

/// From a file to the bytes of a picture: decode, render, encode.
package enum PictureRenderer {
    /// - Parameters:
    ///   - frame: 0-based.
    ///   - description: as `PictureDescriber` made it (full size; `drawn(with:)` says what comes out); another shape is an error,
    ///     never a picture of another size.
    ///   - siblings: how to get at the other frames, where the file was opened for one of them.
    /// - Throws: `.inconsistent` where the file is not what was described, `.damagedPixels` and others from the decoders.
    package static func picture(
        of file: Part10File, frame: Int, settings: PictureSettings, format: PictureFormat, description: PictureDescription,
        siblings: Siblings? = nil
    ) throws(DICOMError) -> [UInt8] {
        let tags = PictureTags(
            density: description.drawn(with: settings).density,
            iccProfile: try ICCProfile.bytes(file.dataSet, length: description.iccProfileLength))
        if description.assembled != nil {
            let rows = try SlideRenderer(file, settings: settings, description: description).rows()
            return try encode(rows, rows.bitmap, format, tags)
        }
        if format == .jpeg || format == .plainJPEG,
            let coded = try FrameRenderer.coded(file, frame: frame, settings: settings, description: description),
            let bytes = try format == .jpeg ? coded.envelope(tags: tags) : coded.plain(tags: tags)
        {
            return bytes
        }
        let renderer = try FrameRenderer(file, frame: frame, settings: settings, description: description, siblings: siblings)
        return try encode(try renderer.rows(), renderer.bitmap, format, tags)
    }

    /// The stored PNG takes the rows where it wants them, the others a bitmap.
    private static func encode(
        _ rows: PictureRows, _ bitmap: () throws(DICOMError) -> Bitmap, _ format: PictureFormat, _ tags: PictureTags
    ) throws(DICOMError) -> [UInt8] {
        switch format {
        case .png: try StoredPNG.encode(rows, tags: tags)
        case .jpeg: try JPEGEnvelope.encode(try bitmap(), tags: tags)
        case .plainJPEG: try JPEGWriter.plain(try bitmap(), tags: tags)
        case .compressedPNG: try CompressedPNG.encode(try bitmap(), tags: tags)
        }
    }

    /// The 8-bit raster of a frame, rows top to bottom.
    package static func raster(
        of file: Part10File, frame: Int, settings: PictureSettings, description: PictureDescription
    ) throws(DICOMError) -> [UInt8] {
        if description.assembled != nil { return try SlideRenderer(file, settings: settings, description: description).rows().bitmap().pixels }
        return try FrameRenderer(file, frame: frame, settings: settings, description: description).bitmap().pixels
    }

    /// The values that a picture comes from, one line each, for `dcmfs render --explain`.
    package static func explanation(
        of file: Part10File, frame: Int, settings: PictureSettings, description: PictureDescription, siblings: Siblings? = nil
    ) throws(DICOMError) -> String {
        if description.assembled != nil { return try SlideRenderer(file, settings: settings, description: description).explanation() }
        return try FrameRenderer(file, frame: frame, settings: settings, description: description, siblings: siblings).explanation()
    }
}
