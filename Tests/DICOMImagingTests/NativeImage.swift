import DICOM
import DICOMImaging
import TestSupport

/// A small native image in memory, drawn with any settings.
struct NativeImage {
    var rows = 4
    var columns = 4
    var samples = 1
    var photometric = "MONOCHROME2"
    var bitsAllocated = 8
    var bitsStored = 8
    var isSigned = false
    var frames = 1
    var modality = "OT"
    var sopClass = "1.2.840.10008.5.1.4.1.1.7"
    var encoding = DICOMWriter.Encoding.explicitLittle
    /// Stored bytes, little endian whatever the encoding.
    var pixels: [UInt8] = []
    var pixelTag = Tag.pixelData
    var vr = VR.OW
    /// Elements besides; called for each group in turn so that tags ascend.
    var before: (inout DICOMWriter) -> Void = { _ in }
    var after: (inout DICOMWriter) -> Void = { _ in }
    var overlays: (inout DICOMWriter) -> Void = { _ in }

    func file() throws -> Part10File {
        var writer = DICOMWriter(encoding)
        writer.identity(modality: modality, sopClass: sopClass)
        before(&writer)
        writer.element(.samplesPerPixel, us: UInt16(samples))
        writer.element(.photometricInterpretation, .CS, photometric)
        if samples > 1 { writer.element(.planarConfiguration, us: 0) }
        writer.element(.numberOfFrames, .IS, "\(frames)")
        writer.element(.rows, us: UInt16(rows))
        writer.element(.columns, us: UInt16(columns))
        if pixelTag == .pixelData {
            writer.element(.bitsAllocated, us: UInt16(bitsAllocated))
            writer.element(.bitsStored, us: UInt16(bitsStored))
            writer.element(.highBit, us: UInt16(bitsStored - 1))
            writer.element(.pixelRepresentation, us: isSigned ? 1 : 0)
        }
        after(&writer)
        overlays(&writer)
        writer.element(pixelTag, vr, pixels)
        return try Part10File.open(MemoryProvider(writer.part10()))
    }

    func raster(_ settings: PictureSettings = PictureSettings(), frame: Int = 0) throws -> [UInt8] {
        let file = try file()
        let described = PictureDescriber.describe(file)
        guard let description = described.picture else { throw DICOMError(.noPixels, described.problem) }
        return try PictureRenderer.raster(of: file, frame: frame, settings: settings, description: description)
    }

    func explanation(_ settings: PictureSettings = PictureSettings(), frame: Int = 0) throws -> String {
        let file = try file()
        guard let description = PictureDescriber.describe(file).picture else { throw DICOMError(.noPixels, "no picture") }
        return try PictureRenderer.explanation(of: file, frame: frame, settings: settings, description: description)
    }

    /// 16-bit values as stored bytes.
    static func words(_ values: [Int]) -> [UInt8] { values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] } }
}
