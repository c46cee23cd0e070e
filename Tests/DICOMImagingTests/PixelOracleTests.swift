import CCrypto
import DICOM
import DICOMImaging
import TestSupport
import Testing

/// First 64 hexadecimal digits of a SHA-256.
func sha256(_ bytes: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 0
    guard EVP_Digest(bytes, bytes.count, &digest, &length, EVP_sha256(), nil) == 1 else { return "" }
    return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

func opened(_ path: String) -> Part10File? {
    do { return try Part10File.open(MemoryProvider(Corpus.file(path))) } catch { return nil }
}

@Suite("Stored values against the oracle", .enabled(if: Corpus.isPresent, "corpus not found at ../shared/corpus, skipped"))
struct PixelOracleTests {
    /// Files whose stored values differ from the oracle's, each with who is right and why.
    static let differences: [String: String] = [
        "derived/broken/palette_missing.dcm": "no picture is promised for PALETTE COLOR without a palette (rule C8)",
        "derived/broken/palette_too_short.dcm": "no picture is promised for a palette of fewer entries than its descriptor says (rule C8)",
        "derived/codecs/highbit15_stored12.dcm":
            "the oracle keeps 8 of the 12 stored bits; PS3.5 section 8.1.1: the value is bits 4 to 15",
    ]

    @Test("every frame of a decodable codec has the expected stored values")
    func storedValues() {
        var wrong: [String] = []
        var compared = 0
        let grids = PixelGrid.expected()
        for row in Corpus.table("EXPECTED_PIXELS.tsv") {
            guard let path = row["path"], ["A", "M", "B", "C"].contains(row["confidence"] ?? ""), Self.differences[path] == nil else { continue }
            guard let file = opened(path), let frame = Int(row["frame"] ?? "") else { continue }
            let description = PictureDescriber.describe(file)
            guard description.state == .available else {
                if description.state != .unsupported { wrong.append("\(path): \(description.problem)") }
                continue
            }
            do {
                let bytes = try StoredFrame.canonical(file, frame: frame)
                compared += 1
                // A JPEG inside JPEG XL is marked as lossless there; its pixels are as lossy as any JPEG's.
                if row["lossy"] == "1" || file.transferSyntax.isLossy {
                    if let problem = lossy(bytes, row, grids["\(path) \(frame)"]) { wrong.append("\(path) \(frame): \(problem)") }
                } else if sha256(bytes) != row["sha256"] {
                    wrong.append("\(path) frame \(frame): \(row["shape"] ?? "") \(row["dtype"] ?? ""), \(bytes.count) bytes differ")
                }
            } catch {
                wrong.append("\(path) frame \(frame): \(error)")
            }
        }
        print("stored values of \(compared) frames compared")
        #expect(compared > 600)
        #expect(wrong.isEmpty, "\(wrong.count) wrong\n\(wrong.joined(separator: "\n"))")
    }

    /// Lossy frames: equal, or each block mean within 1 and the extremes within the decoders' own spread.
    private func lossy(_ bytes: [UInt8], _ row: [String: String], _ grid: PixelGrid?) -> String? {
        if sha256(bytes) == row["sha256"] { return nil }
        guard let grid, let own = PixelGrid(bytes, dtype: row["dtype"] ?? "", shape: row["shape"] ?? "") else { return "no grid to compare with" }
        let tolerance = max(2, Double(row["tolerance"] ?? "") ?? 2)
        let offBy = own.distance(to: grid)
        guard offBy <= 1 else { return "a block mean is off by \(offBy)" }
        for (name, value) in [("min", own.least), ("max", own.greatest)] where abs(value - (Double(row[name] ?? "") ?? .infinity)) > tolerance {
            return "\(name) \(value), expected \(row[name] ?? "")"
        }
        return nil
    }
}
