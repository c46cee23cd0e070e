import CCharLS
import DICOM

/// JPEG-LS (ISO 14495-1), lossless and near-lossless, in its three interleave modes, through CharLS.
extension FrameDecoder {
    static let jpegLS = FrameDecoder(codec: .jpegLS, name: "JPEG-LS Lossless", refusal: JPEGLS.refusal, decode: JPEGLS.decode)
    static let jpegLSNearLossless = FrameDecoder(
        codec: .jpegLSNearLossless, name: "JPEG-LS Near-Lossless", refusal: JPEGLS.refusal, decode: JPEGLS.decode)
}

enum JPEGLS {
    @Sendable static func refusal(_ layout: FrameLayout) -> String? {
        layout.bitsAllocated <= 16 ? nil : "JPEG-LS of \(layout.bitsAllocated) bits allocated"
    }

    @Sendable static func decode(_ stream: [UInt8], _ layout: FrameLayout, _ purpose: DecodePurpose) throws(DICOMError) -> PixelBuffer {
        let stream = Self.trimmed(stream)
        let precision = try precision(of: stream, layout)
        try StreamBound.check(samples: layout.sampleCount, bytes: stream.count, "JPEG-LS")
        let container: SampleContainer = precision <= 8 ? .uint8 : .uint16
        var shape = CCharLS_Shape(
            width: Int32(layout.columns), height: Int32(layout.rows), components: Int32(layout.samples), precision: Int32(precision))
        var report = CCharLS_Report()
        var output = [UInt8](repeating: 0, count: layout.sampleCount * container.size)
        let result = output.withUnsafeMutableBufferPointer { output in
            CCharLS_decode(stream, stream.count, &shape, output.baseAddress, output.count, &report)
        }
        // CharLS does not tell a damaged scan from one that ends early; an end marker does (rule G4).
        let isCut = result == 1 && !Self.hasEnd(stream)
        guard result == 0 || isCut else {
            throw DICOMError(.damagedPixels, "JPEG-LS: \(Self.text(report))")
        }
        return PixelBuffer(
            bytes: output, container: container, order: report.is_planar == 1 ? .planar : .interleaved, isTruncated: isCut)
    }

    /// Fill bytes may stand before any marker, the first one included (T.81 B.1.1.2); CharLS does not expect them there.
    private static func trimmed(_ stream: [UInt8]) -> [UInt8] {
        guard let start = stream.firstIndex(where: { $0 != 0xFF }), start > 1 else { return stream }
        return Array(stream[(start - 1)...])
    }

    /// Sample precision by the stream's own frame header (SOF55), once that agrees with the layout.
    private static func precision(of stream: [UInt8], _ layout: FrameLayout) throws(DICOMError) -> Int {
        let header = stream.withUnsafeBytes { bytes -> [UInt8]? in
            var segments = JPEGSegments(bytes)
            while let segment = segments.next(), segment.marker != 0xDA {
                if segment.marker == 0xF7 { return Array(bytes[segment.payload]) }
            }
            return nil
        }
        guard let header, header.count >= 6 else { throw DICOMError(.damagedPixels, "JPEG-LS without a frame header") }
        let height = Int(header[1]) << 8 | Int(header[2])
        let width = Int(header[3]) << 8 | Int(header[4])
        guard width == layout.columns, height == layout.rows, Int(header[5]) == layout.samples else {
            throw DICOMError(
                .inconsistent,
                "JPEG-LS of \(width) x \(height) x \(header[5]), header says \(layout.columns) x \(layout.rows) x \(layout.samples)")
        }
        guard (2...16).contains(header[0]) else { throw DICOMError(.damagedPixels, "JPEG-LS precision \(header[0])") }
        return Int(header[0])
    }

    /// An end-of-image marker stands near the end, padding aside.
    private static func hasEnd(_ stream: [UInt8]) -> Bool {
        let tail = Array(stream.suffix(16))
        return zip(tail, tail.dropFirst()).contains { $0 == 0xFF && $1 == 0xD9 }
    }

    private static func text(_ report: CCharLS_Report) -> String {
        withUnsafeBytes(of: report.message) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
