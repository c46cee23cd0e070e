import DICOM
import DICOMImaging
import TestSupport
import Testing

/// Rule J8: frames are found whatever the tables say.
@Suite("Frames among fragments") struct FrameLocatorTests {
    static let rle = "1.2.840.10008.1.2.5"

    /// An RLE frame of 4 x 4 pixels of one value; the second half of the stream is literal.
    static func rleFrame(_ value: UInt8) -> [UInt8] {
        let header: [UInt8] = [1, 0, 0, 0, 64, 0, 0, 0] + [UInt8](repeating: 0, count: 56)
        return header + [0xF9, value, 7] + [UInt8](repeating: value, count: 8) + [0x80]
    }

    static func pixels(_ value: UInt8) -> [UInt8] { [UInt8](repeating: value, count: 16) }

    static func image(_ fragments: [[UInt8]], frames: Int) -> TestImage {
        var image = TestImage(syntax: rle, rows: 4, columns: 4, frames: frames)
        image.fragments = fragments
        return image
    }

    /// Three frames, each in two fragments.
    static var split: TestImage {
        image(
            (1...3).flatMap { value -> [[UInt8]] in
                let frame = rleFrame(UInt8(value))
                return [Array(frame[..<70]), Array(frame[70...])]
            }, frames: 3)
    }

    /// Bytes from one frame's first item to the next one's: 70 and 6 bytes in two items.
    static let step = 8 + 70 + 8 + 6

    static func expectAll(_ image: TestImage, _ comment: Comment) throws {
        for frame in 0..<3 { #expect(try image.stored(frame) == pixels(UInt8(frame + 1)), comment) }
        let ranges = try #require(try StoredFrame.frameRanges(image.file()))
        try #require(ranges.count == 3)
        for frame in 0..<3 { #expect(try stored(image, frame, at: ranges[frame]) == pixels(UInt8(frame + 1)), "known place, \(comment)") }
    }

    /// The frame, without looking for it.
    static func stored(_ image: TestImage, _ frame: Int, at range: Range<Int>) throws -> [UInt8] {
        var leniency = Leniency.standard
        leniency.frameRange = range
        return try StoredFrame.canonical(Part10File.open(MemoryProvider(image.bytes), leniency: leniency), frame: frame)
    }

    @Test(
        "a place that is none is an error, never another frame",
        arguments: [0..<1, 1..<9, 300..<301, 5..<100_000, 1 << 40..<1 << 41, Int.max - 1..<Int.max])
    func wrongPlace(_ range: Range<Int>) throws {
        #expect(throws: DICOMError.self) { try Self.stored(Self.split, 1, at: range) }
    }

    @Test("one fragment for each frame needs no table and believes no wrong one")
    func oneEach() throws {
        var image = Self.image((1...3).map { Self.rleFrame($0) }, frames: 3)
        let item = 8 + 76
        for table in [[], [0, item, 2 * item], [0, 2 * item, item], [0, 0, 0], [item, 0, 0], [7, 9, 1 << 30]] {
            image.offsetTable = TestImage.offsets(table)
            try Self.expectAll(image, "table \(table)")
        }
    }

    @Test(
        "an extended offset table is used where it is right",
        arguments: [[0, 184, 368], [0, 92, 184], [1, 2, 3], [0, 1 << 62, .max]] as [[UInt64]])
    func extended(_ offsets: [UInt64]) throws {
        var image = Self.split
        image.extendedOffsets = offsets
        try Self.expectAll(image, "table \(offsets)")
    }

    @Test(
        "frames of several fragments are found by the table, and by their starts where it is empty or wrong",
        arguments: [
            [], [0, step, 2 * step], [0, 78, step], [0, step + 4, 2 * step + 4], [0, 2 * step, step], [0, 0, 0],
            [0, 78, step, step + 78, 2 * step, 2 * step + 78],
            [0, step], [1, 2, 3], [0, 1 << 31, 1 << 31],
        ])
    func several(_ table: [Int]) throws {
        var image = Self.split
        image.offsetTable = TestImage.offsets(table)
        try Self.expectAll(image, "table \(table)")
    }

    @Test("a missing sequence delimiter loses nothing")
    func noDelimiter() throws {
        var image = Self.split
        image.isDelimited = false
        try Self.expectAll(image, "no delimiter")
    }

    @Test("delimiter bytes inside a frame are pixels")
    func delimiterInside() throws {
        let delimiter: [UInt8] = [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]
        let frame = Self.rleFrame(0)[..<64] + [15] + delimiter + delimiter + [0x80, 0x80, 0x80]
        let image = Self.image([Array(frame), Self.rleFrame(2)], frames: 2)
        #expect(try image.stored(0) == delimiter + delimiter)
        #expect(try image.stored(1) == Self.pixels(2))
    }

    @Test("an empty fragment costs its own frame only")
    func empty() throws {
        let image = Self.image([Self.rleFrame(1), [], Self.rleFrame(3)], frames: 3)
        #expect(try image.stored(0) == Self.pixels(1))
        #expect(try image.stored(2) == Self.pixels(3))
        #expect(throws: DICOMError.self) { try image.stored(1) }
    }

    @Test("frames that start like nothing known are found by the table, or dealt out evenly")
    func unknownStart() throws {
        var image = TestImage(syntax: "1.2.840.10008.1.2.1.98", rows: 4, columns: 4, frames: 3)
        image.fragments = (1...3).flatMap { value in [UInt8](repeating: UInt8(value), count: 16) }.chunks(of: 8)
        #expect(image.fragments.count == 6)
        try Self.expectAll(image, "two fragments each")
        image.fragments = [[1, 1]] + [[UInt8](repeating: 1, count: 14)] + [Self.pixels(2)] + [Self.pixels(3).dropLast(4), [3, 3], [3, 3]]
        image.offsetTable = TestImage.offsets([0, 32, 56])
        try Self.expectAll(image, "by the table")
        image.offsetTable = []
        image.extendedOffsets = [0, 32, 56]
        try Self.expectAll(image, "by the extended table")
    }

    @Test("one frame takes all fragments")
    func single() throws {
        let frame = Self.rleFrame(5)
        let image = Self.image(frame.chunks(of: 2), frames: 1)
        #expect(try image.stored() == Self.pixels(5))
    }
}

extension Array {
    func chunks(of size: Int) -> [[Element]] { stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) } }
}
