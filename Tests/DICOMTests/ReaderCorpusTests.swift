import DICOM
import TestSupport
import Testing

@Suite("Reading the corpus", .enabled(if: Corpus.isPresent, "corpus not found at ../shared/corpus, skipped"))
struct ReaderCorpusTests {
    /// Files that the corpus wants rejected and that open here, each with the reason.
    static let openedAnyway: Set<String> = []

    private func open(_ path: String) -> Result<Part10File, DICOMError> {
        do throws(DICOMError) { return .success(try Part10File.open(MemoryProvider(Corpus.file(path)))) } catch { return .failure(error) }
    }

    @Test("every valid file opens, every other is rejected or read in part")
    func expectations() {
        var wrong: [String] = []
        for row in Corpus.table("MANIFEST.tsv") {
            guard let path = row["path"], let expectation = row["expectation"] else { continue }
            switch (expectation, open(path)) {
            case ("valid", .failure(let error)), ("valid-odd", .failure(let error)): wrong.append("\(path): \(error)")
            case ("valid", .success(let file)) where file.parseError != nil: wrong.append("\(path): \(file.parseError!)")
            case ("must-reject", .success) where !Self.openedAnyway.contains(path): wrong.append("\(path): opened, must be rejected")
            default: break
            }
        }
        #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
    }

    @Test("keys agree with EXPECTED_TREE")
    func keys() {
        var wrong: [String] = []
        for row in Corpus.table("EXPECTED_TREE.tsv") {
            guard let path = row["path"], case .success(let file) = open(path), !MediaDirectory.isMediaDirectory(file) else { continue }
            let summary = InstanceSummarizer.summary(of: file)
            let pairs: [(String, [UInt8])] = [
                ("patient_id", summary.patientID), ("patient_name", summary.patientName), ("study_uid", summary.studyInstanceUID),
                ("study_date", summary.studyDate), ("study_id", summary.studyID), ("study_description", summary.studyDescription),
                ("series_uid", summary.seriesInstanceUID), ("series_number", summary.seriesNumber),
                ("series_description", summary.seriesDescription), ("modality", summary.modality), ("sop_uid", summary.sopInstanceUID),
                ("instance_number", summary.instanceNumber),
            ]
            for (column, value) in pairs where (row[column] ?? "") != String(decoding: value, as: UTF8.self) {
                wrong.append("\(path) \(column): expected \(row[column] ?? ""), is \(String(decoding: value, as: UTF8.self))")
            }
        }
        #expect(wrong.isEmpty, "\(wrong.count) differences\n\(wrong.prefix(60).joined(separator: "\n"))")
    }

    @Test("records of every DICOMDIR agree with EXPECTED_DICOMDIR")
    func mediaDirectories() {
        var expected: [String: [[String: String]]] = [:]
        for row in Corpus.table("EXPECTED_DICOMDIR.tsv") where row["type"] != "FILE-SET" { expected[row["dicomdir"] ?? "", default: []].append(row) }
        var wrong: [String] = []
        for (path, rows) in expected {
            guard case .success(let file) = open(path) else {
                wrong.append("\(path): does not open")
                continue
            }
            let records = MediaDirectory.records(of: file)
            let own = records.map { "\($0.level) \($0.parent) \($0.type) \($0.flag.rawValue) \($0.fileID.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\\"))" }
            let theirs = rows.map { "\($0["level"] ?? "") \($0["parent"] ?? "") \($0["type"] ?? "") \($0["flag"] ?? "") \($0["file_id"] ?? "")" }
            if own != theirs {
                let first = zip(own, theirs).first { $0 != $1 }
                wrong.append("\(path): \(own.count) records, \(theirs.count) expected; first difference \(first.map { "\($0) / \($1)" } ?? "length")")
            }
        }
        #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
    }
}
