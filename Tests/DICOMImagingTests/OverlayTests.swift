import DICOM
import DICOMImaging
import TestSupport
import Testing

@Suite("G26: overlays")
struct OverlayTests {
    /// A dark 4 x 8 image with one overlay.
    private func image(
        frames: Int = 1, photometric: String = "MONOCHROME2", rows: Int = 4, columns: Int = 8, origin: (Int, Int) = (1, 1), type: String = "G",
        first: Int? = nil, count: Int? = nil, data: [UInt8], encoding: DICOMWriter.Encoding = .explicitLittle
    ) -> NativeImage {
        let black: UInt8 = photometric == "MONOCHROME1" ? 255 : 0
        var image = NativeImage(rows: 4, columns: 8, photometric: photometric, frames: frames, encoding: encoding)
        image.pixels = [UInt8](repeating: black, count: 32 * frames)
        image.overlays = { writer in
            writer.element(.overlayRows, us: UInt16(rows))
            writer.element(.overlayColumns, us: UInt16(columns))
            if let count { writer.element(.numberOfFramesInOverlay, .IS, "\(count)") }
            writer.element(.overlayType, .CS, type)
            writer.element(.overlayOrigin, .SS, signed(origin.0, encoding) + signed(origin.1, encoding))
            if let first { writer.element(.imageFrameOrigin, us: UInt16(first)) }
            writer.element(.overlayBitsAllocated, us: 1)
            writer.element(.overlayBitPosition, us: 0)
            writer.element(.overlayData, .OW, data)
        }
        return image
    }

