import DICOM
import DICOMImaging
import TestSupport
import Testing

/// Own codestreams, with every value known (`CodecStreams`).
@Suite("Codecs") struct CodecTests {
    static let jpeg2000 = "1.2.840.10008.1.2.4.90"
    static let jpegLS = "1.2.840.10008.1.2.4.80"
    static let jpegXL = "1.2.840.10008.1.2.4.110"

    static func image(_ syntax: String, _ stream: String, bits: Int = 8, samples: Int = 1) -> TestImage {
        var image = TestImage(syntax: syntax)
        image.fragments = [even(CodecStreams.stream(stream))]
        image.samples = samples
        image.bitsStored = bits
        image.bitsAllocated = bits <= 8 ? 8 : bits <= 16 ? 16 : 32
        image.photometric = samples == 3 ? "RGB" : "MONOCHROME2"
        return image
    }

    static func even(_ bytes: [UInt8]) -> [UInt8] { bytes.count % 2 == 0 ? bytes : bytes + [0] }

    // MARK: JPEG 2000

    @Test("JPEG 2000 values are exact, whatever the tiles and the envelope", arguments: ["gray12", "gray12tiled", "gray12bigTile", "gray12boxes"])
    func jpeg2000Gray(_ stream: String) throws {
        let image = Self.image(Self.jpeg2000, stream, bits: 12)
        #expect(try image.stored() == CodecStreams.values(components: 1, bits: 12, size: 2))
    }

    @Test("J4: a missing end marker, padding and a comment before the end change nothing")
    func jpeg2000Ends() throws {
        let stream = CodecStreams.stream("gray12bigTile")
        #expect(stream.suffix(2) == [0xFF, 0xD9])
        let tiles = Array(stream.dropLast(2))
        for end: [UInt8] in [[], [0xFF, 0xD9, 0xFF], [0xFF, 0x64, 0, 4, 0, 0, 0xFF, 0xD9], [0xFF], [0, 0, 0, 0]] {
            var image = Self.image(Self.jpeg2000, "gray12", bits: 12)
            image.fragments = [Self.even(tiles + end)]
            #expect(try image.stored() == CodecStreams.values(components: 1, bits: 12, size: 2), "\(end)")
        }
    }

    @Test("J4: a cut stream gives a picture of the right size")
    func jpeg2000Cut() throws {
        let stream = CodecStreams.stream("gray12tiled")
        var image = Self.image(Self.jpeg2000, "gray12", bits: 12)
        image.fragments = [Self.even(Array(stream.prefix(stream.count * 2 / 3)))]
        let stored = try image.stored()
        let whole = CodecStreams.values(components: 1, bits: 12, size: 2)
        #expect(stored.count == whole.count)
        // The first tile is there, the last is not.
        #expect(stored.prefix(16) == whole.prefix(16))
        #expect(stored.suffix(8) == [UInt8](repeating: 0, count: 8))
    }

    @Test("C5: the codestream's own transform is undone, whatever the header says", arguments: ["RGB", "YBR_RCT", "YBR_FULL", "YBR_ICT"])
    func jpeg2000Colour(_ photometric: String) throws {
        var image = Self.image(Self.jpeg2000, "rgbTransformed", samples: 3)
        image.photometric = photometric
        let values = CodecStreams.values(components: 3, bits: 8, size: 1)
        #expect(try image.stored() == values)
        #expect(try image.raster() == values)
    }

    @Test("without a transform the header says what the components are")
    func jpeg2000Declared() throws {
        var image = Self.image(Self.jpeg2000, "threePlain", samples: 3)
        let values = CodecStreams.values(components: 3, bits: 8, size: 1)
        #expect(try image.raster() == values)
        image.photometric = "YBR_FULL"
        #expect(try image.stored() == values)
        #expect(try image.raster() != values)
    }

