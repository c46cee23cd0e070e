import DICOM
import DICOMImaging
import TestSupport

extension FuzzTarget {
    /// A decoder: the input is the codestream of one frame.
    ///
    /// - Parameter isOwn: whether the stream is one for this target; others are dropped.
    static func codec(
        _ name: String, syntax: String, shape: @escaping @Sendable ([UInt8]) -> CodestreamShape?,
        isOwn: @escaping @Sendable (CodestreamShape) -> Bool = { _ in true }
    ) -> FuzzTarget {
        FuzzTarget(name: name) { stream in
            guard let shape = shape(stream), isOwn(shape) else { return false }
            return decode(stream, shape, syntax: syntax)
        } seeds: { bytes in
            guard let file = open(bytes), let syntax = TransferSyntax.named(syntax), isRelated(file.transferSyntax, syntax) else { return [] }
            return codestreams(bytes).filter { shape($0).map(isOwn) ?? false }
        }
    }

    /// Formats of which a stream says itself which it is.
    private static let families: [Set<PixelCodec>] = [
        [.jpegBaseline, .jpegExtended, .jpegProgressive, .jpegLossless, .jpegLosslessSV1], [.jpegLS, .jpegLSNearLossless],
        [.jpeg2000, .jpeg2000Lossless, .htj2k, .htj2kLossless, .htj2kLosslessRPCL], [.jpegXL, .jpegXLLossless, .jpegXLRecompression],
    ]

    private static func isRelated(_ a: TransferSyntax, _ b: TransferSyntax) -> Bool {
        a.codec == b.codec || families.contains { $0.isSuperset(of: [a.codec, b.codec]) }
    }

    /// A decoder whose streams do not say their size, or not simply: rows and columns (16 bits each, little endian), samples, bits
    /// allocated, then the stream.
    static func sized(_ name: String, syntax: String) -> FuzzTarget {
        FuzzTarget(name: name) { input in
            guard input.count > 6 else { return false }
            let shape = CodestreamShape(
                rows: Int(input[0]) | Int(input[1]) << 8, columns: Int(input[2]) | Int(input[3]) << 8, samples: Int(input[4]),
                precision: Int(input[5]))
            return decode(Array(input[6...]), shape, syntax: syntax)
        } seeds: { bytes in
            guard let file = open(bytes), let syntax = TransferSyntax.named(syntax), isRelated(file.transferSyntax, syntax) else { return [] }
            let (rows, columns) = (file.dataSet.int(.rows) ?? 0, file.dataSet.int(.columns) ?? 0)
            let head = [rows & 255, rows >> 8 & 255, columns & 255, columns >> 8 & 255, file.dataSet.int(.samplesPerPixel) ?? 1]
            return codestreams(bytes).map { (head + [file.dataSet.int(.bitsAllocated) ?? 8]).map { UInt8(truncatingIfNeeded: $0) } + $0 }
        }
    }

    private static func decode(_ stream: [UInt8], _ shape: CodestreamShape, syntax: String) -> Bool {
        guard (1...1024).contains(shape.rows), (1...1024).contains(shape.columns), shape.rows * shape.columns <= largestFrame,
            (1...4).contains(shape.samples)
        else { return false }
        let bits = shape.precision == 1 ? 1 : shape.precision <= 8 ? 8 : shape.precision <= 16 ? 16 : 32
        var writer = DICOMWriter()
        writer.element(.samplesPerPixel, us: UInt16(shape.samples))
        writer.element(.photometricInterpretation, .CS, shape.samples == 1 ? "MONOCHROME2" : "YBR_FULL")
        writer.element(.rows, us: UInt16(shape.rows))
        writer.element(.columns, us: UInt16(shape.columns))
        writer.element(.bitsAllocated, us: UInt16(bits))
        writer.element(.bitsStored, us: UInt16(bits))
        writer.element(.highBit, us: UInt16(bits - 1))
        writer.element(.pixelRepresentation, us: 0)
        writer.fragments([stream])
        guard let file = open(writer.part10(syntax)) else { return false }
        // Every other length is a thumbnail: some decoders have a way of their own to small pictures.
        if stream.count % 2 == 0 { return draw(file, longestSide: 48) }
        do throws(DICOMError) { _ = try StoredFrame.decodedSize(file, frame: 0) } catch { return error.code != .inconsistent }
        return true
    }
}
