import CJPEG
import DICOM

/// Writes a JPEG frame as a JPEG picture without decoding it (rule C11): the coefficients are kept, everything around them is
/// written anew, so that no byte of the source but its samples comes out.
struct JPEGTranscoder {
    /// Gray or YCbCr, of the picture's size.
    let stream: [UInt8]
    let width: Int
    let height: Int
    /// 1 or 3.
    let components: Int
    /// Pixels that one byte can hold (see `JPEG`): a shorter stream is not worth its memory.
    static let largestRatio = 512
    private static let scanLimit: Int32 = 200

    /// Exactly the size that `PictureSize.jpeg` promises; nil where the stream does not fit or is damaged.
    func envelope(tags: PictureTags) throws(DICOMError) -> [UInt8]? {
        guard
            let size = PictureSize.jpeg(width: width, height: height, channels: components, iccProfileLength: tags.iccProfile.count)
        else { return nil }
        return try JPEGEnvelope.filled(size) { (output) throws(DICOMError) in write(tags: tags, into: output) }
    }

    /// As long as it gets; nil as above.
    func plain(tags: PictureTags) -> [UInt8]? {
        // Standard Huffman tables may take more than the source's own.
        let capacity = stream.count * 2 + 8192 + tags.iccProfile.count + (tags.iccProfile.count / PictureSize.jpegICCChunk + 1) * 18
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { output, count in count = write(tags: tags, into: output) ?? 0 }
        return bytes.isEmpty ? nil : bytes
    }

    private func write(tags: PictureTags, into output: UnsafeMutableBufferPointer<UInt8>) -> Int? {
        var report = CJPEG_Report()
        var source = CJPEG_DecodeOptions(
            width: Int32(width), height: Int32(height), components: Int32(components),
            stream_space: Int32(components == 1 ? CJPEG_GRAY : CJPEG_YCBCR), convert_to_rgb: 0,
            memory_limit: Int64(width * height * components * 3 + (8 << 20)), scan_limit: Self.scanLimit)
        let density = JFIFDensity(tags.density)
        let length = tags.iccProfile.withUnsafeBufferPointer { profile in
            var options = CJPEG_EncodeOptions(
                width: Int32(width), height: Int32(height), components: Int32(components), quality: 0,
                density_unit: density.unit, x_density: density.x, y_density: density.y, icc: profile.baseAddress, icc_length: profile.count)
            return CJPEG_transcode(stream, stream.count, &source, &options, output.baseAddress, output.count, &report)
        }
        return length > 0 ? length : nil
    }
}
