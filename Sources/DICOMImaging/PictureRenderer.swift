package import DICOM

/// From a file to the bytes of a picture: decode, render, encode.
package enum PictureRenderer {
    /// - Parameters:
    ///   - frame: 0-based.
    ///   - description: as `PictureDescriber` made it; another shape is an error, never a picture of another size.
    /// - Throws: `.inconsistent` where the file is not what was described, `.damagedPixels` and others from the decoders.
    package static func picture(
        of file: Part10File, frame: Int, settings: PictureSettings, format: PictureFormat, description: PictureDescription
    ) throws(DICOMError) -> [UInt8] {
        let renderer = try FrameRenderer(file, frame: frame, settings: settings, description: description)
        let tags = PictureTags(
            density: description.density, iccProfile: try ICCProfile.bytes(file.dataSet, length: description.iccProfileLength))
        guard format != .png else {
            return try StoredPNG.encode(width: renderer.width, height: renderer.height, channels: renderer.channels, tags: tags) {
                (pixels) throws(DICOMError) in try renderer.draw(into: pixels)
            }
        }
        let bitmap = try renderer.bitmap()
        switch format {
        case .jpeg: return try JPEGEnvelope.encode(bitmap, tags: tags)
        case .plainJPEG: return try JPEGWriter.plain(bitmap, tags: tags)
        case .png, .compressedPNG: return try CompressedPNG.encode(bitmap, tags: tags)
        }
    }

    /// The 8-bit raster of a frame, rows top to bottom.
    package static func raster(
        of file: Part10File, frame: Int, settings: PictureSettings, description: PictureDescription
    ) throws(DICOMError) -> [UInt8] {
        try FrameRenderer(file, frame: frame, settings: settings, description: description).bitmap().pixels
    }

    /// The values that a picture comes from, one line each, for `dcmfs render --explain`.
    package static func explanation(
        of file: Part10File, frame: Int, settings: PictureSettings, description: PictureDescription
    ) throws(DICOMError) -> String {
        try FrameRenderer(file, frame: frame, settings: settings, description: description).explanation()
    }
}
