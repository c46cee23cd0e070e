import DICOM
import DICOMImaging
import TestSupport
import Testing

@Suite("Thumbnails of the corpus", .enabled(if: Corpus.isPresent, "corpus not found at ../shared/corpus, skipped"))
struct ThumbnailCorpusTests {
    /// Codecs that give a smaller picture by themselves.
    static let reducing: Set<PixelCodec> = [
        .jpegBaseline, .jpegExtended, .jpegProgressive, .jpeg2000Lossless, .jpeg2000, .jpeg2000Part2, .htj2kLossless, .htj2kLosslessRPCL, .htj2k,
    ]
    static let side = 128
    /// Levels; the coarse resolutions of a wavelet are sharper than means, and a narrow window makes more of that.
    static let tolerance = 15.0

    @Test("A thumbnail decoded at a lower resolution shows what the full picture shows")
    func likeness() throws {
        var compared = 0
        for row in Corpus.table("MANIFEST.tsv") {
            guard let path = row["path"], let file = opened(path), Self.reducing.contains(file.transferSyntax.codec),
                let description = PictureDescriber.describe(file).picture, description.width > 2 * Self.side, description.height > 2 * Self.side,
                let full = try? PictureRenderer.raster(
                    of: file, frame: description.representativeFrame, settings: PictureSettings(), description: description)
            else { continue }
            let settings = PictureSettings(longestSide: Self.side)
            let small = try PictureRenderer.raster(of: file, frame: description.representativeFrame, settings: settings, description: description)
            let drawn = description.drawn(with: settings)
            let means = Self.means(full, description, width: drawn.width, height: drawn.height)
            try #require(small.count == means.count, "\(path)")
            let difference = zip(small, means).reduce(0.0) { $0 + abs(Double($1.0) - $1.1) } / Double(small.count)
            #expect(difference < Self.tolerance, "\(path)")
            compared += 1
        }
        #expect(compared > 40)
    }

    /// The picture averaged over the pixels that lie under each of the smaller one, wholly or in part.
    static func means(_ raster: [UInt8], _ picture: PictureDescription, width: Int, height: Int) -> [Double] {
        var means: [Double] = []
        for y in 0..<height {
            for x in 0..<width {
                let rows = y * picture.height / height..<((y + 1) * picture.height + height - 1) / height
                let columns = x * picture.width / width..<((x + 1) * picture.width + width - 1) / width
                for channel in 0..<picture.channels {
                    var sum = 0
                    for row in rows { for column in columns { sum += Int(raster[(row * picture.width + column) * picture.channels + channel]) } }
                    means.append(Double(sum) / Double(rows.count * columns.count))
                }
            }
        }
        return means
    }
}
