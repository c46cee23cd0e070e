import DICOM
import DICOMImaging
import TestSupport
import Testing

/// What the hashes of the oracle say: equal values, not only near ones.
@Suite("12-bit JPEG against the oracle", .enabled(if: Corpus.isPresent, "corpus not found at ../shared/corpus, skipped"))
struct JPEGDCTCorpusTests {
    /// Rows of lossy JPEG whose frames have more than 8 bits.
    static let rows = Corpus.table("EXPECTED_PIXELS.tsv").filter { row in
        guard row["lossy"] == "1", row["dtype"] == "u2", let path = row["path"], let file = opened(path) else { return false }
        return [.jpegBaseline, .jpegExtended, .jpegProgressive].contains(file.transferSyntax.codec)
    }

    @Test("sequential and progressive frames, and those whose scan header says Se=0 (rule J6, Q6), equal the IJG decoders' values exactly")
    func values() throws {
        #expect(Self.rows.count >= 10)
        for row in Self.rows {
            let path = row["path"] ?? ""
            let file = try #require(opened(path))
            #expect(PictureDescriber.describe(file).state == .available, "\(path)")
            let bytes = try StoredFrame.canonical(file, frame: Int(row["frame"] ?? "") ?? 0)
            #expect(sha256(bytes) == row["sha256"], "\(path)")
        }
    }
}
