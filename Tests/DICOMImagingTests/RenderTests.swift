import DICOM
import DICOMImaging
import Foundation
import TestSupport
import Testing

@Suite("Rendering against references", .enabled(if: Corpus.isPresent, "corpus not found at ../shared/corpus, skipped"))
struct RenderTests {
    /// The corpus path of a file by its name (and a part of its folder).
    static func path(_ name: String, _ folder: String = "") -> String? {
        Corpus.table("MANIFEST.tsv").compactMap { $0["path"] }.first { $0.hasSuffix("/" + name) && (folder.isEmpty || $0.contains(folder)) }
    }

    /// References were made without overlays.
    static let plain = PictureSettings(overlays: false, squarePixels: false)

    /// The same for an image of the WG-04 set in any lossless encoding that can be drawn here.
    static func drawable(_ name: String) -> String? {
        guard name.hasSuffix("_UNC") else { return path(name) }
        return ["_UNC", "_RLE", "_JPLL", "_JLSL", "_J2KR"].lazy.compactMap { path(name.dropLast(4) + $0) }.first { path in
            opened(path).map { PictureDescriber.describe($0).state == .available } ?? false
        }
    }

    static func raster(_ path: String, frame: Int? = nil) throws -> [UInt8] {
        let file = try Part10File.open(MemoryProvider(Corpus.file(path)))
        let described = PictureDescriber.describe(file)
        let description = try #require(described.picture, "\(path): \(described.problem)")
        return try PictureRenderer.raster(
            of: file, frame: frame ?? description.representativeFrame, settings: plain, description: description.ofFrames)
    }

    struct Golden: Sendable {
        let name: String
        let frame: Int
        let mean: Double
        let sha: String
    }

    @Test(
        "Q2: golden rasters are equal to the byte",
        arguments: [
            Golden(name: "CTImage.dcm", frame: 0, mean: 47.323, sha: "274018eb6faf"),
            Golden(name: "CT2_UNC", frame: 0, mean: 57.036, sha: "b3a85b652337"),
            Golden(name: "MR4_UNC", frame: 0, mean: 151.813, sha: "6a6f4d6b93d6"),
            Golden(name: "RG2_UNC", frame: 0, mean: 112.469, sha: "ddc934133b76"),
            Golden(name: "RG3_UNC", frame: 0, mean: 177.499, sha: "723a668ac381"),
            Golden(name: "GH133.dcm", frame: 0, mean: 20.633, sha: "b0b155faff12"),
            Golden(name: "vlut_04.dcm", frame: 0, mean: 128.830, sha: "74853be063ef"),
            Golden(name: "mlut_18.dcm", frame: 0, mean: 128.833, sha: "3ed444f37ec1"),
            Golden(name: "CR-ModalitySequenceLUT.dcm", frame: 0, mean: 76.954, sha: "ce40f9d0684b"),
            Golden(name: "MOVEKNEE.dcm", frame: 0, mean: 37.754, sha: "f750b02e531a"),
            Golden(name: "MR-JPEGLosslessSV1.dcm", frame: 0, mean: 85.054, sha: "da226f2eac13"),
            Golden(name: "MR_small.dcm", frame: 0, mean: 113.066, sha: "38ab8d87e706"),
            Golden(name: "J2K_pixelrep_mismatch.dcm", frame: 0, mean: 63.207, sha: "dbe3bc187588"),
            Golden(name: "TOSHIBA_J2K_SIZ0_PixRep1.dcm", frame: 0, mean: 54.234, sha: "24f8954a04d1"),
            Golden(name: "TOSHIBA_J2K_SIZ1_PixRep0.dcm", frame: 0, mean: 54.234, sha: "24f8954a04d1"),
        ])
    func golden(_ row: Golden) throws {
        guard let path = Self.drawable(row.name) else { return print("\(row.name) is not in the corpus, skipped") }
        if let file = opened(path), case (.unsupported, _, let problem) = PictureDescriber.describe(file) {
            return print("\(row.name) skipped: \(problem)")
        }
        let raster = try Self.raster(path, frame: row.frame)
        let mean = Double(raster.reduce(0) { $0 + Int($1) }) / Double(raster.count)
        #expect(abs(mean - row.mean) < 0.001, "\(path): mean \(mean), expected \(row.mean)")
        #expect(sha256(raster).prefix(12) == row.sha, "\(path)")
    }

