import DICOM
import Glibc
import TestSupport
import Testing
import WorkerProtocol
import Workers

/// Real files through the real worker: the sandbox changes nothing of what is read.
@Suite(.serialized, .enabled(if: Corpus.isPresent, "corpus not found at ../shared/corpus, skipped"))
struct CorpusTests {
    /// Everything of an outcome that does not need DICOMImaging.
    static func withoutPicture(_ outcome: IngestOutcome) -> IngestOutcome {
        guard case .instance(var summary) = outcome else { return outcome }
        summary.pictureState = .none
        summary.picture = nil
        summary.pictureProblem = ""
        return .instance(summary)
    }

    static func outcomeHere(_ descriptor: CInt, _ size: Int) -> IngestOutcome {
        do {
            let file = try Part10File.open(DescriptorProvider(descriptor, size: size))
            if MediaDirectory.isMediaDirectory(file) { return .mediaDirectory(try MediaDirectory.summary(of: file)) }
            var summary = InstanceSummarizer.summary(of: file)
            summary.headerTextLength = HeaderText.length(of: file)
            return .instance(summary)
        } catch {
            return .setAside(error)
        }
    }

    @Test func everyFileIsReadInTheSandboxAsOutside() throws {
        let pool = try WorkerFixture.pool(tests: false)
        let folder = try #require(Corpus.folder)
        let rows = Corpus.table("MANIFEST.tsv")
        #expect(rows.count > 600)
        for start in stride(from: 0, to: rows.count, by: 50) {
            let batch = rows[start..<min(start + 50, rows.count)]
            let files = batch.map { open("\(folder)/\($0["path"] ?? "")", O_RDONLY | O_CLOEXEC) }
            defer { for file in files { close(file) } }
            let sizes = files.map { Int(lseek($0, 0, SEEK_END)) }
            let results = pool.ingest(files, sizes: sizes)
            for ((row, result), (file, size)) in zip(zip(batch, results), zip(files, sizes)) {
                Self.check(result, Self.outcomeHere(file, size), row)
            }
        }
        #expect(pool.statistics.started == 1)
    }

    /// Each codec inside the sandbox: every picture that is promised has its size, and differs from file to file only by damage.
    @Test func promisedPicturesAreMadeInTheSandbox() throws {
        let pool = try WorkerFixture.pool(tests: false)
        let folder = try #require(Corpus.folder)
        var drawn: [String: Int] = [:]
        for row in Corpus.table("MANIFEST.tsv") where row["expectation"] == "valid" {
            let path = row["path"] ?? ""
            let file = open("\(folder)/\(path)", O_RDONLY | O_CLOEXEC)
            defer { close(file) }
            let size = Int(lseek(file, 0, SEEK_END))
            guard case .success(.instance(let summary)) = pool.ingest([file], sizes: [size])[0], let picture = summary.picture else { continue }
            let syntax = String(decoding: summary.transferSyntaxUID, as: UTF8.self)
            // One picture of each transfer syntax and size: a debug build decodes slowly.
            let kind = "\(syntax) \(picture.channels) \(picture.width)x\(picture.height)"
            guard drawn[kind] == nil else { continue }
            drawn[kind] = try Self.draw(picture, file, size, pool, path)
        }
        #expect(drawn.count > 20)
        #expect(pool.statistics.failures == 0)
    }

    static func draw(_ picture: PictureDescription, _ file: CInt, _ size: Int, _ pool: WorkerPool, _ path: String) throws -> Int {
        let length = try #require(PictureSize.png(picture.drawn(with: .init())))
        let request = PictureRequest(
            fileSize: size, frame: picture.representativeFrame, format: .png, settings: .init(), description: picture, expectedSize: length)
        let result = Result { () throws(WorkerError) in try pool.picture(file, request) }
        switch result {
        case .success(let bytes):
            #expect(bytes.count == length)
            #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]))
        case .failure(let error): Issue.record("\(path): \(error)")
        }
        return length
    }

    static func check(_ result: WorkerPool.IngestResult, _ here: IngestOutcome, _ row: [String: String]) {
        let path = row["path"] ?? ""
        switch result {
        case .failure(let failure): Issue.record("\(path): \(failure)")
        case .success(let outcome):
            #expect(withoutPicture(outcome) == here, "\(path)")
            if case .setAside(let error) = outcome { #expect(row["expectation"]?.hasPrefix("valid") == false, "\(path): \(error)") }
            if row["expectation"] == "must-reject" {
                if case .setAside = outcome { return }
                Issue.record("\(path) was taken for DICOM")
            }
        }
    }
}
