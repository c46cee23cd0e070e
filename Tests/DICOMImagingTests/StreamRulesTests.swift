import DICOM
import TestSupport
import Testing

@testable import DICOMImaging

/// Where the stream and the header disagree (PS3.5 8.2.1), and what stands for pixels that are none.
@Suite("Stream against header") struct StreamRulesTests {
    static let lossless = "1.2.840.10008.1.2.4.70"
    static let syntaxes = [
        "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", lossless, "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81",
        "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.110", "1.2.840.10008.1.2.5",
    ]

    static func image(_ stream: LosslessStream, _ syntax: String = lossless) -> TestImage {
        var image = TestImage(syntax: syntax, rows: stream.height, columns: stream.width, samples: stream.components)
        image.fragments = [CodecTests.even(stream.bytes)]
        if stream.components == 3 { image.photometric = "RGB" }
        return image
    }

    static func problem(_ image: TestImage) throws -> (state: PictureState, text: String) {
        let described = PictureDescriber.describe(try image.file())
        return (described.state, described.problem)
    }

    static func words(_ bytes: [UInt8]) -> [Int] {
        stride(from: 0, to: bytes.count, by: 2).map { Int(Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)) }
    }

    @Test(arguments: [false, true])
    func `stored bits are found by High Bit and by the depth of the stream, with and without a sign`(_ isSigned: Bool) throws {
        for stored in [2, 7, 8, 9, 10, 12, 15, 16] {
            for high in stored - 1..<16 where high == stored - 1 || high == 15 || high == stored + 1 {
                for precision in Set([stored, high + 1, 16]) where precision >= 2 {
                    let field = StoredBits(bits: stored, isSigned: isSigned)
                    let values = (0..<48).map { index in field.lowest + index * (field.highest - field.lowest) / 47 }
                    // A stream of just the stored bits carries the values, a deeper one the cell, with other bits around them.
                    let isCell = precision == high + 1 && precision > stored || precision == 16 && stored < 16
                    let shift = isCell ? high + 1 - stored : 0
                    let around = isCell ? 0x5A5A & ~((1 << stored - 1) << shift) : 0
                    let samples = values.map { ($0 & (1 << stored - 1)) << shift | around & (1 << precision - 1) }
                    var image = Self.image(LosslessStream(width: 8, height: 6, precision: precision, values: samples))
                    (image.bitsAllocated, image.bitsStored, image.highBit, image.isSigned) = (16, stored, high, isSigned)
                    let read = Self.words(try image.stored())
                    let expected = isSigned ? values : values.map { Int(Int16(truncatingIfNeeded: $0)) }
                    #expect(read == expected, "\(stored) stored, high bit \(high), precision \(precision)")
                }
            }
        }
    }

    @Test(arguments: 3...15)
    func `a shallower stream states the sign by its own top bit`(_ precision: Int) throws {
        let field = StoredBits(bits: precision, isSigned: true)
        let values = (0..<48).map { field.lowest + $0 * (field.highest - field.lowest) / 47 }
        var image = Self.image(LosslessStream(width: 8, height: 6, precision: precision, values: values))
        (image.bitsAllocated, image.bitsStored, image.isSigned) = (16, 16, true)
        #expect(Self.words(try image.stored()) == values)
    }

    @Test
    func `what lossy coding lifts above the largest stored value is the largest, and never wraps to black`() {
        for (precision, container) in [(8, SampleContainer.uint8), (12, .uint16), (16, .uint16)] {
            for stored in 2..<precision {
                for isSigned in [false, true] {
                    var layout = NativeLayouts.gray(bitsAllocated: container.size * 8, bitsStored: stored, isSigned: isSigned)
                    let field = StoredBits(bits: precision, isSigned: isSigned)
                    let values = (0..<16).map { field.lowest + $0 * (field.highest - field.lowest) / 15 }
                    var buffer = PixelBuffer(
                        bytes: values.flatMap { value in (0..<container.size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } },
                        container: container, codedBits: precision, isLossy: true)
                    layout.adopt(&buffer, purpose: .display)
                    let reader = SampleReader(buffer, layout)
                    let limits = StoredBits(bits: stored, isSigned: isSigned)
                    for (index, value) in values.enumerated() {
                        #expect(reader.value(index, 0) == min(max(value, limits.lowest), limits.highest))
                    }
                }
            }
        }
    }

    @Test(arguments: [2, 5, 8, 10, 12])
    func `colours of a shallower stream reach full brightness`(_ precision: Int) throws {
        let most = 1 << precision - 1
        let values = (0..<48).flatMap { _ in [most, 0, most / 2] }
        var image = Self.image(LosslessStream(width: 8, height: 6, components: 3, precision: precision, values: values))
        (image.bitsAllocated, image.bitsStored) = (16, 16)
        let half = UInt8((most / 2 * 255 * 2 + most) / (2 * most))
        #expect(try image.raster().prefix(3) == [255, 0, half])
    }

    @Test(arguments: [9, 12, 16])
    func `a stream deeper than the cell goes through the window whole`(_ precision: Int) throws {
        let most = 1 << precision - 1
        let values = (0..<48).map { $0 * most / 47 }
        let image = Self.image(LosslessStream(width: 8, height: 6, precision: precision, values: values))
        let raster = try image.raster()
        #expect(raster.first == 0 && raster.last == 255)
        #expect(zip(raster, raster.dropFirst()).allSatisfy { $0 <= $1 })
    }

    @Test(arguments: [(6, 8), (8, 6), (5, 5), (12, 4)])
    func `rows and columns are the stream's`(_ width: Int, _ height: Int) throws {
        let values = (0..<width * height).map { $0 }
        var image = Self.image(LosslessStream(width: width, height: height, precision: 8, values: values))
        (image.columns, image.rows) = (8, 5)
        let file = try image.file()
        let picture = try #require(PictureDescriber.describe(file).picture)
        #expect(picture.width == width && picture.height == height)
        #expect(try image.raster() == values.map { UInt8($0) })
        // A row that was indexed by the header alone gives an error, never a picture of another size.
        let old = PictureDescription(width: 8, height: 5, channels: 1)
        #expect(throws: DICOMError.self) { try PictureRenderer.raster(of: file, frame: 0, settings: PictureSettings(), description: old) }
    }

    @Test
    func `a header without rows and columns, or with cells of odd width, is told them by the stream`() throws {
        for (name, syntax) in [("gray12", CodecTests.jpeg2000), ("lsGray12", CodecTests.jpegLS), ("xlGray12", CodecTests.jpegXL)] {
            var image = CodecTests.image(syntax, name, bits: 12)
            (image.rows, image.columns) = (0, 0)
            let described = PictureDescriber.describe(try image.file())
            if described.state == .unsupported { continue }
            #expect(described.picture?.width == CodecStreams.width && described.picture?.height == CodecStreams.height, "\(name)")
            #expect(try image.raster().count == CodecStreams.width * CodecStreams.height)
            image.bitsAllocated = 12
            let odd = try image.raster()
            image.bitsAllocated = 16
            #expect(try image.raster() == odd)
            // Cells of 8 bits do not bound a stream of 12.
            (image.bitsAllocated, image.bitsStored) = (8, 8)
            let raster = try image.raster()
            #expect(Set(raster).count > 20 && raster.contains(0) && raster.contains(255), "\(name)")
        }
    }

    @Test
    func `the number of samples is the stream's: gray under a colour header, colour under a gray one`() throws {
        var gray = Self.image(LosslessStream(width: 4, height: 3, precision: 8, values: (0..<12).map { $0 * 20 }))
        (gray.samples, gray.photometric) = (3, "RGB")
        #expect(try gray.raster() == (0..<12).map { UInt8($0 * 20) })
        var colour = Self.image(LosslessStream(width: 4, height: 3, components: 3, precision: 8, values: (0..<36).map { $0 * 7 }))
        (colour.samples, colour.photometric) = (1, "MONOCHROME2")
        #expect(try colour.raster() == (0..<36).map { UInt8($0 * 7) })
        colour.photometric = "PALETTE COLOR"
        #expect(try Self.problem(colour).state == .inconsistent)
    }

    @Test(arguments: syntaxes.dropLast() + ["1.2.840.10008.1.2.1"])
    func `a stream is recognised by its own markers under any other codec's transfer syntax, and under none`(_ syntax: String) throws {
        let values = (0..<48).map { $0 * 5 }
        #expect(try Self.image(LosslessStream(width: 8, height: 6, precision: 8, values: values), syntax).raster() == values.map { UInt8($0) })
        for (name, bits) in [("gray12", 12), ("lsGray12", 12)] {
            let image = CodecTests.image(syntax, name, bits: bits)
            #expect(try image.stored() == CodecStreams.values(components: 1, bits: bits, size: 2), "\(name)")
        }
    }

    @Test(arguments: syntaxes)
    func `fragments that hold no stream make no picture and say so`(_ syntax: String) throws {
        for bytes: [UInt8] in [
            [UInt8](repeating: 0, count: 192), (0..<192).map { UInt8($0) }, [0xFF, 0xD8, 0xFF], [], [UInt8](repeating: 0xFF, count: 192),
        ] {
            var image = TestImage(syntax: syntax)
            image.fragments = [bytes.count % 2 == 0 ? bytes : bytes + [0]]
            let (state, text) = try Self.problem(image)
            #expect(state == .inconsistent && text.contains("stream"), "\(text)")
        }
    }

    @Test
    func `a first frame that is none does not take the others' pictures`() throws {
        let stream = CodecTests.even(LosslessStream(width: 4, height: 3, precision: 8, values: (0..<12).map { $0 }).bytes)
        var image = TestImage(syntax: Self.lossless, rows: 3, columns: 4, frames: 3)
        image.fragments = [[UInt8](repeating: 0, count: 100), stream, stream]
        let file = try image.file()
        let picture = try #require(PictureDescriber.describe(file).picture)
        #expect(try PictureRenderer.raster(of: file, frame: 1, settings: PictureSettings(), description: picture) == (0..<12).map { UInt8($0) })
        #expect(throws: DICOMError.self) { try PictureRenderer.raster(of: file, frame: 0, settings: PictureSettings(), description: picture) }
    }

    @Test(arguments: [1, 2, 3, 7, 8, 9, 40])
    func `any number of fill bytes may stand before a start of image`(_ count: Int) throws {
        let values = (0..<12).map { $0 * 9 }
        var stream = LosslessStream(width: 4, height: 3, precision: 8, values: values)
        stream.fill = count
        #expect(try Self.image(stream).raster() == values.map { UInt8($0) })
        // Two frames of two fragments each, told apart by where streams start.
        let pieces = stream.bytes
        let half = count + 20 & ~1
        var image = TestImage(syntax: Self.lossless, rows: 3, columns: 4, frames: 2)
        image.fragments = [0, 1].flatMap { _ in [Array(pieces[..<half]), CodecTests.even(Array(pieces[half...]))] }
        #expect(try image.stored(1) == values.map { UInt8($0) })
    }

    @Test(arguments: [lossless, "1.2.840.10008.1.2.5"])
    func `fragments under a length are fragments`(_ syntax: String) throws {
        let isRLE = syntax.hasSuffix(".5")
        let stream = isRLE ? FrameLocatorTests.rleFrame(7) : LosslessStream(width: 4, height: 4, precision: 8, values: .init(repeating: 7, count: 16)).bytes
        for isDelimited in [false, true] {
            var body = DICOMWriter()
            body.fragments([CodecTests.even(stream), CodecTests.even(stream)], delimiter: isDelimited)
            let items = Array(body.bytes.dropFirst(12))
            var image = TestImage(syntax: syntax, rows: 4, columns: 4, frames: 2)
            image.definedLength = items
            #expect(try image.stored(1) == [UInt8](repeating: 7, count: 16))
        }
    }

    @Test
    func `RLE of one segment a sample holds 8 bits, and one of other numbers of segments is named`() throws {
        var image = TestImage(syntax: "1.2.840.10008.1.2.5", rows: 4, columns: 4)
        image.fragments = [FrameLocatorTests.rleFrame(200)]
        (image.bitsAllocated, image.bitsStored) = (16, 8)
        #expect(try image.raster() == [UInt8](repeating: 200, count: 16))
        image.bitsAllocated = 32
        image.fragments[0][0] = 2
        image.fragments[0][8] = 70
        #expect(try Self.problem(image) == (.inconsistent, "an RLE stream of 2 segments for 1 samples of 32 bits"))
    }
}

enum NativeLayouts {
    static func gray(bitsAllocated: Int, bitsStored: Int, isSigned: Bool) -> FrameLayout {
        FrameLayout(
            rows: 4, columns: 4, samples: 1, bitsAllocated: bitsAllocated, bitsStored: bitsStored, highBit: bitsStored - 1, isSigned: isSigned,
            photometric: .monochrome2, isPlanar: false, isFloat: false, frameCount: 1)
    }
}