    /// Renderings that differ from both reference renderers, each with its reason.
    static let differences: [String: String] = [
        "dicom-test-files/data/pydicom/SC_rgb_jpeg_lossy_gdcm.dcm":
            "YCbCr by its subsampling whatever the header says (rule C6 d); the references believe the header",
        "healthcare-api-dicom-fuse/build/example.dcm":
            "a JFIF stream is YCbCr whatever the header says (rule C6 c); the references believe the header",
        "media/wg04-rle/IMAGES/RLE/MR3_RLE":
            "Pixel Padding Value 0 is drawn black (rule G23, PS3.3 C.7.5.1.1.2); the references draw it through the window",
        "pydicom-data/data_store/data/parametric_map_double_float.dcm":
            "LINEAR of width 1 over floating-point values is read as LINEAR_EXACT (rule G17); the reference makes a threshold of it",
    ]

    @Test("default pictures agree with the reference renderers where these used a window, a LUT, a palette or colours")
    func expectedRender() throws {
        var wrong: [String] = []
        var compared = 0
        for line in Corpus.lines("EXPECTED_RENDER.jsonl.gz") {
            guard let row = try JSONSerialization.jsonObject(with: line) as? [String: Any], let path = row["path"] as? String,
                let frame = row["frame"] as? Int, let voi = row["voi"] as? String,
                voi.hasPrefix("window") || ["voilut", "color", "palette"].contains(voi)
            else { continue }
            let grid = (row["agree"] as? Bool == true ? row["grid"] : voi == "window-fg" ? row["numpy"] : nil) as? [[[Double]]]
            // Supplemental palettes have a test of their own (rule C9).
            guard let grid, Self.differences[path] == nil, !path.contains("/CT0012."), !path.hasSuffix("eCT_Supplemental.dcm"),
                let file = opened(path), let picture = PictureDescriber.describe(file).picture
            else { continue }
            do {
                let raster = try PictureRenderer.raster(of: file, frame: frame, settings: Self.plain, description: picture.ofFrames)
                let own = blockMeans(raster, picture)
                compared += 1
                let worst = zip(own.flatMap { $0.flatMap { $0 } }, grid.flatMap { $0.flatMap { $0 } }).map { abs($0 - $1) }.max() ?? 999
                if worst > 2 { wrong.append("\(path) frame \(frame) \(voi): off by \(worst)") }
            } catch {
                wrong.append("\(path) frame \(frame): \(error)")
            }
        }
        print("renderings of \(compared) frames compared")
        #expect(compared > 50)
        #expect(wrong.isEmpty, "\(wrong.count) wrong\n\(wrong.joined(separator: "\n"))")
    }

    private func blockMeans(_ raster: [UInt8], _ picture: PictureDescription) -> [[[Double]]] {
        (0..<picture.channels).map { channel in
            let rows = min(8, picture.height)
            let columns = min(8, picture.width)
            return (0..<rows).map { row in
                (0..<columns).map { column in
                    var sum = 0
                    var count = 0
                    for y in row * picture.height / rows..<(row + 1) * picture.height / rows {
                        for x in column * picture.width / columns..<(column + 1) * picture.width / columns {
                            sum += Int(raster[(y * picture.width + x) * picture.channels + channel])
                            count += 1
                        }
                    }
                    return Double(sum) / Double(max(1, count))
                }
            }
        }
    }

