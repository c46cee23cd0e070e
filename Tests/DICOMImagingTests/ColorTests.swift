import DICOM
import DICOMImaging
import TestSupport
import Testing

@Suite("Colour rules")
struct ColorTests {
    private func raster(_ pixels: [UInt8], _ photometric: String, columns: Int = 1, planar: Bool = false, bits: Int = 8) throws -> [UInt8] {
        var image = NativeImage(
            rows: 1, columns: columns, samples: 3, photometric: photometric, bitsAllocated: bits, bitsStored: bits, pixels: pixels)
        // The last one of repeated tags does not count: written in front.
        if planar { image.before = { $0.element(.planarConfiguration, us: 1) } }
        return try image.raster()
    }

    @Test("C1: deeper samples are scaled by their full range")
    func deep() throws {
        let words = NativeImage.words([0, 65_535, 32_768])
        #expect(try raster(words, "RGB", bits: 16) == [0, 255, 128])
        let longs: [UInt8] = [0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 128]
        #expect(try raster(longs, "RGB", bits: 32) == [0, 255, 128])
    }

    @Test("C2: planes of samples")
    func planes() throws {
        #expect(try raster([1, 2, 3, 4, 5, 6], "RGB", columns: 2, planar: true) == [1, 3, 5, 2, 4, 6])
    }

    @Test("C3: YBR_FULL by the standard's matrix")
    func ybr() throws {
        #expect(try raster([76, 85, 255], "YBR_FULL") == [254, 0, 0])
        #expect(try raster([128, 128, 128, 255, 128, 128], "YBR_FULL", columns: 2) == [128, 128, 128, 255, 255, 255])
    }

    @Test("C4: YBR_FULL_422 has one pair of chroma samples for two pixels, also at an odd end")
    func chroma() throws {
        #expect(try raster([76, 128, 85, 255], "YBR_FULL_422", columns: 2) == [254, 0, 0, 255, 52, 52])
        #expect(try raster([76, 0, 85, 255, 128, 0, 128, 128], "YBR_FULL_422", columns: 3).suffix(3) == [128, 128, 128])
    }

    private func palette(
        _ pixels: [UInt8], descriptor: [UInt16], data: [UInt8], tag: UInt16 = 0x1201, encoding: DICOMWriter.Encoding = .explicitLittle
    ) throws -> [UInt8] {
        var image = NativeImage(rows: 1, columns: pixels.count, photometric: "PALETTE COLOR", encoding: encoding, pixels: pixels, vr: .OB)
        image.after = { writer in
            for channel: UInt16 in 0..<3 {
                let words = descriptor
                writer.element(Tag(0x0028, 0x1101 + channel), us: words[0], words[1], words[2])
            }
            for channel: UInt16 in 0..<3 { writer.element(Tag(0x0028, tag + channel), .OW, data) }
        }
        return try image.raster().enumerated().filter { $0.offset % 3 == 0 }.map(\.element)
    }

    @Test("C8: indices are clamped, 16-bit entries keep their upper byte, small ones their lower")
    func palettes() throws {
        let entries = NativeImage.words([0x1100, 0x2200, 0x3300])
        #expect(try palette([0, 10, 11, 12, 200], descriptor: [3, 10, 16], data: entries) == [0x11, 0x11, 0x22, 0x33, 0x33])
        #expect(try palette([0, 1, 2], descriptor: [3, 0, 16], data: NativeImage.words([7, 8, 255])) == [7, 8, 255])
        #expect(try palette([0, 1, 3], descriptor: [4, 0, 8], data: [1, 2, 3, 4]) == [1, 2, 4])
    }

    @Test("C8: words of big endian palettes are turned")
    func bigEndianPalette() throws {
        #expect(try palette([0, 1], descriptor: [2, 0, 16], data: [0x11, 0x00, 0x22, 0x00], encoding: .explicitBig) == [0x11, 0x22])
        #expect(try palette([0, 1, 2, 3], descriptor: [4, 0, 8], data: [2, 1, 4, 3], encoding: .explicitBig) == [1, 2, 3, 4])
    }