    @Test("subsampled components are repeated")
    func jpeg2000Subsampled() throws {
        var image = Self.image(Self.jpeg2000, "chroma422", samples: 3)
        image.photometric = "YBR_FULL_422"
        let expected = (0..<CodecStreams.height * CodecStreams.width).flatMap { pixel -> [UInt8] in
            let (x, y) = (pixel % CodecStreams.width, pixel / CodecStreams.width)
            return [
                UInt8(CodecStreams.value(x, y, 0, bits: 8)), UInt8(CodecStreams.value(x & ~1, y, 1, bits: 8)),
                UInt8(CodecStreams.value(x & ~1, y, 2, bits: 8)),
            ]
        }
        #expect(try image.stored() == expected)
    }

    @Test("J2: signed if either says signed")
    func jpeg2000Sign() throws {
        var image = Self.image(Self.jpeg2000, "signed12", bits: 12)
        let signed = CodecStreams.values(components: 1, bits: 12, size: 2, shift: -2048)
        for headerSays in [true, false] {
            image.isSigned = headerSays
            #expect(try image.stored() == signed)
        }
        // Two's complement over the precision of the codestream: 12 bits, in a header of 16.
        image = Self.image(Self.jpeg2000, "unsigned12for16", bits: 16)
        image.isSigned = true
        let values = (0..<CodecStreams.height * CodecStreams.width).flatMap { pixel -> [UInt8] in
            let value = CodecStreams.value(pixel % CodecStreams.width, pixel / CodecStreams.width, 0, bits: 12)
            let extended = value >= 2048 ? value - 4096 : value
            return [UInt8(truncatingIfNeeded: extended), UInt8(truncatingIfNeeded: extended >> 8)]
        }
        #expect(try image.stored() == values)
        // The pictures of a pair that differs only in who says so are the same.
        image.isSigned = true
        image.fragments = [Self.even(CodecStreams.stream("signed12"))]
        let one = try image.raster()
        image.isSigned = false
        #expect(try image.raster() == one)
    }

    @Test("J1: more bits in the codestream than in the header are shown unscaled")
    func jpeg2000Precision() throws {
        var image = Self.image(Self.jpeg2000, "gray12", bits: 16)
        let expected = try image.raster()
        image.bitsStored = 10
        #expect(try image.raster() == expected)
    }

    @Test("JPEG 2000 of 24 bits fills 32-bit containers")
    func jpeg2000Deep() throws {
        let image = Self.image(Self.jpeg2000, "gray24", bits: 24)
        #expect(try image.stored() == CodecStreams.values(components: 1, bits: 24, size: 4))
    }

    // MARK: JPEG-LS

    @Test("JPEG-LS values are exact", arguments: [("lsGray7", 7), ("lsGray12", 12), ("lsGray16", 16)])
    func jpegLSGray(_ stream: String, _ bits: Int) throws {
        let image = Self.image(Self.jpegLS, stream, bits: bits)
        #expect(try image.stored() == CodecStreams.values(components: 1, bits: bits, size: bits > 8 ? 2 : 1))
    }

    @Test(
        "JPEG-LS colour in every interleave mode, the HP transforms undone",
        arguments: ["lsPlanes", "lsLines", "lsPixels", "lsHP1", "lsHP3"])
    func jpegLSColour(_ stream: String) throws {
        let image = Self.image(Self.jpegLS, stream, samples: 3)
        let values = CodecStreams.values(components: 3, bits: 8, size: 1)
        #expect(try image.stored() == values)
        #expect(try image.raster() == values)
    }

    @Test("near-lossless JPEG-LS stays within its bound")
    func jpegLSNear() throws {
        let image = Self.image("1.2.840.10008.1.2.4.81", "lsNear3")
        let values = CodecStreams.values(components: 1, bits: 8, size: 1)
        #expect(zip(try image.stored(), values).allSatisfy { abs(Int($0) - Int($1)) <= 3 })
    }

    @Test("J7: fill bytes before the start, padding after the end and a missing end marker change nothing")
    func jpegLSEnds() throws {
        let stream = CodecStreams.stream("lsGray12")
        let values = CodecStreams.values(components: 1, bits: 12, size: 2)
        for variant in [[0xFF] + stream, stream + [0], stream + [0, 0, 0], stream.dropLast(2) + [0xFF, 0xFF, 0xD9]] {
            var image = Self.image(Self.jpegLS, "lsGray12", bits: 12)
            image.fragments = [Self.even(Array(variant))]
            #expect(try image.stored() == values)
        }
    }