    @Test(
        "Q3: the same image in other lossless encodings gives the same PNG",
        arguments: ["CT1", "CT2", "MR1", "MR2", "MR3", "MR4", "US1", "VL1", "VL2", "VL3", "VL6", "RG1", "RG2", "RG3", "XA1", "NM1"])
    func losslessEncodings(_ name: String) throws {
        guard let original = Self.drawable(name + "_UNC") ?? Self.path(name + "_UNC.dcm") else {
            return print("\(name)_UNC is not in the corpus, skipped")
        }
        let expected = try png(original)
        for suffix in ["_RLE", "_JPLL", "_JLSL", "_J2KR"] {
            guard let other = Self.path(name + suffix) ?? Self.path(name + suffix + ".dcm"), let file = opened(other),
                PictureDescriber.describe(file).state == .available
            else { continue }
            #expect(try png(other) == expected, "\(other)")
        }
    }

    @Test("C9, Q2: supplemental palettes colour the values from their first on; below them the golden gray shows")
    func supplementalPalette() throws {
        guard let path = Self.path("eCT_Supplemental.dcm"), let file = opened(path) else {
            return print("eCT_Supplemental.dcm is not in the corpus, skipped")
        }
        let raster = try Self.raster(path, frame: 0)
        let stored = try StoredFrame.canonical(file, frame: 0)
        let first = file.dataSet.ints(.redPaletteColorLookupTableDescriptor)[1]
        let palettes = [Tag.redPaletteColorLookupTableData, .greenPaletteColorLookupTableData, .bluePaletteColorLookupTableData].map {
            file.dataSet.ints($0)
        }
        let place = try #require(FunctionalGroups.item(.pixelValueTransformationSequence, frame: 0, of: file.dataSet))
        let (slope, intercept) = (place.double(.rescaleSlope) ?? 1, place.double(.rescaleIntercept) ?? 0)
        var gray: [UInt8] = []
        var wrong = 0
        var colored = 0
        for pixel in 0..<stored.count / 2 {
            let value = Int(stored[pixel * 2]) | Int(stored[pixel * 2 + 1]) << 8
            let level = (slope * Double(value) + intercept - 48.5) / 101 + 0.5
            gray.append(UInt8(min(max(level, 0), 1) * 255 + 0.5))
            let own = Array(raster[pixel * 3..<pixel * 3 + 3])
            if value >= first {
                colored += 1
                let entry = min(value - first, palettes[0].count - 1)
                if own != palettes.map({ UInt8($0[entry] >> 8) }) { wrong += 1 }
            } else if own != [gray[pixel], gray[pixel], gray[pixel]] {
                wrong += 1
            }
        }
        #expect(sha256(gray).prefix(12) == "f09d9197ffb6")
        #expect(wrong == 0)
        #expect(colored > 1000)
    }

    private func png(_ path: String) throws -> [UInt8] {
        let file = try Part10File.open(MemoryProvider(Corpus.file(path)))
        let picture = try #require(PictureDescriber.describe(file).picture)
        return try PictureRenderer.picture(
            of: file, frame: picture.representativeFrame, settings: PictureSettings(), format: .png, description: picture)
    }

    @Test("every picture of the corpus has exactly the promised size, or is an error")
    func sizes() throws {
        var made = 0
        for row in Corpus.table("MANIFEST.tsv") {
            guard let path = row["path"], let file = opened(path), let picture = PictureDescriber.describe(file).picture else { continue }
            for format in [PictureFormat.png, .jpeg] {
                let bytes: [UInt8]
                do {
                    bytes = try PictureRenderer.picture(
                        of: file, frame: picture.representativeFrame, settings: PictureSettings(), format: format, description: picture)
                } catch { continue }
                made += 1
                let drawn = picture.drawn(with: PictureSettings())
                #expect(bytes.count == (format == .png ? PictureSize.png(drawn) : PictureSize.jpeg(drawn)), "\(path)")
            }
        }
        print("\(made) pictures made")
        #expect(made > 500)
    }
}
