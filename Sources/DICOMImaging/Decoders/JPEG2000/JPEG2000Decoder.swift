import COpenJPEG
import DICOM

/// JPEG 2000 and high-throughput JPEG 2000 through OpenJPEG. Which of them a stream is, it says itself; of Part 2 those streams
/// that OpenJPEG understands.
extension FrameDecoder {
    static let jpeg2000: [FrameDecoder] = [
        (.jpeg2000Lossless, "JPEG 2000 Lossless"), (.jpeg2000, "JPEG 2000"), (.jpeg2000Part2, "JPEG 2000 Part 2"),
        (.htj2kLossless, "HTJ2K Lossless"), (.htj2kLosslessRPCL, "HTJ2K Lossless RPCL"), (.htj2k, "HTJ2K"),
    ].map {
        FrameDecoder(
            codec: $0, name: $1, library: "OpenJPEG", refusal: JPEG2000.refusal, decode: JPEG2000.decode, decodeReduced: JPEG2000.decodeReduced)
    }
}

enum JPEG2000 {
    @Sendable static func refusal(_ layout: FrameLayout) -> String? {
        layout.isFloat ? "JPEG 2000 of floating-point pixels" : nil
    }

    @Sendable static func decode(_ stream: [UInt8], _ layout: FrameLayout, _ purpose: DecodePurpose) throws(DICOMError) -> PixelBuffer {
        try JPEG2000Stream(stream, layout).decode(reduction: 0).buffer
    }

    /// The coarsest resolution whose longer side is not below `longestSide`; the full one where the stream has no other.
    @Sendable static func decodeReduced(
        _ stream: [UInt8], _ layout: FrameLayout, _ purpose: DecodePurpose, _ longestSide: Int
    ) throws(DICOMError) -> ReducedFrame {
        let source = try JPEG2000Stream(stream, layout)
        let reduction = source.reduction(for: longestSide)
        if reduction > 0 {
            // A tile may have fewer levels than the main header says, a cut stream is read in full only: then the full picture it is.
            do throws(DICOMError) { return try source.decode(reduction: reduction) } catch {}
        }
        return try source.decode(reduction: 0)
    }
}

/// A codestream that was checked against the frame it should be.
private struct JPEG2000Stream {
    let bytes: [UInt8]
    let layout: FrameLayout
    let header: JPEG2000Header

    init(_ stream: [UInt8], _ layout: FrameLayout) throws(DICOMError) {
        let range = try JPEG2000Header.codestream(stream)
        header = try JPEG2000Header.parse(stream, range)
        try header.check(against: layout, bytes: range.count)
        bytes = Self.repaired(stream, range, header.tiles)
        self.layout = layout
    }

    /// OpenJPEG wants the end marker right behind the last tile-part: where it is missing or a comment stands before it, it is put
    /// there (rule J4). It takes a tile-part's length for true, to the gigabyte, and reads memory that it never filled: a part
    /// that goes on after the last byte gets the length that is there.
    private static func repaired(_ stream: [UInt8], _ range: Range<Int>, _ tiles: JPEG2000Header.Tiles) -> [UInt8] {
        if let cut = tiles.cut {
            var bytes = Array(stream[range])
            let length = range.upperBound - cut
            for index in 0..<4 { bytes[cut - range.lowerBound + 6 + index] = UInt8(truncatingIfNeeded: length >> (24 - 8 * index)) }
            return bytes + [0xFF, 0xD9]
        }
        guard let end = tiles.end, !stream[end..<range.upperBound].starts(with: [0xFF, 0xD9]) else {
            return range.count == stream.count ? stream : Array(stream[range])
        }
        return stream[range.lowerBound..<end] + [0xFF, 0xD9]
    }

    private var isSubsampled: Bool { header.components.contains { $0.dx != 1 || $0.dy != 1 } }

    /// Whether the codestream's numbers are the pixels' values: then their means, which the coarser resolutions hold, are means of pixels.
    /// Negative values coded as large ones, or bits above those stored, would be averaged with what they do not mean.
    private var hasPixelValues: Bool { header.components.allSatisfy { $0.isSigned == layout.isSigned && $0.precision <= layout.bitsStored } }

    func reduction(for longestSide: Int) -> Int {
        guard !isSubsampled, hasPixelValues else { return 0 }
        var reduction = 0
        while reduction < header.levels, Self.side(max(layout.rows, layout.columns), reduction + 1) >= max(1, longestSide) { reduction += 1 }
        return reduction
    }

    /// A side after so many halvings, rounded up (ISO/IEC 15444-1 B.5); an offset of the image area may make it one more.
    private static func side(_ side: Int, _ reduction: Int) -> Int { (side + (1 << reduction) - 1) >> reduction }

    func decode(reduction: Int) throws(DICOMError) -> ReducedFrame {
        let container = container
        var options = COpenJPEG_Options(
            width: Int32(layout.columns), height: Int32(layout.rows), components: Int32(layout.samples), reduction: Int32(reduction),
            sample_size: Int32(container.size), is_signed: layout.isSigned ? 1 : 0)
        var report = COpenJPEG_Report()
        let margin = reduction > 0 ? 1 : 0
        let room = (Self.side(layout.rows, reduction) + margin) * (Self.side(layout.columns, reduction) + margin)
        var output = [UInt8](repeating: 0, count: room * layout.samples * container.size)
        let result = output.withUnsafeMutableBufferPointer { output in
            COpenJPEG_decode(bytes, bytes.count, &options, output.baseAddress, output.count, &report)
        }
        guard result == 0 else { throw failure(report) }
        let (width, height) = (Int(report.width), Int(report.height))
        let count = width * height * layout.samples * container.size
        guard count > 0, count <= output.count else { throw DICOMError(.damagedPixels, "JPEG 2000 of \(width) x \(height)") }
        output.removeLast(output.count - count)
        return ReducedFrame(buffer: buffer(output, container), width: width, height: height)
    }

    private var precision: Int { header.components.map(\.precision).max() ?? 0 }

    /// Wide enough for header and stream.
    private var container: SampleContainer {
        let bits = max(layout.bitsAllocated, precision)
        return bits <= 8 ? .uint8 : bits <= 16 ? .uint16 : .uint32
    }

    private func buffer(_ bytes: [UInt8], _ container: SampleContainer) -> PixelBuffer {
        return PixelBuffer(
            bytes: bytes, container: container, coding: header.hasColorTransform ? .rgb : .declared,
            isSigned: layout.isSigned || header.components.contains(where: \.isSigned), codedBits: min(precision, container.size * 8),
            isLossy: header.isIrreversible,
            isTruncated: header.tiles.isTruncated)
    }

    private func failure(_ report: COpenJPEG_Report) -> DICOMError {
        let text = withUnsafeBytes(of: report.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        // Part 2 announces itself in the capabilities (Rsiz, A.5.1).
        let isPart2 = bytes.count > 7 && bytes[6] & 0x80 != 0
        return DICOMError(isPart2 ? .unsupported : .damagedPixels, "JPEG 2000\(isPart2 ? " Part 2" : ""): \(text)")
    }
}
