import DICOM
import DICOMImaging
import TestSupport
import Testing

/// The poster of videos and of others whose pixels cannot be drawn.
@Suite("Icon images") struct IconTests {
    /// An MPEG-2 video with an icon of 3 x 2 pixels.
    static func video(iconBytes: [UInt8] = [0, 50, 100, 150, 200, 255], rows: UInt16 = 2, syntax: String = "1.2.840.10008.1.2.4.100") -> [UInt8] {
        var writer = DICOMWriter()
        writer.element(.sopClassUID, .UI, "1.2.840.10008.5.1.4.1.1.77.1.4.1")
        writer.element(.sopInstanceUID, .UI, "1.2.3.4.5")
        writer.element(.samplesPerPixel, us: 3)
        writer.element(.photometricInterpretation, .CS, "YBR_PARTIAL_420")
        writer.element(.numberOfFrames, .IS, "10")
        writer.element(.rows, us: 480)
        writer.element(.columns, us: 640)
        writer.element(.bitsAllocated, us: 8)
        writer.element(.bitsStored, us: 8)
        writer.element(.highBit, us: 7)
        writer.element(.pixelRepresentation, us: 0)
        writer.sequence(
            .iconImageSequence,
            items: [
                { item in
                    item.element(.samplesPerPixel, us: 1)
                    item.element(.photometricInterpretation, .CS, "MONOCHROME2")
                    item.element(.rows, us: rows)
                    item.element(.columns, us: 3)
                    item.element(.bitsAllocated, us: 8)
                    item.element(.bitsStored, us: 8)
                    item.element(.highBit, us: 7)
                    item.element(.pixelRepresentation, us: 0)
                    item.element(.pixelData, .OB, iconBytes)
                }
            ])
        writer.fragments([[0, 0, 1, 0xB3] + [UInt8](repeating: 1, count: 60)])
        return writer.part10(syntax)
    }

    @Test("a video has its icon as a picture, and no other") func icon() throws {
        let file = try Part10File.open(MemoryProvider(Self.video()))
        #expect(PictureDescriber.describe(file).state == .unsupported)
        let description = try #require(PictureDescriber.describeIcon(file))
        #expect((description.width, description.height, description.channels) == (3, 2, 1))
        let icon = try #require(file.icon)
        let raster = try PictureRenderer.raster(of: icon, frame: 0, settings: PictureSettings(), description: description)
        #expect(raster == [0, 50, 100, 150, 200, 255])
        let png = try PictureRenderer.picture(of: icon, frame: 0, settings: PictureSettings(), format: .png, description: description)
        #expect(png.count == PictureSize.png(description))
    }

    @Test("an icon that contradicts itself is none", arguments: [([], 2), ([1, 2], 60_000), ([1, 2, 3, 4], 0)] as [([UInt8], UInt16)])
    func damaged(_ bytes: [UInt8], _ rows: UInt16) throws {
        let file = try Part10File.open(MemoryProvider(Self.video(iconBytes: bytes, rows: rows)))
        #expect(PictureDescriber.describeIcon(file) == nil)
    }

    @Test("files cut anywhere in their icon do not trap") func cut() throws {
        let whole = Self.video()
        for length in stride(from: 132, to: whole.count, by: 3) {
            guard let file = try? Part10File.open(MemoryProvider(Array(whole.prefix(length)))) else { continue }
            if let description = PictureDescriber.describeIcon(file), let icon = file.icon {
                _ = try? PictureRenderer.raster(of: icon, frame: 0, settings: PictureSettings(), description: description)
            }
        }
    }
}
