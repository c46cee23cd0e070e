import DICOM
import DICOMImaging
import TestSupport

/// An encapsulated image in memory.
struct TestImage {
    var syntax = "1.2.840.10008.1.2.1"
    var rows = CodecStreams.height
    var columns = CodecStreams.width
    var samples = 1
    var bitsAllocated = 8
    var bitsStored = 8
    var highBit: Int?
    var isSigned = false
    var photometric = "MONOCHROME2"
    var frames = 1
    var fragments: [[UInt8]] = []
    var offsetTable: [UInt8] = []
    var extendedOffsets: [UInt64] = []
    var isDelimited = true
    /// Items that stand in Pixel Data of defined length, instead of `fragments`.
    var definedLength: [UInt8]?

    var bytes: [UInt8] {
        var writer = DICOMWriter()
        writer.element(.sopClassUID, .UI, "1.2.840.10008.5.1.4.1.1.7")
        writer.element(.sopInstanceUID, .UI, "1.2.3.4.5")
        writer.element(.samplesPerPixel, us: UInt16(samples))
        writer.element(.photometricInterpretation, .CS, photometric)
        if samples > 1 { writer.element(.planarConfiguration, us: 0) }
        writer.element(.numberOfFrames, .IS, "\(frames)")
        writer.element(.rows, us: UInt16(rows))
        writer.element(.columns, us: UInt16(columns))
        writer.element(.bitsAllocated, us: UInt16(bitsAllocated))
        writer.element(.bitsStored, us: UInt16(bitsStored))
        writer.element(.highBit, us: UInt16(highBit ?? bitsStored - 1))
        writer.element(.pixelRepresentation, us: isSigned ? 1 : 0)
        if !extendedOffsets.isEmpty {
            let table = extendedOffsets.flatMap { offset in (0..<8).map { UInt8(truncatingIfNeeded: offset >> (8 * UInt64($0))) } }
            writer.element(.extendedOffsetTable, .OV, table)
        }
        if let definedLength {
            writer.element(.pixelData, .OB, definedLength)
            return writer.part10(syntax)
        }
        writer.fragments(fragments, offsetTable: offsetTable, delimiter: isDelimited)
        return writer.part10(syntax)
    }

    func file() throws -> Part10File { try Part10File.open(MemoryProvider(bytes)) }

    /// The canonical stored values of a frame.
    func stored(_ frame: Int = 0) throws -> [UInt8] { try StoredFrame.canonical(try file(), frame: frame) }

    /// The 8-bit raster of the first frame.
    func raster() throws -> [UInt8] {
        let file = try file()
        guard let picture = PictureDescriber.describe(file).picture else { throw DICOMError(.unsupported, PictureDescriber.describe(file).problem) }
        return try PictureRenderer.raster(of: file, frame: 0, settings: PictureSettings(), description: picture)
    }

    static func offsets(_ offsets: [Int]) -> [UInt8] {
        offsets.flatMap { offset in (0..<4).map { UInt8(truncatingIfNeeded: offset >> (8 * $0)) } }
    }
}
