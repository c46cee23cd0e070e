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
