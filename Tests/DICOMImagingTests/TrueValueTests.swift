import DICOM
import TestSupport
import Testing

@testable import DICOMImaging

/// Values that are drawn for what they are, however the header spells or shortens it.
@Suite("True values") struct TrueValueTests {
    @Test(arguments: [
            ("MONOCHROME", "MONOCHROME2"), ("monochrome1", "MONOCHROME1"), ("Monochrome 2", "MONOCHROME2"), ("rgb", "RGB"), ("PALETTE_COLOR", "PALETTE COLOR"),
            ("palette color", "PALETTE COLOR"), ("YBR FULL", "YBR_FULL"), ("ybr_full_422", "YBR_FULL_422"), ("YBRFULL", "YBR_FULL"),
        ])
    func `Photometric Interpretation is understood as it is written`(_ written: String, _ meant: String) {
        #expect(Photometric(PhotometricTerm.normalized(written)) == Photometric(meant))
        #expect(Photometric(meant) != .other(meant))
    }

    @Test(arguments: ["CMYK", "ARGB", "HSV", "X"])
    func `a term of a colour space that nothing draws stays what it is`(_ term: String) { #expect(Photometric(PhotometricTerm.normalized(term)) == .other(term)) }

    @Test
    func `an image called MONOCHROME has the window of its file`() throws {
        var image = NativeImage(rows: 1, columns: 3, photometric: "MONOCHROME", bitsAllocated: 16, bitsStored: 16, pixels: NativeImage.words([0, 500, 1000]))
        image.after = { writer in
            writer.element(.windowCenter, .DS, "500")
            writer.element(.windowWidth, .DS, "2000")
        }
        #expect(try image.raster() == (try image.raster(PictureSettings(window: .values(center: 500, width: 2000)))))
    }

    @Test(arguments: [1, 2, 3, 4, 5, 16], [1, 2, 3, 7])
    func `YBR_FULL_422 of three bytes a pixel is read so`(_ columns: Int, _ rows: Int) throws {
        for frames in [1, 2, 3] {
            let pixels: [UInt8] = (0..<columns * rows * frames).flatMap { (pixel: Int) -> [UInt8] in [UInt8(pixel % 200 + 20), 128, 128] }
            let padded = pixels.count % 2 == 0 ? pixels : pixels + [0]
            let image = NativeImage(rows: rows, columns: columns, samples: 3, photometric: "YBR_FULL_422", frames: frames, pixels: padded, vr: .OB)
            let last = Array(pixels.suffix(columns * rows * 3))
            let gray = last.indices.map { last[$0 / 3 * 3] }
            #expect(try image.raster(frame: frames - 1) == gray)
        }
        // Two bytes a pixel stay what the term says.
        guard columns % 2 == 0 else { return }
        let pairs: [UInt8] = (0..<columns / 2 * rows).flatMap { (_: Int) -> [UInt8] in [50, 60, 128, 128] }
        let image = NativeImage(rows: rows, columns: columns, samples: 3, photometric: "YBR_FULL_422", pixels: pairs, vr: .OB)
        #expect(try image.raster().prefix(6) == [50, 50, 50, 60, 60, 60])
    }

    @Test(arguments: 8...16)
    func `entries of a table that ends early keep their places, the last stands for the rest`(_ bits: Int) throws {
        for count in [16, 100, 256] {
            for missing in [0, 1, count / 4, count - 1] {
                let entries = (0..<count).map { $0 * (1 << bits - 1) / (count - 1) }
                let there = Array(entries.prefix(count - missing))
                let table = try lut(NativeImage.words(there), [count, 5, bits])
                // Words of 8-bit entries of which half are missing look like packed bytes: those are excused.
                if bits == 8, missing > 0 { continue }
                #expect((0..<count).map { table.value($0 + 5) } == entries.map { min($0, there.last ?? 0) }, "\(count) entries, \(missing) missing")
            }
        }
        #expect(throws: DICOMError.self) { try lut([], [16, 0, bits]) }
    }

    @Test
    func `packed bytes are entries of 8 bits only, of a short table too`() throws {
        #expect((0..<6).map { try? lut([1, 2, 3, 4], [6, 0, 8]).value($0) } == [1, 2, 3, 4, 4, 4])
        #expect((0..<2).map { try? lut([1, 2, 3, 4], [4, 0, 12]).value($0) } == [0x201, 0x403])
    }

    private func lut(_ data: [UInt8], _ descriptor: [Int]) throws -> LookupTable {
        var image = NativeImage(pixels: [UInt8](repeating: 0, count: 16))
        image.overlays = { writer in
            writer.element(.lutDescriptor, .US, NativeImage.words(descriptor))
            writer.element(.lutData, .OW, data)
        }
        let dataSet = try image.file().dataSet
        return try LookupTable(descriptor: dataSet.element(.lutDescriptor), data: dataSet.element(.lutData), isSigned: false)
    }

    @Test(arguments: [8, 16])
    func `inside a binary segment is white, in bits, bytes and words`(_ bits: Int) throws {
        var image = NativeImage(
            rows: 1, columns: 4, bitsAllocated: bits, bitsStored: bits, modality: "SEG",
            pixels: bits == 8 ? [0, 1, 1, 0] : NativeImage.words([0, 1, 1, 0]), vr: bits == 8 ? .OB : .OW)
        image.overlays = { $0.element(.segmentationType, .CS, "BINARY") }
        #expect(try image.raster() == [0, 255, 255, 0])
    }

    @Test(arguments: ["01", "00"])
    func `padding is not looked for in values that lossy coding has changed`(_ lossy: String) throws {
        var image = NativeImage(
            rows: 1, columns: 4, photometric: "MONOCHROME1", bitsAllocated: 16, bitsStored: 16, pixels: NativeImage.words([10, 11, 500, 1000]))
        image.after = { writer in
            writer.element(.pixelPaddingValue, us: 10)
            writer.element(.windowCenter, .DS, "500")
            writer.element(.windowWidth, .DS, "1000")
            writer.element(.lossyImageCompression, .CS, lossy)
        }
        let raster = try image.raster()
        #expect(raster[1] > 250 && (lossy == "01" ? raster[0] > 250 : raster[0] == 0))
    }

    @Test
    func `of native pixel data that break off the rest is zero, and every frame that they were long enough for is there`() throws {
        for there in [20, 64, 65, 100, 190] {
            var writer = DICOMWriter(.implicitLittle)
            writer.identity()
            writer.element(.samplesPerPixel, us: 1)
            writer.element(.photometricInterpretation, .CS, "MONOCHROME2")
            writer.element(.numberOfFrames, .IS, "3")
            writer.element(.rows, us: 8)
            writer.element(.columns, us: 8)
            writer.element(.bitsAllocated, us: 8)
            writer.element(.bitsStored, us: 8)
            writer.element(.highBit, us: 7)
            writer.element(.pixelRepresentation, us: 0)
            writer.header(.pixelData, .OW, length: 192)
            writer.raw([UInt8](repeating: 9, count: there))
            let file = try Part10File.open(MemoryProvider(writer.part10()))
            let picture = try #require(PictureDescriber.describe(file).picture)
            #expect(picture.frameCount == 3)
            let all = try (0..<3).flatMap { try PictureRenderer.raster(of: file, frame: $0, settings: PictureSettings(), description: picture) }
            #expect(all == [UInt8](repeating: 9, count: there) + [UInt8](repeating: 0, count: 192 - there))
        }
    }

    // MARK: automatic windows

    @Test(arguments: [2, 3, 9])
    func `the frames of an object share one automatic window`(_ frames: Int) throws {
        let values = (0..<frames).flatMap { frame in (0..<16).map { 100 + frame * 1000 + $0 } }
        let image = NativeImage(bitsAllocated: 16, bitsStored: 16, frames: frames, modality: "MR", pixels: NativeImage.words(values))
        let rasters = try (0..<frames).flatMap { try image.raster(frame: $0) }
        let span = Double((frames - 1) * 1000 + 15)
        #expect(rasters == values.map { UInt8((Double($0 - 100) / span * 255 + 0.5).rounded(.down)) })
    }

    @Test(arguments: [2, 3, 16, 64, 150])
    func `the brightest of a few pixels is white, and nothing else is`(_ count: Int) throws {
        let image = NativeImage(
            rows: 1, columns: count, bitsAllocated: 16, bitsStored: 16, modality: "MR", pixels: NativeImage.words((0..<count).map { 1000 + $0 * 100 }))
        let raster = try image.raster()
        #expect(raster.first == 0 && raster.last == 255 && raster.count { $0 == 255 } == 1 && raster.count { $0 == 0 } == 1)
    }

    @Test(arguments: [0, 1, 1000, 32_768, 65_535])
    func `an image of one value is as bright as that value is`(_ value: Int) throws {
        for modality in ["MR", "NM", "PT", "OT"] {
            let image = NativeImage(
                bitsAllocated: 16, bitsStored: 16, modality: modality, pixels: NativeImage.words([Int](repeating: value, count: 16)))
            #expect(try image.raster() == [UInt8](repeating: UInt8((value * 255 * 2 + 65_535) / (2 * 65_535)), count: 16))
        }
    }
}
