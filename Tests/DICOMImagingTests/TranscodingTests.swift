import DICOM
import TestSupport
import Testing

@testable import DICOMImaging

@Suite("C11: JPEG pictures of JPEG frames", .enabled(if: Corpus.isPresent, "corpus not found at ../shared/corpus, skipped"))
struct TranscodingTests {
    /// JPEG files of the corpus with what they look like.
    private func files() -> [(path: String, file: Part10File, picture: PictureDescription)] {
        Corpus.table("MANIFEST.tsv").compactMap { row in
            guard let path = row["path"], let syntax = row["ts_uid"], syntax.hasPrefix("1.2.840.10008.1.2.4.5"), let file = opened(path) else {
                return nil
            }
            return PictureDescriber.describe(file).picture.map { (path, file, $0) }
        }
    }

    @Test("the picture decodes to exactly the samples of the frame, and has the promised size")
    func lossless() throws {
        var compared = 0
        for (path, file, picture) in files() {
            let settings = PictureSettings(overlays: false)
            let coded: JPEGTranscoder?
            do { coded = try FrameRenderer.coded(file, frame: 0, settings: settings, description: picture) } catch { continue }
            guard let coded, let bytes = try coded.envelope(tags: PictureTags(density: picture.density)) else { continue }
            #expect(bytes.count == PictureSize.jpeg(width: picture.width, height: picture.height, channels: picture.channels, iccProfileLength: 0))
            var layout = try FrameLayout(of: file)
            // What is written says itself what it is.
            layout.photometric = layout.samples == 3 ? .rgb : layout.photometric
            let own = try JPEG.decode(bytes, layout, .display)
            let source = try StoredFrame.decode(file, try FrameLayout(of: file), frame: 0, purpose: .display)
            #expect(own.bytes == source.bytes, "\(path)")
            compared += 1
        }
        print("\(compared) transcoded pictures compared")
        #expect(compared > 10)
    }

    @Test("a frame is decoded where a window, an overlay, a size or damage stand between it and its picture")
    func refusals() throws {
        for (path, file, picture) in files() {
            if picture.channels == 1 {
                let window = PictureSettings(window: .values(center: 40, width: 30), overlays: false)
                #expect((try? FrameRenderer.coded(file, frame: 0, settings: window, description: picture)) == nil, "\(path)")
            }
            let small = PictureSettings(overlays: false, longestSide: max(1, max(picture.width, picture.height) / 2))
            #expect((try? FrameRenderer.coded(file, frame: 0, settings: small, description: picture)) == nil, "\(path)")
        }
        let path = "derived/broken/jpeg_scan_cut.dcm"
        guard let file = opened(path), let picture = PictureDescriber.describe(file).picture else { return }
        let coded = try #require(try FrameRenderer.coded(file, frame: 0, settings: PictureSettings(), description: picture))
        #expect(try coded.envelope(tags: PictureTags()) == nil)
        #expect(coded.plain(tags: PictureTags()) == nil)
    }
}
