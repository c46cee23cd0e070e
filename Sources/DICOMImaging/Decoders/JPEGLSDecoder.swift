import CCharLS
import DICOM

/// JPEG-LS (ISO 14495-1), lossless and near-lossless, in its three interleave modes, through CharLS.
extension FrameDecoder {
    static let jpegLS = FrameDecoder(codec: .jpegLS, name: "JPEG-LS Lossless", library: "CharLS", refusal: JPEGLS.refusal, decode: JPEGLS.decode)
    static let jpegLSNearLossless = FrameDecoder(
        codec: .jpegLSNearLossless, name: "JPEG-LS Near-Lossless", library: "CharLS", refusal: JPEGLS.refusal, decode: JPEGLS.decode)
}

enum JPEGLS {
    @Sendable static func refusal(_ layout: FrameLayout) -> String? {
        layout.bitsAllocated <= 16 ? nil : "JPEG-LS of \(layout.bitsAllocated) bits allocated"
    }

    @Sendable static func decode(_ stream: [UInt8], _ layout: FrameLayout, _ purpose: DecodePurpose) throws(DICOMError) -> PixelBuffer {
        let source = try JPEGLSStream(stream)
        try check(source, layout, bytes: stream.count)
        let container: SampleContainer = source.precision <= 8 ? .uint8 : .uint16
        var output = [UInt8](repeating: 0, count: layout.sampleCount * container.size)
        // Scans that never came leave their planes black (rule G4).
        let isPlanar = source.scans.contains { $0.plane != nil }
        var isTruncated = source.scans.count < (isPlanar ? layout.samples : 1)
        for scan in source.scans {
            let room = (scan.plane == nil ? layout.samples : 1) * layout.pixelCount * container.size
            let start = (scan.plane ?? 0) * room
            guard start + room <= output.count else { continue }
            let isWhole = try decode(scan, source, layout, into: &output, start..<start + room)
            if !isWhole { isTruncated = true }
        }
        guard !source.scans.isEmpty else { throw DICOMError(.damagedPixels, "JPEG-LS without a scan") }
        return PixelBuffer(
            bytes: output, container: container, order: isPlanar ? .planar : .interleaved, codedBits: source.precision, holdsCells: true,
            isLossy: source.isLossy, isTruncated: isTruncated)
    }

    private static func check(_ source: JPEGLSStream, _ layout: FrameLayout, bytes: Int) throws(DICOMError) {
        guard source.width == layout.columns, source.height == layout.rows, source.components == layout.samples else {
            throw DICOMError(
                .inconsistent,
                "JPEG-LS of \(source.width) x \(source.height) x \(source.components), "
                    + "header says \(layout.columns) x \(layout.rows) x \(layout.samples)")
        }
        guard (2...16).contains(source.precision) else { throw DICOMError(.damagedPixels, "JPEG-LS precision \(source.precision)") }
        try StreamBound.check(samples: layout.sampleCount, bytes: bytes, "JPEG-LS")
    }

    /// False where the scan ends early.
    private static func decode(
        _ scan: JPEGLSStream.Scan, _ source: JPEGLSStream, _ layout: FrameLayout, into output: inout [UInt8], _ range: Range<Int>
    ) throws(DICOMError) -> Bool {
        var shape = CCharLS_Shape(
            width: Int32(layout.columns), height: Int32(layout.rows), components: scan.plane == nil ? Int32(layout.samples) : 1,
            precision: Int32(source.precision))
        var report = CCharLS_Report()
        let result = output.withUnsafeMutableBufferPointer { output in
            let target = UnsafeMutableBufferPointer(rebasing: output[range])
            return CCharLS_decode(scan.bytes, scan.length, &shape, target.baseAddress, target.count, &report)
        }
        guard result == 0 || result == 1 && scan.isCut else { throw DICOMError(.damagedPixels, "JPEG-LS: \(text(report))") }
        return result == 0
    }

    private static func text(_ report: CCharLS_Report) -> String {
        withUnsafeBytes(of: report.message) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
