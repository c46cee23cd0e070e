import DICOM
import TestSupport
import Testing

@testable import DICOMImaging

@Suite("Reduced resolution") struct ReducedResolutionTests {
    static func reduced(_ image: TestImage, longestSide: Int) throws -> (buffer: PixelBuffer, layout: FrameLayout)? {
        let file = try image.file()
        return try StoredFrame.decodeReduced(
            file, try FrameLayout(of: file), frame: 0, purpose: .display, longestSide: longestSide)
    }

    @Test(
        "JPEG 2000 gives the coarsest resolution that is not below the size wanted, down to the levels it has",
        arguments: [(100, 16, 12), (16, 16, 12), (9, 16, 12), (8, 8, 6), (4, 4, 3), (2, 2, 2), (1, 2, 2), (0, 2, 2)])
    func levels(_ wanted: Int, _ width: Int, _ height: Int) throws {
        let image = CodecTests.image(CodecTests.jpeg2000, "gray12", bits: 12)
        let reduced = try #require(try Self.reduced(image, longestSide: wanted))
        #expect(reduced.layout.columns == width)
        #expect(reduced.layout.rows == height)
        #expect(reduced.buffer.bytes.count == width * height * 2)
        #expect(reduced.buffer.bytes.contains { $0 != 0 })
    }

    @Test("tiles and colour are reduced too; subsampled components are not")
    func shapes() throws {
        let tiled = try #require(try Self.reduced(CodecTests.image(CodecTests.jpeg2000, "gray12tiled", bits: 12), longestSide: 8))
        #expect((tiled.layout.columns, tiled.layout.rows) == (8, 6))
        let colour = try #require(try Self.reduced(CodecTests.image(CodecTests.jpeg2000, "rgbTransformed", samples: 3), longestSide: 8))
        #expect(colour.buffer.bytes.count == 8 * 6 * 3)
        #expect(colour.buffer.coding == .rgb)
        let subsampled = try #require(try Self.reduced(CodecTests.image(CodecTests.jpeg2000, "chroma422", samples: 3), longestSide: 8))
        #expect(subsampled.layout.columns == 16)
    }

    @Test("values whose sign or upper bits the codestream does not know are never averaged: the full resolution it is")
    func meaning() throws {
        var signed = CodecTests.image(CodecTests.jpeg2000, "gray12", bits: 12)
        signed.isSigned = true
        #expect(try #require(try Self.reduced(signed, longestSide: 4)).layout.columns == 16)
        var fewer = CodecTests.image(CodecTests.jpeg2000, "gray12", bits: 12)
        fewer.bitsStored = 10
        #expect(try #require(try Self.reduced(fewer, longestSide: 4)).layout.columns == 16)
    }

    @Test("a damaged JPEG 2000 stream is decoded in full only: the library reads behind its data where it skips packets of it")
    func damaged() throws {
        let whole = CodecTests.image(CodecTests.jpeg2000, "gray12", bits: 12)
        #expect(try #require(try Self.reduced(whole, longestSide: 8)).layout.columns == 8)
        var cut = whole
        let stream = CodecStreams.stream("gray12")
        cut.fragments = [CodecTests.even(Array(stream.prefix(stream.count * 2 / 3)))]
        #expect(try #require(try Self.reduced(cut, longestSide: 8)).layout.columns == 16)
    }

    @Test("codecs of one resolution say so")
    func others() throws {
        #expect(try Self.reduced(CodecTests.image(CodecTests.jpegLS, "lsGray12", bits: 12), longestSide: 8) == nil)
    }

    @Test("every transfer syntax of pixel data has a decoder, or a reason that names what is missing")
    func table() {
        let undecoded = TransferSyntax.all.filter { $0.isEncapsulated && Decoders.decoder(for: $0.codec) == nil }
        for syntax in undecoded { #expect(Decoders.missingFeature(syntax.codec) != nil, "\(syntax.uid)") }
        for syntax in TransferSyntax.all { #expect(Decoders.decoder(for: syntax.codec) == nil || Decoders.missingFeature(syntax.codec) == nil) }
        let prefix = "1.2.840.10008.1.2"
        let expected: [(Range<Int>, String)] = [
            (50..<67, ".4."), (70..<71, ".4."), (80..<82, ".4."), (90..<96, ".4."), (100..<109, ".4."), (110..<113, ".4."), (201..<206, ".4."),
            (1..<4, ".7."), (1..<3, ".6."),
        ]
        for (range, middle) in expected {
            for number in range { #expect(TransferSyntax.named(prefix + middle + "\(number)") != nil, "\(middle)\(number)") }
        }
        for suffix in ["", ".1", ".2", ".1.98", ".1.99", ".8.1", ".5"] { #expect(TransferSyntax.named(prefix + suffix) != nil) }
        #expect(Decoders.missingFeature(.jpegArithmetic)?.contains("arithmetic") == true)
        #expect(Decoders.missingFeature(.hevc)?.contains("H.265") == true)
    }
}