    @Test("C8: segmented palettes: discrete, linear, indirect")
    func segmented() throws {
        // Two discrete values, then a ramp of 4 to 0x0A00; then both once more.
        let words = [0, 2, 0x0100, 0x0200, 1, 4, 0x0A00, 2, 2, 0, 0]
        let expected: [UInt8] = [1, 2, 4, 6, 8, 10, 1, 2, 4, 6, 8, 10]
        #expect(try palette((0..<12).map { UInt8($0) }, descriptor: [12, 0, 16], data: NativeImage.words(words), tag: 0x1221) == expected)
    }

    @Test("AW 4: fractional segments reach white at their greatest fraction, binary ones at 1")
    func segments() throws {
        var fractional = NativeImage(rows: 1, columns: 3, modality: "SEG", pixels: [0, 50, 100])
        fractional.overlays = { writer in
            writer.element(.segmentationType, .CS, "FRACTIONAL")
            writer.element(.maximumFractionalValue, us: 100)
        }
        #expect(try fractional.raster() == [0, 128, 255])
        var binary = NativeImage(rows: 1, columns: 8, bitsAllocated: 1, bitsStored: 1, modality: "SEG", pixels: [0b0000_0101, 0], vr: .OB)
        binary.overlays = { $0.element(.segmentationType, .CS, "BINARY") }
        #expect(try binary.raster() == [255, 0, 255, 0, 0, 0, 0, 0])
    }

    @Test("label maps are drawn in their segments' recommended colours, the background black")
    func labelMap() throws {
        var image = NativeImage(rows: 1, columns: 3, modality: "SEG", pixels: [0, 2, 7])
        image.overlays = { writer in
            writer.element(.segmentationType, .CS, "LABELMAP")
            writer.sequence(
                .segmentSequence,
                items: [
                    { item in
                        item.element(.segmentNumber, us: 2)
                        // Pure sRGB red in CIELab of D50: 54.29, 80.80, 69.89.
                        item.element(.recommendedDisplayCIELabValue, us: 35_579, 53_662, 50_858)
                    }
                ])
        }
        let raster = try image.raster()
        #expect(Array(raster[0..<3]) == [0, 0, 0])
        for (own, red) in zip(raster[3..<6], [255, 0, 0]) { #expect(abs(Int(own) - red) <= 4) }
        #expect(raster[6..<9].contains { $0 > 100 })
    }

    @Test("G8: logarithmic angiograms are drawn without their Modality LUT or rescale")
    func logarithmic() throws {
        var image = NativeImage(rows: 1, columns: 2, bitsAllocated: 16, bitsStored: 12, modality: "XA", pixels: NativeImage.words([0, 1000]))
        image.after = { writer in
            writer.element(.rescaleIntercept, .DS, "-5000")
            writer.element(.rescaleSlope, .DS, "3")
        }
        #expect(try image.explanation().contains("slope 3.0"))
        image.before = { $0.element(Tag(0x0028, 0x1040), .CS, "LOG") }
        #expect(try image.explanation().contains("slope 1.0, intercept 0.0"))
    }
}

@Suite("Corpus pictures that must agree with each other", .enabled(if: Corpus.isPresent, "corpus not found at ../shared/corpus, skipped"))
struct CorpusPictureTests {
    private func raster(_ path: String, frame: Int = 0) throws -> [UInt8]? {
        guard let file = opened(path), let picture = PictureDescriber.describe(file).picture else { return nil }
        return try PictureRenderer.raster(of: file, frame: frame, settings: PictureSettings(overlays: false), description: picture)
    }

    private func worst(_ a: [UInt8], _ b: [UInt8]) -> Int {
        a.count == b.count ? zip(a, b).map { abs(Int($0) - Int($1)) }.max() ?? 0 : 256
    }

