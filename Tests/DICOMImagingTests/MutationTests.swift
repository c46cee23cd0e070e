import DICOM
import DICOMImaging
import Glibc
import TestSupport
import Testing

@Suite("Damaged headers", .enabled(if: Corpus.isPresent, "corpus not found at ../shared/corpus, skipped"))
struct MutationTests {
    /// Runs with other numbers: DCMFS_MUTATIONS="rounds seed".
    private static let (rounds, seed): (Int, UInt64) = {
        let words = getenv("DCMFS_MUTATIONS").map { String(cString: $0).split(separator: " ") } ?? []
        return (words.first.flatMap { Int($0) } ?? 2, words.last.flatMap { UInt64($0) } ?? 1)
    }()

    @Test("whatever a header says, a picture has the promised size or is an error")
    func mutations() {
        var generator = SplitMix(seed: Self.seed)
        var made = 0
        for row in Corpus.table("MANIFEST.tsv") {
            guard let path = row["path"], let size = Int(row["bytes"] ?? ""), size < 150_000, row["rows"] != "" else { continue }
            let original = Corpus.file(path)
            for _ in 0..<Self.rounds {
                var bytes = original
                mutate(&bytes, &generator)
                made += draw(bytes, path, &generator)
            }
        }
        print("\(made) pictures of damaged files made")
        #expect(made > 100)
    }

    /// Changes some bytes of elements that pictures depend on, the pixels sometimes too.
    private func mutate(_ bytes: inout [UInt8], _ generator: inout SplitMix) {
        let places = bytes.indices.dropLast(20).filter { at in
            let group = UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8
            return (group == 0x0028 || group == 0x6000 || group == 0x5200) && at % 2 == 0
        }
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            guard let place = places.randomElement(using: &generator) else { return }
            let at = place + Int.random(in: 4..<20, using: &generator)
            let values: [UInt8] = [0, 1, 2, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &generator)]
            bytes[at] = values.randomElement(using: &generator) ?? 0
        }
        if Bool.random(using: &generator), !bytes.isEmpty { bytes[Int.random(in: 0..<bytes.count, using: &generator)] = 0xFF }
    }

    private func draw(_ bytes: [UInt8], _ path: String, _ generator: inout SplitMix) -> Int {
        let windows: [PictureSettings.Window] = [.fileOrAuto, .auto, .file(number: 2), .values(center: -1e300, width: 1e-300)]
        let settings = PictureSettings(
            window: windows.randomElement(using: &generator) ?? .auto, overlays: Bool.random(using: &generator),
            longestSide: [nil, 1, 37, 300].randomElement(using: &generator) ?? nil)
        let format: PictureFormat = Bool.random(using: &generator) ? .png : .jpeg
        guard let file = try? Part10File.open(MemoryProvider(bytes)), let picture = PictureDescriber.describe(file).picture,
            picture.width * picture.height < 1 << 21
        else { return 0 }  // an error is one of the two answers
        let drawn = picture.drawn(with: settings)
        let frame = Int.random(in: 0..<picture.frameCount, using: &generator)
        guard
            let bytes = try? PictureRenderer.picture(of: file, frame: frame, settings: settings, format: format, description: picture)
        else { return 0 }
        #expect(bytes.count == (format == .png ? PictureSize.png(drawn) : PictureSize.jpeg(drawn)), "\(path) \(settings)")
        return 1
    }
}
