import DICOM
import Foundation
import TestSupport
import Testing

@testable import DICOMArchive

/// A2: every file of the corpus is accounted for, and stands where its keys say.
@Suite(.enabled(if: Corpus.isPresent, "corpus not found at ../shared/corpus, skipped"))
struct CorpusTests {
    @Test func everyFileIsAccountedFor() throws {
        let folder = try #require(Corpus.folder)
        let fixture = try ArchiveFixture()
        let report = try fixture.index([folder])
        #expect(report.isBalanced && report.failedPaths.isEmpty)
        let files = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
            .filter { (try? FileManager.default.attributesOfItem(atPath: folder + "/" + $0)[.type] as? FileAttributeType) == .typeRegular }
        #expect(report.found == files.count)

        let shown = try paths(fixture, below: folder)
        for row in Corpus.table("MANIFEST.tsv") {
            guard let path = row["path"], let expectation = row["expectation"], let category = row["category"] else { continue }
            if expectation == "must-reject" { #expect(shown[path] == nil, "\(path) is shown") }
            if expectation.hasPrefix("valid"), category != "dicomdir" { #expect(shown[path] != nil, "\(path) is not shown") }
        }
        #expect(try fixture.index([folder]).unchanged == report.new)
    }

    @Test func filesStandWhereTheirKeysSay() throws {
        let folder = try #require(Corpus.folder)
        let fixture = try ArchiveFixture()
        try fixture.index([folder])
        let shown = try paths(fixture, below: folder)
        let archive = try fixture.open()
        defer { archive.close() }
        var compared = 0
        for row in Corpus.table("EXPECTED_TREE.tsv") {
            guard let path = row["path"], let id = shown[path], let instance = try archive.instance(id: id) else { continue }
            let series = try #require(try archive.series(id: instance.seriesID))
            let study = try #require(try archive.study(id: series.studyID))
            let patient = try #require(try archive.patient(id: study.patientID))
            let expected = FileName.complete(FileName.component(Array((row["patient_id"] ?? "").utf8)))
            // Bytes that are no text have no place in the table.
            guard !expected.isEmpty, row["patient_id"]?.unicodeScalars.contains("\u{FFFD}") == false, !Self.rewritten.contains(path) else { continue }
            compared += 1
            #expect(withoutSuffix(patient.name) == expected, "\(path)")
            if let date = EntityNames.isoDate(Array((row["study_date"] ?? "").utf8)) { #expect(study.name.starts(with: date), "\(path)") }
        }
        #expect(compared > 400)
    }

    /// Where the table does not hold the value as it is: control characters are written as \xNN, path separators dropped.
    private static let rewritten: Set<String> = Set(
        ["escape_id", "invalid_utf8_id", "newline_id", "nul_id", "slash_in_id", "traversal_id"].map { "derived/names/\($0).dcm" })

    private func withoutSuffix(_ name: [UInt8]) -> [UInt8] {
        guard name.count > 8, name.suffix(8).starts(with: [0x20, UInt8(ascii: "~")]) else { return name }
        return Array(name.dropLast(8))
    }

    /// Instance ids by path below the corpus.
    private func paths(_ fixture: ArchiveFixture, below folder: String) throws -> [String: Int64] {
        let archive = try fixture.open()
        defer { archive.close() }
        let root = try #require(realPath(Array(folder.utf8)))
        var paths: [String: Int64] = [:]
        for id in try fixture.instances().map(\.id) {
            for source in try archive.sources(of: id) {
                if let below = pathBelow(root, source.path) { paths[String(decoding: below, as: UTF8.self)] = id }
            }
        }
        return paths
    }

    @Test func mediaReferencesResolveAsTheirOracleSays() throws {
        let folder = try #require(Corpus.folder)
        var checked = 0
        for row in Corpus.table("EXPECTED_DICOMDIR.tsv") {
            guard let directory = row["dicomdir"], let fileID = row["file_id"], let expected = row["resolves"], !expected.isEmpty else { continue }
            let base = folder + "/" + (directory as NSString).deletingLastPathComponent
            let references = MediaReferences { path in
                open(path.isEmpty ? base : base + "/" + String(decoding: path, as: UTF8.self), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            }
            let components = fileID.split(separator: "\\", omittingEmptySubsequences: false).map { Array($0.utf8) }
            let (found, path) =
                switch references.resolve(components) {
                case .found(let match, let path): (match.rawValue, String(decoding: path, as: UTF8.self))
                case .missing: ("missing", "")
                case .unsafe: ("unsafe", "")
                }
            checked += 1
            #expect(found == expected && path == row["resolved_path"] ?? "", "\(directory) \(fileID)")
        }
        #expect(checked > 300)
    }
}