    @Test("Q4, C6: JPEG colours are what the stream says, within 3 levels of the truth")
    func streamColors() throws {
        let folder = "pydicom/data/test_files/"
        let truths = [
            "SC_rgb_dcmtk_+eb+cr.dcm": "pydicom-data/data_store/data/SC_rgb_dcmtk_ebcr_dcmd.dcm",
            "SC_rgb_dcmtk_+eb+cy+n1.dcm": "pydicom-data/data_store/data/SC_rgb_dcmtk_ebcyn1_dcmd.dcm",
            "SC_rgb_dcmtk_+eb+cy+n2.dcm": "pydicom-data/data_store/data/SC_rgb_dcmtk_ebcyn2_dcmd.dcm",
            "SC_rgb_dcmtk_+eb+cy+np.dcm": "pydicom-data/data_store/data/SC_rgb_dcmtk_ebcynp_dcmd.dcm",
            "SC_rgb_dcmtk_+eb+cy+s2.dcm": "pydicom-data/data_store/data/SC_rgb_dcmtk_ebcys2_dcmd.dcm",
            "SC_rgb_dcmtk_+eb+cy+s4.dcm": "pydicom-data/data_store/data/SC_rgb_dcmtk_ebcys4_dcmd.dcm",
        ]
        var compared = 0
        for (name, truth) in truths {
            guard let own = try raster(folder + name), let expected = try raster(truth) else { continue }
            #expect(worst(own, expected) <= 3, "\(name): \(worst(own, expected))")
            compared += 1
        }
        // The header says RGB, nothing in the stream but its subsampling says YCbCr: the bars must come out red first.
        if let bars = try raster("dicom-test-files/data/pydicom/SC_rgb_jpeg_lossy_gdcm.dcm"), let truth = try raster(folder + "SC_rgb_rle.dcm") {
            let difference = zip(bars, truth).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
            #expect(Double(difference) / Double(truth.count) < 3)
            compared += 1
        }
        #expect(compared > 3)
    }

    @Test(
        "the same picture, stored in other ways",
        arguments: [
            ["pydicom-data/data_store/data/OBXXXX1A.dcm", "pydicom-data/data_store/data/OBXXXX1A_expb.dcm"],
            ["pydicom-data/data_store/data/SC_rgb.dcm", "pydicom-data/data_store/data/SC_rgb_expb.dcm", "pydicom/data/test_files/SC_rgb_rle.dcm"],
            [
                "pydicom-data/data_store/data/SC_rgb_16bit.dcm", "pydicom-data/data_store/data/SC_rgb_expb_16bit.dcm",
                "pydicom/data/test_files/SC_rgb_rle_16bit.dcm",
            ],
            [
                "pydicom-data/data_store/data/SC_rgb_32bit.dcm", "pydicom-data/data_store/data/SC_rgb_expb_32bit.dcm",
                "pydicom/data/test_files/SC_rgb_rle_32bit.dcm",
            ],
            ["pydicom/data/test_files/liver_1frame.dcm", "pydicom/data/test_files/liver_expb_1frame.dcm"],
            ["pydicom-data/data_store/data/liver_nonbyte_aligned.dcm", "pydicom-data/data_store/data/liver_j2k.dcm"],
        ])
    func pairs(_ paths: [String]) throws {
        let pictures = try paths.compactMap { path in try raster(path).map { (path, $0) } }
        guard let first = pictures.first else { return }
        for (path, picture) in pictures.dropFirst() where picture.count == first.1.count { #expect(picture == first.1, "\(path)") }
        if pictures.count < paths.count { print("\(paths.count - pictures.count) of \(paths) cannot be drawn here") }
    }

    @Test("Q7: CT1 without a window is drawn in 40/400, its padding black")
    func padding() throws {
        for path in ["media/wg04-rle/IMAGES/RLE/CT1_RLE", "dicom-test-files/data/WG04/REF/CT1_UNC", "dicom-test-files/data/WG04/JPLL/CT1_JPLL"] {
            guard let file = opened(path), let picture = PictureDescriber.describe(file).picture else { continue }
            let text = try PictureRenderer.explanation(of: file, frame: 0, settings: PictureSettings(), description: picture)
            #expect(text.contains("window 40.0/400.0 LINEAR"), "\(path): \(text)")
            #expect(text.contains("padding: -2000"))
            #expect(try raster(path)?.first == 0)
        }
    }

    @Test("Q8: positron emission and nuclear images are not black without a window")
    func emission() throws {
        var drawn = 0
        for row in Corpus.table("MANIFEST.tsv") where ["PT", "NM"].contains(row["modality"] ?? "") {
            guard let path = row["path"], row["expectation"] == "valid", let file = opened(path),
                let picture = PictureDescriber.describe(file).picture
            else { continue }
            let frame = picture.representativeFrame
            let pixels = try PictureRenderer.raster(of: file, frame: frame, settings: PictureSettings(window: .auto), description: picture)
            let mean = Double(pixels.reduce(0) { $0 + Int($1) }) / Double(pixels.count)
            #expect(mean > 5, "\(path): \(mean)")
            drawn += 1
        }
        #expect(drawn > 2)
    }
}
