import DICOM
import TestSupport
import Testing

@testable import DICOMImaging

@Suite("G25: pictures of another size")
struct ResamplingTests {
    private func rows(_ pixels: [UInt8], width: Int, height: Int, channels: Int) -> PictureRows {
        PictureRows(width: width, height: height, channels: channels) { row, target in
            for at in 0..<target.count { target[at] = pixels[row * width * channels + at] }
        }
    }

    @Test("every pixel is the mean of the area under it, rounded half up, in both directions")
    func areas() {
        var generator = SplitMix(seed: 11)
        for _ in 0..<150 {
            let (width, height) = (Int.random(in: 1...12, using: &generator), Int.random(in: 1...12, using: &generator))
            let (wide, high) = (Int.random(in: 1...15, using: &generator), Int.random(in: 1...15, using: &generator))
            let channels = Bool.random(using: &generator) ? 1 : 3
            let pixels = (0..<width * height * channels).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let result = BoxFilter.rows(rows(pixels, width: width, height: height, channels: channels), width: wide, height: high).bitmap()
            #expect(result.pixels == mean(pixels, width, height, channels, wide, high), "\(width)x\(height) to \(wide)x\(high)")
        }
    }

    /// The definition, unit by unit.
    private func mean(_ pixels: [UInt8], _ width: Int, _ height: Int, _ channels: Int, _ wide: Int, _ high: Int) -> [UInt8] {
        var output: [UInt8] = []
        for row in 0..<high {
            for column in 0..<wide {
                for channel in 0..<channels {
                    var sum = 0
                    for y in row * height..<(row + 1) * height {
                        for x in column * width..<(column + 1) * width { sum += Int(pixels[((y / high) * width + x / wide) * channels + channel]) }
                    }
                    output.append(UInt8((sum + width * height / 2) / (width * height)))
                }
            }
        }
        return output
    }

    @Test("the largest sums do not overflow")
    func extremes() {
        let white = PictureRows(width: 65_535, height: 2, channels: 1) { _, target in
            for at in 0..<target.count { target[at] = 255 }
        }
        #expect(BoxFilter.rows(white, width: 3, height: 1).bitmap().pixels == [255, 255, 255])
    }

    @Test("files have exactly the size of the drawn description", arguments: [1, 3, 7, 16, 4096])
    func sizes(side: Int) throws {
        for ratio in [nil, "4\\3", "1\\20"] {
            var image = NativeImage(rows: 9, columns: 14, pixels: (0..<126).map { UInt8($0 * 2) })
            image.after = { writer in
                if let ratio { writer.element(.pixelAspectRatio, .IS, ratio) }
            }
            // Tags ascend no more; readers do not mind.
            let file = try image.file()
            let picture = try #require(PictureDescriber.describe(file).picture)
            let settings = PictureSettings(longestSide: side)
            let drawn = picture.drawn(with: settings)
            let raster = try PictureRenderer.raster(of: file, frame: 0, settings: settings, description: picture)
            #expect(raster.count == drawn.width * drawn.height)
            for (format, size) in [(PictureFormat.png, PictureSize.png(drawn)), (.jpeg, PictureSize.jpeg(drawn))] {
                let bytes = try PictureRenderer.picture(of: file, frame: 0, settings: settings, format: format, description: picture)
                #expect(bytes.count == size, "\(format) of \(drawn)")
            }
        }
    }

    @Test("the density of the drawn picture is in its file")
    func density() throws {
        var image = NativeImage(rows: 10, columns: 10, pixels: [UInt8](repeating: 9, count: 100))
        image.after = { $0.element(.pixelSpacing, .DS, "0.5\\0.5") }
        let file = try image.file()
        let picture = try #require(PictureDescriber.describe(file).picture)
        let bytes = try PictureRenderer.picture(of: file, frame: 0, settings: PictureSettings(longestSide: 5), format: .png, description: picture)
        // pHYs follows IHDR: 1,000 pixels a metre both ways.
        #expect(Array(bytes[37..<50]) == Array("pHYs".utf8) + [0, 0, 3, 232, 0, 0, 3, 232, 1])
    }

    @Test(
        "JPEG 2000 frames are decoded at a lower resolution, no smaller than the picture",
        .enabled(if: Corpus.isPresent, "corpus not found at ../shared/corpus, skipped"))
    func reducedJPEG2000() throws {
        var compared = 0
        for name in ["CT1_J2KR", "MR1_J2KR", "NM1_J2KR"] {
            guard let file = opened("dicom-test-files/data/WG04/J2KR/" + name), let picture = PictureDescriber.describe(file).picture else {
                continue
            }
            let settings = PictureSettings(overlays: false, longestSide: max(picture.width, picture.height) / 3)
            let layout = try FrameLayout(of: file)
            let drawn = picture.drawn(with: settings)
            let source = try FrameSource(file, layout, frame: 0, overlays: false, width: drawn.width, height: drawn.height)
            #expect(source.layout.columns < layout.columns && source.layout.columns >= drawn.width && source.layout.rows >= drawn.height)
            let whole = try FrameRenderer(file, frame: 0, settings: PictureSettings(overlays: false), description: picture)
            let expected = BoxFilter.rows(try whole.rows(), width: drawn.width, height: drawn.height).bitmap().pixels
            let reduced = try PictureRenderer.raster(of: file, frame: 0, settings: settings, description: picture)
            let sum = zip(expected, reduced).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
            #expect(Double(sum) / Double(expected.count) < 12, "\(name): \(Double(sum) / Double(expected.count))")
            compared += 1
        }
        print("\(compared) reduced JPEG 2000 pictures compared")
    }

    @Test("a JPEG decoded reduced looks like the whole one reduced", .enabled(if: Corpus.isPresent, "corpus not found at ../shared/corpus, skipped"))
    func reducedJPEG() throws {
        var compared = 0
        for row in Corpus.table("MANIFEST.tsv") {
            guard let path = row["path"], !path.contains("/broken/"), row["ts_uid"] == "1.2.840.10008.1.2.4.50", let file = opened(path),
                let picture = PictureDescriber.describe(file).picture?.ofFrames, max(picture.width, picture.height) >= 64
            else { continue }
            let settings = PictureSettings(overlays: false, longestSide: max(picture.width, picture.height) / 5)
            do {
                let whole = try FrameRenderer(file, frame: 0, settings: PictureSettings(overlays: false), description: picture)
                let drawn = picture.drawn(with: settings)
                let expected = BoxFilter.rows(try whole.rows(), width: drawn.width, height: drawn.height).bitmap().pixels
                let reduced = try PictureRenderer.raster(of: file, frame: 0, settings: settings, description: picture)
                let sum = zip(expected, reduced).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
                #expect(Double(sum) / Double(expected.count) < 4, "\(path): \(Double(sum) / Double(expected.count))")
                compared += 1
            } catch { print("\(path): \(error)") }
        }
        print("\(compared) reduced JPEG pictures compared")
        #expect(compared > 5)
    }
}
