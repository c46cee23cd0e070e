/// The closed formulas for the byte sizes of `.png` and `.jpg` files (filesystem.md section 3, rendering.md section 5).
///
/// They stand here once: the tree answers `stat` with them and the encoders write exactly this many bytes.
package enum PictureSize {
    /// Largest block of a stored deflate stream.
    package static let storedBlock = 65_535
    /// Name of the embedded profile in PNG's iCCP chunk.
    package static let iccName: StaticString = "ICC Profile"
    /// Sides beyond this have no `.jpg` (JPEG stops at 65,535; libjpeg at 65,500).
    package static let jpegSideLimit = 65_500
    /// ICC bytes that fit one JPEG APP2 segment after its 14-byte header.
    package static let jpegICCChunk = 65_519

    /// Exact size of a stored-deflate PNG, or nil where one IDAT chunk cannot hold it.
    package static func png(_ picture: PictureDescription) -> Int? {
        png(
            width: picture.width, height: picture.height, channels: picture.channels, hasDensity: picture.density != nil,
            iccProfileLength: picture.iccProfileLength)
    }

    package static func png(width: Int, height: Int, channels: Int, hasDensity: Bool, iccProfileLength: Int) -> Int? {
        let raw = height * (1 + width * channels)
        let idat = storedZlib(raw)
        guard width > 0, height > 0, idat <= Int(Int32.max), iccProfileLength >= 0, iccProfileLength < Int(Int32.max) / 2 else { return nil }
        var size = 8 + 25 + 12 + idat + 12
        if hasDensity { size += 21 }
        if iccProfileLength > 0 { size += 12 + iccName.utf8CodeUnitCount + 2 + storedZlib(iccProfileLength) }
        return size
    }

    /// Exact size of the fixed JPEG envelope, or nil where the picture is too large for JPEG.
    package static func jpeg(_ picture: PictureDescription) -> Int? {
        jpeg(width: picture.width, height: picture.height, channels: picture.channels, iccProfileLength: picture.iccProfileLength)
    }

    package static func jpeg(width: Int, height: Int, channels: Int, iccProfileLength: Int) -> Int? {
        guard (1...jpegSideLimit).contains(width), (1...jpegSideLimit).contains(height) else { return nil }
        guard (0...255 * jpegICCChunk).contains(iccProfileLength) else { return nil }
        let pixels = width * height
        // 2.25 bits a pixel gray, 4 colour, plus 4 KiB for tables and tiny images.
        let scan = channels == 1 ? (pixels * 9 + 31) / 32 : (pixels + 1) / 2
        let chunks = (iccProfileLength + jpegICCChunk - 1) / jpegICCChunk
        return 4096 + scan + iccProfileLength + chunks * 18
    }

    /// Size of a zlib stream of stored blocks: 2 bytes of header, 5 per block, the bytes, Adler-32.
    package static func storedZlib(_ count: Int) -> Int {
        2 + count + 5 * max(1, (count + storedBlock - 1) / storedBlock) + 4
    }
}
