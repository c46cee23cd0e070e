import DICOM

/// PNG without compression, of exactly the size `PictureSize.png` promises (filesystem.md section 3): one IDAT chunk of
/// stored blocks, written by these few lines because libpng's level 0 splits otherwise.
enum StoredPNG {
    static func encode(_ rows: PictureRows, tags: PictureTags) throws(DICOMError) -> [UInt8] {
        let size = PictureSize.png(
            width: rows.width, height: rows.height, channels: rows.channels, hasDensity: tags.density != nil,
            iccProfileLength: tags.iccProfile.count)
        guard let size else { throw DICOMError(.limitExceeded, "picture too large for PNG") }
        let file = [UInt8](unsafeUninitializedCapacity: size) { output, count in
            var writer = PNGWriter(UnsafeMutableRawBufferPointer(output))
            writer.header(width: rows.width, height: rows.height, channels: rows.channels)
            if let density = tags.density { writer.density(density) }
            if !tags.iccProfile.isEmpty { writer.profile(tags.iccProfile) }
            writer.image(rows)
            writer.end()
            count = writer.position
        }
        guard file.count == size else { throw DICOMError(.inconsistent, "PNG of \(file.count) bytes, \(size) promised") }
        return file
    }
}
