import CJPEG
import DICOM

/// JPEG in all its processes. Which one a stream uses is read from its frame header: the transfer syntax is often wrong
/// about that, so every JPEG syntax leads here.
extension FrameDecoder {
    static let jpegBaseline = dct(.jpegBaseline, "JPEG Baseline")
    static let jpegExtended = dct(.jpegExtended, "JPEG Extended")
    static let jpegProgressive = dct(.jpegProgressive, "JPEG Progressive")
    static let jpegLossless = FrameDecoder(codec: .jpegLossless, name: "JPEG Lossless", refusal: JPEG.losslessRefusal, decode: JPEG.decode)

    private static func dct(_ codec: PixelCodec, _ name: String) -> FrameDecoder {
        FrameDecoder(codec: codec, name: name, library: "libjpeg-turbo; 12 bits: own code", refusal: JPEG.dctRefusal, decode: JPEG.decode)
    }
}

enum JPEG {
    /// Two bits code a block of 64 pixels in a baseline scan; progressive scans with end-of-band runs halve that.
    static let largestRatio = 512
    private static let scanLimit: Int32 = 200

    @Sendable static func dctRefusal(_ layout: FrameLayout) -> String? {
        [8, 16].contains(layout.bitsAllocated) ? nil : "JPEG of \(layout.bitsAllocated) bits allocated"
    }

    @Sendable static func losslessRefusal(_ layout: FrameLayout) -> String? {
        [8, 16].contains(layout.bitsAllocated) ? nil : "JPEG Lossless of \(layout.bitsAllocated) bits allocated"
    }

    @Sendable static func decode(_ stream: [UInt8], _ layout: FrameLayout, _ purpose: DecodePurpose) throws(DICOMError) -> PixelBuffer {
        let header = try header(of: stream)
        if header.isLossless { return try JPEGLosslessDecoder.decode(stream, header, layout) }
        guard header.isDCT else { throw DICOMError(.unsupported, "JPEG process SOF\(header.process & 15)") }
        // libjpeg-turbo 2.1 takes 8 bits, and sampling factors that divide the largest.
        guard header.precision == 8, header.isEvenlySampled else { return try JPEGDCTDecoder.decode(stream, header, layout) }
        return try decodeDCT(stream, header, layout, purpose)
    }

    static func header(of stream: [UInt8]) throws(DICOMError) -> JPEGHeader {
        var result: Result<JPEGHeader, DICOMError>?
        stream.withUnsafeBytes { bytes in
            do throws(DICOMError) { result = .success(try JPEGHeader.parse(bytes)) } catch { result = .failure(error) }
        }
        guard let result else { throw DICOMError(.damagedPixels, "empty JPEG stream") }
        return try result.get()
    }

    private static func decodeDCT(
        _ stream: [UInt8], _ header: JPEGHeader, _ layout: FrameLayout, _ purpose: DecodePurpose
    ) throws(DICOMError) -> PixelBuffer {
        try header.check(against: layout)
        let pixels = layout.rows * layout.columns
        guard pixels / 16 <= stream.count * largestRatio else {
            throw DICOMError(.damagedPixels, "JPEG stream far shorter than its frame")
        }
        let coding: ColorCoding = layout.samples == 3 ? header.colorCoding(layout.photometric) : .declared
        let convert = purpose == .display && coding == .ycbcr
        var options = CJPEG_DecodeOptions(
            width: Int32(layout.columns), height: Int32(layout.rows), components: Int32(layout.samples),
            stream_space: space(coding, samples: layout.samples), convert_to_rgb: convert ? 1 : 0,
            memory_limit: Int64(pixels * layout.samples * 3 + (8 << 20)), scan_limit: scanLimit)
        var report = CJPEG_Report()
        var output = [UInt8](repeating: 0, count: pixels * layout.samples)
        let result = output.withUnsafeMutableBufferPointer { output in
            CJPEG_decode(stream, stream.count, &options, output.baseAddress, output.count, &report)
        }
        guard result == 0 else { throw DICOMError(.damagedPixels, "JPEG: \(text(report))") }
        return PixelBuffer(
            bytes: output, container: .uint8, coding: convert ? .rgb : coding, codedBits: header.precision, isLossy: true,
            isTruncated: report.warnings > 0)
    }

    private static func space(_ coding: ColorCoding, samples: Int) -> Int32 {
        switch (samples, coding) {
        case (1, _): Int32(CJPEG_GRAY)
        case (3, .ycbcr): Int32(CJPEG_YCBCR)
        case (3, _): Int32(CJPEG_RGB)
        default: Int32(CJPEG_UNKNOWN)
        }
    }

    /// libjpeg's words about what went wrong.
    static func text(_ report: CJPEG_Report) -> String {
        withUnsafeBytes(of: report.message) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
