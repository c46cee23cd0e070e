import CJXL
import DICOM

/// JPEG XL (ISO/IEC 18181), where libjxl was there to build with.
extension FrameDecoder {
    static let jpegXL: [FrameDecoder] = [
        (.jpegXLLossless, "JPEG XL Lossless"), (.jpegXLRecompression, "JPEG XL JPEG Recompression"), (.jpegXL, "JPEG XL"),
    ].map {
        FrameDecoder(
            codec: $0, name: $1, library: CJXL_is_available() == 1 ? "libjxl" : "", refusal: JPEGXL.refusal, decode: JPEGXL.decode)
    }
}

enum JPEGXL {
    @Sendable static func refusal(_ layout: FrameLayout) -> String? {
        guard CJXL_is_available() == 1 else { return "JPEG XL: built without libjxl" }
        return [8, 16].contains(layout.bitsAllocated) ? nil : "JPEG XL of \(layout.bitsAllocated) bits allocated"
    }

    /// By the first bytes; nil where they do not tell.
    static func shape(_ start: [UInt8]) -> CJXL_Shape? {
        var shape = CJXL_Shape()
        var report = CJXL_Report()
        return CJXL_shape(start, start.count, &shape, &report) == 0 ? shape : nil
    }

    @Sendable static func decode(_ stream: [UInt8], _ layout: FrameLayout, _ purpose: DecodePurpose) throws(DICOMError) -> PixelBuffer {
        if let refusal = refusal(layout) { throw DICOMError(.unsupported, refusal) }
        try StreamBound.check(samples: layout.sampleCount, bytes: stream.count, "JPEG XL")
        // Cells of the header that are too narrow for the stream do not bound it (PS3.5 8.2.1).
        let isDeeper = layout.bitsAllocated <= 8 && (Self.shape(stream)?.sample_size ?? 1) > 1
        let container: SampleContainer = isDeeper ? .uint16 : layout.container
        var shape = CJXL_Shape(
            width: Int32(layout.columns), height: Int32(layout.rows), components: Int32(layout.samples), sample_size: Int32(container.size))
        var report = CJXL_Report()
        var output = [UInt8](repeating: 0, count: layout.sampleCount * container.size)
        let result = output.withUnsafeMutableBufferPointer { output in
            CJXL_decode(stream, stream.count, &shape, output.baseAddress, output.count, &report)
        }
        guard result == 0 else {
            let text = withUnsafeBytes(of: report.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            throw DICOMError(report.is_unsupported == 1 ? .unsupported : .damagedPixels, "JPEG XL: \(text)")
        }
        return PixelBuffer(
            bytes: output, container: container, coding: layout.samples == 3 ? .rgb : .declared,
            codedBits: Int(report.precision), isTruncated: report.is_cut == 1)
    }
}