    @Test("a cut JPEG-LS stream shows the rows that are there")
    func jpegLSCut() throws {
        let stream = CodecStreams.stream("lsGray12")
        var image = Self.image(Self.jpegLS, "lsGray12", bits: 12)
        image.fragments = [Self.even(Array(stream.prefix(stream.count / 2)))]
        let stored = try image.stored()
        let whole = CodecStreams.values(components: 1, bits: 12, size: 2)
        #expect(stored.count == whole.count)
        #expect(stored.prefix(32) == whole.prefix(32))
        #expect(stored.suffix(32) == [UInt8](repeating: 0, count: 32))
    }

    // MARK: JPEG XL

    @Test(
        "JPEG XL values are exact, or the build says that it has no libjxl",
        arguments: [("xlGray8", 8, 1), ("xlGray12", 12, 1), ("xlRGB8", 8, 3), ("xlRGB16", 16, 3)])
    func jpegXL(_ stream: String, _ bits: Int, _ samples: Int) throws {
        let image = Self.image(Self.jpegXL, stream, bits: bits, samples: samples)
        let described = PictureDescriber.describe(try image.file())
        guard described.state == .available else {
            #expect(described.problem == "JPEG XL: built without libjxl")
            return
        }
        #expect(try image.stored() == CodecStreams.values(components: samples, bits: bits, size: bits > 8 ? 2 : 1))
    }

    // MARK: native frames in fragments

    @Test("encapsulated uncompressed frames are read like native ones")
    func encapsulatedNative() throws {
        let syntax = "1.2.840.10008.1.2.1.98"
        var image = TestImage(syntax: syntax, rows: 2, columns: 2, samples: 3, photometric: "YBR_FULL_422", frames: 2)
        image.fragments = [[10, 20, 128, 128, 30, 40, 128, 128], [1, 2, 128, 128, 3, 4, 128, 128]]
        #expect(try image.stored(1) == [1, 128, 128, 2, 128, 128, 3, 128, 128, 4, 128, 128])
        image = TestImage(syntax: syntax, rows: 3, columns: 3, bitsAllocated: 1, bitsStored: 1, frames: 2)
        image.fragments = [[0b0000_0001, 1], [0b1000_0000, 0]]
        #expect(try image.stored(0) == [1, 0, 0, 0, 0, 0, 0, 0, 1])
        #expect(try image.stored(1) == [0, 0, 0, 0, 0, 0, 0, 1, 0])
        image = TestImage(syntax: syntax, rows: 1, columns: 2, bitsAllocated: 16, bitsStored: 12, isSigned: true)
        image.fragments = [[0xFF, 0x0F]]
        #expect(try image.stored() == [0xFF, 0xFF, 0, 0], "what is missing is 0")
    }

    @Test("RLE of 32 bits and of one bit")
    func rleDepths() throws {
        var image = TestImage(syntax: "1.2.840.10008.1.2.5", rows: 1, columns: 2, bitsAllocated: 32, bitsStored: 32)
        let head: [UInt8] = [4, 0, 0, 0, 64, 0, 0, 0, 67, 0, 0, 0, 70, 0, 0, 0, 73, 0, 0, 0] + [UInt8](repeating: 0, count: 44)
        image.fragments = [head + [1, 0x11, 0x55] + [1, 0x22, 0x66] + [1, 0x33, 0x77] + [1, 0x44, 0x88]]
        #expect(try image.stored() == [0x44, 0x33, 0x22, 0x11, 0x88, 0x77, 0x66, 0x55])
        image = TestImage(syntax: "1.2.840.10008.1.2.5", rows: 1, columns: 10, bitsAllocated: 1, bitsStored: 1)
        image.fragments = [[1, 0, 0, 0, 64, 0, 0, 0] + [UInt8](repeating: 0, count: 56) + [1, 0b0000_0101, 0b10, 0x80]]
        #expect(try image.stored() == [1, 0, 1, 0, 0, 0, 0, 0, 0, 1])
    }
}
