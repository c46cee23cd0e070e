import DICOM
import TestSupport
import Testing

@Suite("Reading the corpus", .enabled(if: Corpus.isPresent, "corpus not found at ../shared/corpus, skipped"))
struct ReaderCorpusTests {
    /// Files whose keys differ from the oracle's (pydicom), each with the reason: who is right, by which section.
    static let keyDifferences: [String: String] = [
        "derived/broken/dicm_by_chance_at_128.dcm": "a bare data set that the oracle does not open",
        "derived/broken/no_preamble.dcm": "starts with DICM at offset 0; the oracle does not open it",
        "derived/broken/ts_says_bigendian_is_little.dcm": "the oracle believes the transfer syntax and finds nothing",
        "derived/broken/nested_3000.dcm": "SOP Instance UID taken from (0002,0003), PS3.10 section 7.1",
        "dicom-test-files/data/pydicom/priv_SQ.dcm": "SOP Instance UID taken from (0002,0003), PS3.10 section 7.1",
        "pydicom/data/test_files/priv_SQ.dcm": "SOP Instance UID taken from (0002,0003), PS3.10 section 7.1",
        "derived/broken/odd_lengths.dcm": "a repeated tag: the first one counts here, the last one there; PS3.5 section 7.1 forbids it",
        "derived/charset/iso2022_gb2312.dcm": "the oracle leaves the escape sequence in the text; see the manifest's note",
        "derived/charset/iso2022_unterminated.dcm":
            "the oracle gives up on a value whose last escape is not reset (PS3.5 section 6.1.2.5.3)",
        "derived/charset/latin1_with_sjis_bytes.dcm":
            "bytes 80 to 9F are no characters of ISO IR 100; the oracle's table escapes them, both keep them",
        "derived/charset/missing_is_utf8.dcm": "8-bit bytes without a character set are tried as UTF-8 first (header-text section 8.3)",
        "derived/names/bidi_override.dcm": "the oracle's table writes the character escaped",
        "derived/names/escape_id.dcm": "the oracle's table writes the character escaped",
        "derived/names/invalid_utf8_id.dcm": "the oracle's table writes the character escaped",
        "derived/names/newline_id.dcm": "the oracle's table writes the character escaped",
        "derived/names/nul_id.dcm": "the oracle's table writes the character escaped",
        "derived/names/zero_width.dcm": "the oracle's table writes the character escaped",
        "derived/names/spaces_id.dcm": "leading spaces are not significant in LO (PS3.5 table 6.2-1)",
    ]

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
            case ("must-reject", .success): wrong.append("\(path): opened, must be rejected")
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
            for (column, value) in pairs where !isEqual(row[column] ?? "", String(decoding: value, as: UTF8.self)) {
                if Self.keyDifferences[path] != nil { continue }
                // Character set test files have no SOP Instance UID but in group 0002.
                if column == "sop_uid", row[column] == "", file.dataSet.element(.sopInstanceUID) == nil { continue }
                wrong.append("\(path) \(column): expected \(row[column] ?? ""), is \(String(decoding: value, as: UTF8.self))")
            }
        }
        #expect(wrong.isEmpty, "\(wrong.count) differences\n\(wrong.prefix(60).joined(separator: "\n"))")
    }

    /// Integer strings with leading zeros are the same number. The oracle's table lost what stands between the first and the
    /// last slash of a value (`AC` for `A/B/C`).
    private func isEqual(_ expected: String, _ own: String) -> Bool {
        if expected == own { return true }
        if let a = Int(expected), let b = Int(own) { return a == b }
        let parts = own.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count > 2 && expected == parts[0] + parts[parts.count - 1]
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
            let own = records.map {
                let path = $0.fileID.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\\")
                return "\($0.level) \($0.parent) \($0.type) \($0.flag.rawValue) \(path)"
            }
            let theirs = rows.map { "\($0["level"] ?? "") \($0["parent"] ?? "") \($0["type"] ?? "") \($0["flag"] ?? "") \($0["file_id"] ?? "")" }
            if own != theirs {
                let first = zip(own, theirs).first { $0 != $1 }
                wrong.append("\(path): \(own.count) records, \(theirs.count) expected; first difference \(first.map { "\($0) / \($1)" } ?? "length")")
            }
        }
        #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
    }
}
