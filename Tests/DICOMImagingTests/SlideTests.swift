import DICOM
import TestSupport
import Testing

@testable import DICOMImaging

/// Tiled images: what stands for the whole of them.
@Suite("Slides") struct SlideTests {
    /// Tiles of 4 x 4 pixels; each pixel of the matrix has the value 10 * (tile number + 1).
    private func slide(_ width: Int, _ height: Int, sparse places: [(column: Int, row: Int)]? = nil, extraFrames: Int = 0) throws -> Part10File {
        let (across, down) = ((width + 3) / 4, (height + 3) / 4)
        let count = places?.count ?? across * down
        var image = NativeImage(frames: count + extraFrames, modality: "SM")
        image.pixels = (0..<count + extraFrames).flatMap { tile in [UInt8](repeating: UInt8(truncatingIfNeeded: 10 * (tile + 1)), count: 16) }
        image.before = { writer in
            writer.element(.dimensionOrganizationType, .CS, places == nil ? "TILED_FULL" : "TILED_SPARSE")
        }
        image.overlays = { writer in
            writer.element(.totalPixelMatrixColumns, ul: UInt32(width))
            writer.element(.totalPixelMatrixRows, ul: UInt32(height))
            guard let places else { return }
            writer.sequence(
                .perFrameFunctionalGroupsSequence,
                items: places.map { place in
                    { item in
                        item.sequence(
                            .planePositionSlideSequence,
                            items: [
                                { position in
                                    position.element(.columnPositionInTotalImagePixelMatrix, .SL, Self.long(place.column))
                                    position.element(.rowPositionInTotalImagePixelMatrix, .SL, Self.long(place.row))
                                }
                            ])
                    }
                })
        }
        return try image.file()
    }

    private static func long(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

    private func raster(_ file: Part10File, _ settings: PictureSettings = PictureSettings()) throws -> (picture: PictureDescription, pixels: [UInt8]) {
        let picture = try #require(PictureDescriber.describe(file).picture)
        let pixels = try PictureRenderer.raster(of: file, frame: picture.representativeFrame, settings: settings, description: picture)
        let drawn = picture.drawn(with: settings)
        #expect(pixels.count == drawn.width * drawn.height * drawn.channels)
        return (picture, pixels)
    }

    @Test(arguments: [(8, 8), (7, 5), (12, 4), (3, 9), (1, 1), (9, 9)])
    func `a slide of TILED_FULL is its tiles put together, cut where the matrix ends`(_ width: Int, _ height: Int) throws {
        let (picture, pixels) = try raster(try slide(width, height, extraFrames: 2))
        #expect(picture.assembled == PictureSides(width: width, height: height))
        let across = (width + 3) / 4
        #expect(pixels == (0..<width * height).map { UInt8(truncatingIfNeeded: 10 * ($0 / width / 4 * across + $0 % width / 4 + 1)) })
    }

    @Test
    func `tiles of TILED_SPARSE lie where they say; where none lies the picture is black`() throws {
        let (picture, pixels) = try raster(try slide(8, 8, sparse: [(5, 5), (1, 1), (5, 5)]))
        #expect(picture.assembled == PictureSides(width: 8, height: 8) && picture.frameCount == 3)
        #expect(pixels == (0..<64).map { $0 / 8 < 4 && $0 % 8 < 4 ? 20 : $0 / 8 >= 4 && $0 % 8 >= 4 ? 10 : 0 })
    }

    @Test(arguments: [Int32.min, -7, -2, 8, 9, 100, Int32.max])
    func `places outside the matrix and absurd ones draw nothing and end nothing`(_ place: Int32) throws {
        let (_, pixels) = try raster(try slide(8, 8, sparse: [(Int(place), 1), (1, Int(place)), (1, 1)]))
        #expect(pixels.count == 64)
    }

    @Test
    func `its frames are the tiles, and a smaller picture is the whole one reduced`() throws {
        let file = try slide(8, 8)
        let picture = try #require(PictureDescriber.describe(file).picture)
        let tile = try PictureRenderer.raster(of: file, frame: 2, settings: PictureSettings(), description: picture.ofFrames)
        #expect(tile == [UInt8](repeating: 30, count: 16))
        #expect(try raster(file, PictureSettings(longestSide: 2)).pixels == [10, 20, 30, 40])
    }

    @Test
    func `every format of it has the size that its description promises`() throws {
        let file = try slide(7, 5)
        let picture = try #require(PictureDescriber.describe(file).picture)
        for settings in [PictureSettings(), PictureSettings(longestSide: 3), PictureSettings(squarePixels: false)] {
            let drawn = picture.drawn(with: settings)
            for format in [PictureFormat.png, .jpeg] {
                let bytes = try PictureRenderer.picture(of: file, frame: 0, settings: settings, format: format, description: picture)
                #expect(bytes.count == (format == .png ? PictureSize.png(drawn) : PictureSize.jpeg(drawn)))
            }
        }
    }

    @Test
    func `a slide too large to be put together is shown by the tile in its middle`() throws {
        let file = try slide(20_000, 8, sparse: [(1, 1), (9_997, 1), (9_997, 5), (19_997, 5)])
        #expect(PictureDescriber.describe(file).picture?.assembled != nil)
        let larger = try slide(65_000, 60_000, sparse: [(1, 1), (32_497, 29_997), (32_497, 1), (59_997, 59_997)])
        let picture = try #require(PictureDescriber.describe(larger).picture)
        #expect(picture.assembled == nil && picture.representativeFrame == 1)
    }

    @Test
    func `a row from before slides were put together keeps its tile`() throws {
        let file = try slide(8, 8)
        let old = PictureDescription(width: 4, height: 4, channels: 1, frameCount: 4, representativeFrame: 1)
        #expect(try PictureRenderer.raster(of: file, frame: 1, settings: PictureSettings(), description: old) == [UInt8](repeating: 20, count: 16))
        var other = try #require(PictureDescriber.describe(file).picture)
        other.assembled = PictureSides(width: 9, height: 8)
        #expect(throws: DICOMError.self) { try PictureRenderer.raster(of: file, frame: 0, settings: PictureSettings(), description: other) }
    }
}

@Suite("Square pixels") struct SquarePixelTests {
    private func image(_ tag: DICOM.Tag, _ value: String, rows: Int = 4, columns: Int = 4) -> NativeImage {
        var image = NativeImage(rows: rows, columns: columns, pixels: (0..<rows * columns).map { UInt8(truncatingIfNeeded: $0 * 10) })
        image.overlays = { $0.element(tag, tag == .pixelAspectRatio ? .IS : .DS, value) }
        return image
    }

