import DICOM
import TestSupport
import Testing

@testable import DICOMImaging

/// Frames of one object that are drawn one by one, each from a file of which only its own place is known.
@Suite("Frames drawn alone") struct SiblingTests {
    private static let frames = 5

    /// Each frame is darker than the next.
    private var image: TestImage {
        var image = TestImage(syntax: StreamRulesTests.lossless, rows: 3, columns: 4, bitsAllocated: 16, bitsStored: 16, frames: Self.frames)
        image.fragments = (0..<Self.frames).map { frame in
            CodecTests.even(LosslessStream(width: 4, height: 3, precision: 16, values: (0..<12).map { $0 + frame * 1000 }).bytes)
        }
        return image
    }

    private func opened(_ bytes: [UInt8], for range: Range<Int>) throws -> Part10File {
        var leniency = Leniency.standard
        leniency.frameRange = range
        return try Part10File.open(MemoryProvider(bytes), leniency: leniency)
    }

    @Test func `a frame whose place is known is drawn through the window of all of them, found once`() throws {
        let bytes = image.bytes
        let whole = try Part10File.open(MemoryProvider(bytes))
        let picture = try #require(PictureDescriber.describe(whole).picture)
        let ranges = try #require(try StoredFrame.frameRanges(whole))
        let memory = WindowMemory()
        var openings = 0
        for source: [UInt8] in [[1], [1], [2]] {
            for frame in 0..<Self.frames {
                let siblings = Siblings(source: source, memory: memory) { () throws(DICOMError) in
                    openings += 1
                    return try Part10File.open(MemoryProvider(bytes))
                }
                let alone = try PictureRenderer.picture(
                    of: try opened(bytes, for: ranges[frame]), frame: frame, settings: PictureSettings(), format: .png, description: picture,
                    siblings: siblings)
                let usual = try PictureRenderer.picture(of: whole, frame: frame, settings: PictureSettings(), format: .png, description: picture)
                #expect(alone == usual, "frame \(frame)")
            }
        }
        #expect(openings == 2)
    }

    @Test func `nothing is remembered of a file that nothing tells apart`() throws {
        let bytes = image.bytes
        let whole = try Part10File.open(MemoryProvider(bytes))
        let picture = try #require(PictureDescriber.describe(whole).picture)
        let memory = WindowMemory()
        let siblings = Siblings(memory: memory) { () throws(DICOMError) in whole }
        _ = try PictureRenderer.picture(of: whole, frame: 0, settings: PictureSettings(), format: .png, description: picture, siblings: siblings)
        #expect(memory.entry(.init(source: [], width: 4, height: 3, overlays: true)) == nil)
    }

    @Test func `a slide is never put together from a file that was opened for one tile`() throws {
        let bytes = image.bytes
        let whole = try Part10File.open(MemoryProvider(bytes))
        var picture = try #require(PictureDescriber.describe(whole).picture)
        let ranges = try #require(try StoredFrame.frameRanges(whole))
        picture.assembled = PictureSides(width: 8, height: 6)
        let narrow = try opened(bytes, for: ranges[1])
        #expect(throws: DICOMError.self) { try PictureRenderer.raster(of: narrow, frame: 1, settings: PictureSettings(), description: picture) }
    }
}
