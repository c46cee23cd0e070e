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
        for row in Corpus.table("EXPECTED_PIXELS.tsv") {
            guard let path = row["path"], ["A", "M", "B"].contains(row["confidence"] ?? ""), Self.differences[path] == nil else { continue }
            guard let file = opened(path), let frame = Int(row["frame"] ?? "") else { continue }
            let description = PictureDescriber.describe(file)
            guard description.state == .available else {
                if description.state != .unsupported { wrong.append("\(path): \(description.problem)") }
                continue
            }
            do {
                let bytes = try StoredFrame.canonical(file, frame: frame)
                compared += 1
                if row["lossy"] == "1" {
                    if let problem = lossy(bytes, row) { wrong.append("\(path) \(frame): \(problem)") }
                } else if sha256(bytes) != row["sha256"] {
                    wrong.append("\(path) frame \(frame): \(row["shape"] ?? "") \(row["dtype"] ?? ""), \(bytes.count) bytes differ")
                }
            } catch {
                wrong.append("\(path) frame \(frame): \(error)")
            }
        }
        print("stored values of \(compared) frames compared")
        #expect(compared > 300)
        #expect(wrong.isEmpty, "\(wrong.count) wrong\n\(wrong.joined(separator: "\n"))")
    }

    /// Lossy frames: least, greatest and mean value within the decoders' own spread.
    private func lossy(_ bytes: [UInt8], _ row: [String: String]) -> String? {
        let type = row["dtype"] ?? ""
        guard ["u1", "u2", "i2"].contains(type) else { return "values of type \(type)" }
        let values =
            type == "u1"
            ? bytes.map(Int.init)
            : stride(from: 0, to: bytes.count, by: 2).map { at in
                let value = UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8
                return type == "i2" ? Int(Int16(bitPattern: value)) : Int(value)
            }
        let tolerance = max(2, Double(row["tolerance"] ?? "") ?? 2)
        let mean = Double(values.reduce(0, +)) / Double(max(1, values.count))
        let least = Double(values.min() ?? 0)
        let greatest = Double(values.max() ?? 0)
        let isNear =
            abs(mean - (Double(row["mean"] ?? "") ?? -1)) <= 0.5 && abs(least - (Double(row["min"] ?? "") ?? -1)) <= tolerance
            && abs(greatest - (Double(row["max"] ?? "") ?? -1)) <= tolerance
        return isNear ? nil : "mean \(mean), from \(least) to \(greatest); expected \(row["mean"] ?? "") \(row["min"] ?? "") \(row["max"] ?? "")"
    }
}