    @Test(arguments: [("2\\1", 4, 8), ("1\\2", 8, 4), ("4\\3", 4, 5), ("1\\1", 4, 4), ("1000\\1001", 4, 4), ("1\\40", 4, 4), ("0\\1", 4, 4)])
    func `pictures of non-square pixels are square, of exactly the promised size`(_ ratio: String, _ width: Int, _ height: Int) throws {
        for tag in [DICOM.Tag.pixelAspectRatio, .pixelSpacing, .imagerPixelSpacing, .nominalScannedPixelSpacing] {
            let image = image(tag, ratio)
            let file = try image.file()
            let picture = try #require(PictureDescriber.describe(file).picture)
            let drawn = picture.drawn(with: PictureSettings())
            #expect(drawn.width == width && drawn.height == height, "\(tag) \(ratio)")
            #expect(try image.raster().count == width * height)
            #expect(try image.raster(PictureSettings(squarePixels: false)) == image.pixels)
            for format in [PictureFormat.png, .jpeg] {
                let bytes = try PictureRenderer.picture(of: file, frame: 0, settings: PictureSettings(), format: format, description: picture)
                #expect(bytes.count == (format == .png ? PictureSize.png(drawn) : PictureSize.jpeg(drawn)))
            }
            guard width != 4 || height != 4 else { continue }
            #expect(drawn.density.map { $0.x == $0.y } ?? true)
        }
    }

    @Test
    func `twice as high pixels show each row twice`() throws {
        let raster = try image(.pixelAspectRatio, "2\\1", rows: 2, columns: 3).raster()
        #expect(raster == [0, 10, 20, 0, 10, 20, 30, 40, 50, 30, 40, 50])
    }

    @Test
    func `no picture grows beyond its bounds`() {
        for (width, height) in [(65_535, 65_535), (65_535, 1), (1, 65_535), (20_000, 20_000)] {
            for (x, y): (UInt32, UInt32) in [(1, 16), (16, 1), (1, .max), (.max, 1), (0, 1), (3, 2)] {
                for isMetric in [false, true] {
                    let picture = PictureDescription(
                        width: width, height: height, channels: 3, density: PixelDensity(x: x, y: y, isMetric: isMetric))
                    let drawn = picture.drawn(with: PictureSettings())
                    #expect((1...65_535).contains(drawn.width) && (1...65_535).contains(drawn.height))
                    #expect(drawn == picture || drawn.width * drawn.height * 3 <= 120 << 20)
                }
            }
        }
    }
}
