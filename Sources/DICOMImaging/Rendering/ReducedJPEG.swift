import CJPEG
import DICOM

/// A JPEG decoded at n/8 of its size: libjpeg then computes fewer samples of each block.
enum ReducedJPEG {
    private static let scanLimit: Int32 = 200
    /// No block takes less than two bits, coded progressively less than one.
    private static let largestRatio = 512

    /// - Returns: the frame in the smallest size that is the wanted one or twice as large at least (what lies between would be
    ///   averaged over one or two samples in turn); nil where only a full decode will do.
    static func decode(
        _ stream: [UInt8], _ layout: FrameLayout, width: Int, height: Int
    ) throws(DICOMError) -> (buffer: PixelBuffer, layout: FrameLayout)? {
        // A stream that is another one than the transfer syntax says, or none, is for the full decode to judge.
        guard let header = try? JPEG.header(of: stream), header.isDCT, header.precision == 8, layout.bitsStored == 8, !layout.isSigned, layout.samples == 1 || layout.samples == 3
        else { return nil }
        try header.check(against: layout)
        // The sizes for which libjpeg-turbo has vector code: between them a full decode is faster.
        let eighths = [1, 2, 4].first { n in
            let (columns, rows) = (side(layout.columns, n), side(layout.rows, n))
            return columns == width && rows == height || columns >= 2 * width && rows >= 2 * height
        }
        guard let eighths, layout.pixelCount / 16 <= stream.count * largestRatio else { return nil }
        var reduced = layout
        (reduced.columns, reduced.rows) = (side(layout.columns, eighths), side(layout.rows, eighths))
        let isYCbCr = layout.samples == 3 && header.colorCoding(layout.photometric) == .ycbcr
        var options = CJPEG_DecodeOptions(
            width: Int32(layout.columns), height: Int32(layout.rows), components: Int32(layout.samples),
            stream_space: Int32(layout.samples == 1 ? CJPEG_GRAY : isYCbCr ? CJPEG_YCBCR : CJPEG_RGB), convert_to_rgb: isYCbCr ? 1 : 0,
            memory_limit: Int64(layout.sampleCount * 3 + (8 << 20)), scan_limit: scanLimit)
        var report = CJPEG_Report()
        var output = [UInt8](repeating: 0, count: reduced.sampleCount)
        let result = output.withUnsafeMutableBufferPointer { output in
            CJPEG_decode_reduced(stream, stream.count, &options, Int32(eighths), output.baseAddress, output.count, &report)
        }
        // What libjpeg refuses, another decoder may know.
        guard result == 0 else { return nil }
        let coding: ColorCoding = layout.samples == 3 ? .rgb : .declared
        let buffer = PixelBuffer(
            bytes: output, container: .uint8, coding: coding, codedBits: header.precision, isLossy: true, isTruncated: report.warnings > 0)
        return (buffer, reduced)
    }

    private static func side(_ full: Int, _ eighths: Int) -> Int { CJPEG_side(Int32(full), Int32(eighths)) }
}
