import CZlib
import DICOM

/// PNG without compression, of exactly the size `PictureSize.png` promises (filesystem.md section 3): one IDAT chunk of
/// stored blocks, written by these few lines because libpng's level 0 splits otherwise.
///
/// The pixels are rendered into the end of the output buffer and moved to their places in front of it row by row; a row's
/// place never reaches beyond where it came from, so one buffer serves for everything.
enum StoredPNG {
    /// Bytes after the pixels of the last row: Adler-32, the chunk's CRC, IEND.
    private static let tail = 4 + 4 + 12

    /// - Parameter draw: fills width * height * channels bytes.
    static func encode(
        width: Int, height: Int, channels: Int, tags: PictureTags,
        draw: (UnsafeMutableRawBufferPointer) throws(DICOMError) -> Void
    ) throws(DICOMError) -> [UInt8] {
        let size = PictureSize.png(
            width: width, height: height, channels: channels, hasDensity: tags.density != nil, iccProfileLength: tags.iccProfile.count)
        guard let size else { throw DICOMError(.limitExceeded, "picture too large for PNG") }
        let rowBytes = width * channels
        var failure: DICOMError?
        let file = [UInt8](unsafeUninitializedCapacity: size) { output, count in
            let bytes = UnsafeMutableRawBufferPointer(output)
            let pixels = UnsafeMutableRawBufferPointer(rebasing: bytes[(size - tail - rowBytes * height)..<(size - tail)])
            do throws(DICOMError) {
                try draw(pixels)
                var writer = PNGWriter(bytes)
                writer.header(width: width, height: height, channels: channels)
                if let density = tags.density { writer.density(density) }
                if !tags.iccProfile.isEmpty { writer.profile(tags.iccProfile) }
                writer.image(UnsafeRawBufferPointer(pixels), rowBytes: rowBytes, height: height)
                writer.end()
                if writer.position == size {
                    count = size
                } else {
                    failure = DICOMError(.inconsistent, "PNG of \(writer.position) bytes, \(size) promised")
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return file
    }
}