    private func signed(_ value: Int, _ encoding: DICOMWriter.Encoding) -> [UInt8] {
        let bytes = [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
        return encoding == .explicitBig ? bytes.reversed() : bytes
    }

    /// Rows of the picture, a dot for black.
    private func picture(_ image: NativeImage, frame: Int = 0, overlays: Bool = true) throws -> [String] {
        let raster = try image.raster(PictureSettings(overlays: overlays), frame: frame)
        return stride(from: 0, to: raster.count, by: 8).map { at in raster[at..<at + 8].map { $0 == 255 ? "#" : $0 == 0 ? "." : "?" }.joined() }
    }

    @Test("the lowest bit is the first pixel, drawn white; overlays can be turned off")
    func plain() throws {
        let image = image(data: [0b0000_0001, 0b0000_0010, 0b1000_0000, 0b1111_0000])
        #expect(try picture(image) == ["#.......", ".#......", ".......#", "....####"])
        #expect(try picture(image, overlays: false) == ["........", "........", "........", "........"])
    }

    @Test("white also on an inverted image")
    func inverted() throws {
        #expect(try picture(image(photometric: "MONOCHROME1", data: [1, 2, 4, 8])) == ["#.......", ".#......", "..#.....", "...#...."])
    }

    @Test("white in all channels of a colour image")
    func color() throws {
        var image = image(data: [1, 0, 0, 0])
        (image.samples, image.photometric, image.pixels) = (3, "RGB", [UInt8](repeating: 10, count: 96))
        #expect(Array(try image.raster().prefix(6)) == [255, 255, 255, 10, 10, 10])
    }

    @Test("words of big endian are turned, their lowest bit first")
    func bigEndian() throws {
        #expect(try picture(image(data: [2, 1, 8, 4], encoding: .explicitBig)) == ["#.......", ".#......", "..#.....", "...#...."])
    }

    @Test("a region of interest is not drawn")
    func region() throws {
        #expect(try picture(image(type: "R", data: [255, 255, 255, 255])) == ["........", "........", "........", "........"])
    }

    @Test("the origin counts from 1, may be negative and reach outside")
    func origins() throws {
        // Nine columns a row, so that rows begin inside bytes: a diagonal.
        var bits = [UInt8](repeating: 0, count: 8)
        for i in 0..<6 { bits[(i * 9 + i) / 8] |= 1 << UInt8((i * 9 + i) % 8) }
        #expect(try picture(image(rows: 6, columns: 9, origin: (1, 1), data: bits)) == ["#.......", ".#......", "..#.....", "...#...."])
        #expect(try picture(image(rows: 6, columns: 9, origin: (3, 5), data: bits)) == ["........", "........", "....#...", ".....#.."])
        #expect(try picture(image(rows: 6, columns: 9, origin: (-1, -1), data: bits)) == ["#.......", ".#......", "..#.....", "...#...."])
        #expect(try picture(image(rows: 6, columns: 9, origin: (0, -3), data: bits)) == ["........", "........", "........", "#......."])
        #expect(try picture(image(rows: 6, columns: 9, origin: (-3, 1), data: bits)) == ["....#...", ".....#..", "........", "........"])
        #expect(try picture(image(rows: 6, columns: 9, origin: (30_000, -30_000), data: bits)) == ["........", "........", "........", "........"])
    }

    @Test("frames of an overlay lie on the image's from Image Frame Origin on; without both attributes it lies on all")
    func frames() throws {
        let black = ["........", "........", "........", "........"]
        let several = image(frames: 4, first: 2, count: 2, data: [1, 0, 0, 0, 2, 0, 0, 0])
        #expect(try picture(several, frame: 0) == black)
        #expect(try picture(several, frame: 1)[0] == "#.......")
        #expect(try picture(several, frame: 2)[0] == ".#......")
        #expect(try picture(several, frame: 3) == black)
        let one = image(frames: 2, data: [1, 0, 0, 0])
        #expect(try picture(one, frame: 0) == (try picture(one, frame: 1)))
    }

    @Test("short data end the overlay, nonsense leaves it out: never an error")
    func damaged() throws {
        let black = ["........", "........", "........", "........"]
        #expect(try picture(image(data: [1, 2])) == ["#.......", ".#......", "........", "........"])
        #expect(try picture(image(rows: 0, data: [1, 2])) == black)
        #expect(try picture(image(rows: 65_535, columns: 65_535, data: [1, 2]))[0] == "#........".prefix(8) + "")
        #expect(try picture(image(first: 65_535, count: 1, data: [1, 2])) == black)
        #expect(try picture(image(data: [])) == black)
    }

    @Test("retired: a bit of the pixels above the stored ones is an overlay")
    func inPixels() throws {
        var image = NativeImage(rows: 2, columns: 2, bitsAllocated: 16, bitsStored: 12, pixels: NativeImage.words([0x1000, 0x0FFF, 0x0000, 0x1001]))
        image.overlays = { writer in
            writer.element(.overlayRows, us: 2)
            writer.element(.overlayColumns, us: 2)
            writer.element(.overlayType, .CS, "G")
            writer.element(.overlayBitsAllocated, us: 16)
            writer.element(.overlayBitPosition, us: 12)
        }
        let settings = PictureSettings(window: .values(center: 2048, width: 4096))
        #expect(try image.raster(settings) == [255, 255, 0, 255])
        var off = settings
        off.overlays = false
        #expect(try image.raster(off) == [0, 255, 0, 0])
    }

    @Test("corpus: overlays only add white", .enabled(if: Corpus.isPresent, "corpus not found at ../shared/corpus, skipped"))
    func corpus() throws {
        for path in ["pydicom-data/data_store/data/MR-SIEMENS-DICOM-WithOverlays.dcm", "derived/codecs/overlay_embedded_bit12.dcm"] {
            guard let file = opened(path), let picture = PictureDescriber.describe(file).picture else { continue }
            let (on, off) = (
                try PictureRenderer.raster(of: file, frame: 0, settings: PictureSettings(), description: picture),
                try PictureRenderer.raster(of: file, frame: 0, settings: PictureSettings(overlays: false), description: picture)
            )
            let changed = zip(on, off).filter { $0 != $1 }
            #expect(!changed.isEmpty, "\(path)")
            #expect(changed.allSatisfy { $0.0 == 255 }, "\(path)")
        }
    }
}
