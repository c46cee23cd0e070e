import CZlib
import DICOM
import DICOMImaging
import TestSupport
import Testing

/// Streams that lie about their size, or are damaged (rule 12 and "Safety").
@Suite("Hostile codestreams") struct HostileCodecTests {
    static func big(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

    /// A JPEG 2000 main header, and zeros where the tiles should be.
    static func jpeg2000(width: Int, height: Int, tile: Int, components: Int = 1, bytes: Int) -> [UInt8] {
        var size: [UInt8] = [0, 0] + big(width, 4) + big(height, 4) + big(0, 8) + big(tile, 4) + big(tile, 4) + big(0, 8) + big(components, 2)
        for _ in 0..<components { size += [15, 1, 1] }
        let coding: [UInt8] = [0, 0, 0, 1, 0, 5, 4, 4, 0, 1]
        let head: [UInt8] = [0xFF, 0x4F, 0xFF, 0x51] + big(size.count + 2, 2) + size + [0xFF, 0x52] + big(coding.count + 2, 2) + coding
        return head + [UInt8](repeating: 0, count: max(0, bytes - head.count))
    }

    static func jpegLS(width: Int, height: Int, bytes: Int) -> [UInt8] {
        let frame: [UInt8] = [0xFF, 0xD8, 0xFF, 0xF7, 0, 11, 16] + big(height, 2) + big(width, 2) + [1, 1, 0x11, 0]
        let head: [UInt8] = frame + [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0]
        return head + [UInt8](repeating: 0, count: max(0, bytes - head.count))
    }

    static func image(_ syntax: String, rows: Int, columns: Int, _ stream: [UInt8]) -> TestImage {
        var image = TestImage(syntax: syntax, rows: rows, columns: columns, bitsAllocated: 16, bitsStored: 16)
        image.fragments = [CodecTests.even(stream)]
        return image
    }

    /// The error of a frame that must not decode.
    static func refusal(_ image: TestImage) throws -> DICOMError {
        let file = try image.file()
        do {
            _ = try StoredFrame.canonical(file, frame: 0)
        } catch {
            return error
        }
        throw DICOMError(.malformed, "it was decoded")
    }

    @Test("a frame that its bytes cannot justify is refused by its header, before a decoder sees it")
    func forgedSize() throws {
        let side = 10_000
        for (syntax, stream) in [
            (CodecTests.jpeg2000, Self.jpeg2000(width: side, height: side, tile: side, bytes: 14_000)),
            (CodecTests.jpegLS, Self.jpegLS(width: side, height: side, bytes: 14_000)),
            (CodecTests.jpegXL, [0xFF, 0x0A] + [UInt8](repeating: 0, count: 14_000)),
        ] {
            let image = Self.image(syntax, rows: side, columns: side, stream)
            guard PictureDescriber.describe(try image.file()).state == .available else { continue }
            let error = try Self.refusal(image)
            #expect(error.code == .damagedPixels)
            #expect(error.message.contains("bytes for 100000000 samples"), "\(error)")
        }
    }

    @Test("a codestream of another size than the header's is refused")
    func otherSize() throws {
        for (syntax, stream) in [
            (CodecTests.jpeg2000, Self.jpeg2000(width: 20_000, height: 20_000, tile: 20_000, bytes: 14_000)),
            (CodecTests.jpeg2000, Self.jpeg2000(width: 64, height: 64, tile: 64, components: 3, bytes: 14_000)),
            (CodecTests.jpegLS, Self.jpegLS(width: 65_535, height: 65_535, bytes: 14_000)),
        ] {
            #expect(try Self.refusal(Self.image(syntax, rows: 64, columns: 64, stream)).code == .inconsistent)
        }
        let other = CodecStreams.stream("xlGray8")
        let image = Self.image(CodecTests.jpegXL, rows: 64, columns: 64, other)
        if PictureDescriber.describe(try image.file()).state == .available {
            #expect(try Self.refusal(image).message.contains("not the one announced"))
        }
    }

    @Test("JPEG 2000 of too many components or tiles, or without an area, is refused")
    func impossibleShapes() throws {
        for (side, stream) in [
            (64, Self.jpeg2000(width: 64, height: 64, tile: 64, components: 5, bytes: 14_000)),
            (64, Self.jpeg2000(width: 64, height: 64, tile: 64, components: 16_384, bytes: 60_000)),
            (512, Self.jpeg2000(width: 512, height: 512, tile: 1, bytes: 1 << 22)),
            (512, Self.jpeg2000(width: 512, height: 512, tile: 8, bytes: 14_000)),
            (512, Self.jpeg2000(width: 512, height: 512, tile: 0, bytes: 14_000)),
            (64, Self.jpeg2000(width: 0, height: 64, tile: 64, bytes: 14_000)),
        ] {
            #expect(try Self.refusal(Self.image(CodecTests.jpeg2000, rows: side, columns: side, stream)).code == .damagedPixels)
        }
    }

    @Test("streams that are not there, or are something else, are errors")
    func nonsense() throws {
        let streams: [[UInt8]] = [
            [0, 0], [0xFF, 0x4F], [0xFF, 0x4F, 0xFF, 0x51], [0xFF, 0xD8], [0xFF, 0xD8, 0xFF, 0xF7, 0, 11, 8, 0], Array("JXL !!".utf8),
        ]
        let boxes: [UInt8] = [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 13, 10, 135, 10]
        let longBox: [UInt8] = [0, 0, 0, 1, 0x6A, 0x70, 0x32, 0x63] + [UInt8](repeating: 0xFF, count: 8)
        for stream in streams + [boxes, boxes + longBox, boxes + [0, 0, 0, 0, 0x6A, 0x70, 0x32, 0x63], boxes + [0, 0, 0, 2, 1, 2, 3, 4]] {
            for syntax in [CodecTests.jpeg2000, CodecTests.jpegLS, CodecTests.jpegXL, "1.2.840.10008.1.2.8.1"] {
                #expect(throws: DICOMError.self, "\(syntax) \(stream)") { try Self.image(syntax, rows: 64, columns: 64, stream).stored() }
            }
        }
    }

    /// 8 x 8 pixels in one HTJ2K code block, whose MEL bytes 0xFF 0x95 no encoder writes: OpenJPEG 2.5.0 asserts that (`mel_init`).
    static var forbiddenMEL: [UInt8] {
        var stream: [UInt8] = [0xFF, 0x4F, 0xFF, 0x51, 0, 41, 0x40, 0]
        for number in [8, 8, 0, 0, 8, 8, 0, 0] { stream += big(number, 4) }
        stream += [0, 1, 7, 1, 1]
        stream += [0xFF, 0x50, 0, 8, 0, 2, 0, 0, 0, 0]
        stream += [0xFF, 0x52, 0, 12, 0, 0, 0, 1, 0, 0, 4, 4, 0x40, 1]
        stream += [0xFF, 0x5C, 0, 4, 0x20, 0x40]
        stream += [0xFF, 0x90, 0, 10, 0, 0, 0, 0, 0, 19, 0, 1, 0xFF, 0x93]
        stream += [0xE4, 0xFF, 0x95, 4, 0, 0xFF, 0xD9]
        return stream
    }

    @Test("what OpenJPEG asserts is an error of the frame, and the next frame decodes")
    func assertions() throws {
        var image = Self.image("1.2.840.10008.1.2.4.201", rows: 8, columns: 8, Self.forbiddenMEL)
        (image.bitsAllocated, image.bitsStored) = (8, 8)
        for _ in 0..<20 { #expect(try Self.refusal(image).code == .damagedPixels) }
        let whole = CodecTests.image(CodecTests.jpeg2000, "gray12", bits: 12)
        #expect(try whole.stored() == CodecStreams.values(components: 1, bits: 12, size: 2))
    }

    @Test("a deflate bomb stops at the frame it is in; a short one is filled with zeros")
    func deflated() throws {
        var image = TestImage(syntax: "1.2.840.10008.1.2.8.1", rows: 64, columns: 64)
        image.fragments = [CodecTests.even(try Self.deflate([UInt8](repeating: 7, count: 50 << 20), windowBits: -15))]
        #expect(try image.stored() == [UInt8](repeating: 7, count: 64 * 64))
        for windowBits: Int32 in [-15, 15] {
            image.fragments = [CodecTests.even(try Self.deflate([UInt8](repeating: 7, count: 4000), windowBits: windowBits))]
            #expect(try image.stored() == [UInt8](repeating: 7, count: 4000) + [UInt8](repeating: 0, count: 96))
        }
        // 14 bytes for a frame of 100 million.
        image = TestImage(syntax: "1.2.840.10008.1.2.8.1", rows: 10_000, columns: 10_000)
        image.fragments = [CodecTests.even(try Self.deflate([7, 7, 7, 7], windowBits: -15))]
        #expect(try Self.refusal(image).code == .damagedPixels)
    }

    static func deflate(_ bytes: [UInt8], windowBits: Int32) throws -> [UInt8] {
        var state = z_stream()
        let started = deflateInit2_(&state, 9, Z_DEFLATED, windowBits, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        try #require(started == Z_OK)
        defer { deflateEnd(&state) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&state, UInt(bytes.count))))
        let status = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                state.next_in = input.baseAddress
                state.avail_in = UInt32(input.count)
                state.next_out = output.baseAddress
                state.avail_out = UInt32(output.count)
                return CZlib.deflate(&state, Z_FINISH)
            }
        }
        try #require(status == Z_STREAM_END)
        return Array(output.dropLast(Int(state.avail_out)))
    }

    @Test(
        "a damaged stream gives an error or a picture of the right size, and the same one twice: no memory shows through",
        arguments: [
            ("gray12", 12, 1), ("gray12tiled", 12, 1), ("gray12boxes", 12, 1), ("rgbTransformed", 8, 3), ("chroma422", 8, 3), ("lsGray12", 12, 1),
            ("lsPlanes", 8, 3), ("lsHP1", 8, 3), ("xlGray12", 12, 1), ("xlRGB8", 8, 3),
        ])
    func damage(_ stream: String, _ bits: Int, _ samples: Int) throws {
        let syntax = stream.hasPrefix("ls") ? CodecTests.jpegLS : stream.hasPrefix("xl") ? CodecTests.jpegXL : CodecTests.jpeg2000
        let bytes = CodecStreams.stream(stream)
        var random: UInt64 = 88_172_645_463_325_252
        func next(_ bound: Int) -> Int {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            return Int(random % UInt64(bound))
        }
        for _ in 0..<200 {
            var damaged = bytes
            for _ in 0...next(4) { damaged[next(damaged.count)] = UInt8(next(256)) }
            if next(3) == 0 { damaged.removeLast(next(damaged.count)) }
            var image = CodecTests.image(syntax, stream, bits: bits, samples: samples)
            image.fragments = [CodecTests.even(damaged)]
            let first = try? image.stored()  // an error is as good as a picture
            let second = try? image.stored()
            #expect(first == second)
            if let first { #expect(first.count == CodecStreams.width * CodecStreams.height * samples * (bits > 8 ? 2 : 1)) }
        }
    }
}
