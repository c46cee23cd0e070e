import Foundation
import Testing

@testable import DICOMArchive

/// What is known by its digest and has other bytes is an event until somebody acknowledges it.
@Suite struct FixityTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private func changes(_ fixture: ArchiveFixture) throws -> [ProblemEntry] { try fixture.problems().filter { $0.reason == "changed" } }

    @Test(arguments: [true, false])
    func `content that changed under a stored digest is named with both digests until it is acknowledged`(takesDigests: Bool) throws {
        let fixture = try ArchiveFixture()
        let (old, new) = (dicom(instance: "1.1", payload: "aaaa"), dicom(instance: "1.1", payload: "bbbb"))
        try fixture.write("a/1", old)
        try fixture.write("a/2", dicom(instance: "1.2", number: "2"))
        #expect(try fixture.index { $0.takesDigests = true }.contentChanges.isEmpty)
        try fixture.write("a/1", new)
        // Times alone are no change of content.
        try fixture.write("a/2", dicom(instance: "1.2", number: "2"))
        let report = try fixture.index { $0.takesDigests = takesDigests }
        let path = Array(fixture.path("a/1").utf8)
        #expect(report.contentChanged == 1 && report.isBalanced)
        #expect(report.contentChanges == [ContentChange(path: path, oldDigest: SHA256.digest(old), newDigest: SHA256.digest(new))])
        let entry = try #require(try changes(fixture).first)
        #expect(entry.path == path && text(entry.message).contains(hexadecimal(SHA256.digest(old))) && text(entry.message).contains(hexadecimal(SHA256.digest(new))))

        let archive = try fixture.open(.readWrite)
        defer { archive.close() }
        #expect(try archive.problemReasons().map { text($0.name) } == ["changed.txt"])
        #expect(try archive.problemFile(named: Array("changed.txt".utf8)).map(text)?.hasPrefix(fixture.path("a/1") + "\t") == true)
        var found: [VerifyFinding] = []
        #expect(try !archive.verify { found.append($0) }.isIntact)
        #expect(found.map(\.kind) == [.altered] && found.first?.path == path)
        // The next run that finds nothing new says nothing new, and forgets nothing.
        #expect(try archive.acknowledge(path: Array(fixture.path("b").utf8)) == 0)
        #expect(try changes(fixture).count == 1)
        #expect(try archive.acknowledge(path: Array(fixture.path("a").utf8)) == 1)
        #expect(try changes(fixture).isEmpty)
        #expect(try archive.verify { Issue.record("\($0)") }.isIntact)
    }

    @Test func `without stored digests a change is a change, and no event`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("1", dicom(instance: "1.1", payload: "aaaa"))
        try fixture.index()
        try fixture.write("1", dicom(instance: "1.1", payload: "bbbb"))
        let report = try fixture.index { $0.takesDigests = true }
        #expect(report.changed == 1 && report.contentChanged == 0)
        #expect(try changes(fixture).isEmpty)
    }

    @Test func `a manifest lists every instance with its place, identifier, size, digest and source`() throws {
        let fixture = try ArchiveFixture()
        let files = ["b/2": dicom(instance: "1.2", number: "2"), "a/1": dicom(instance: "1.1", payload: "x"), "c": dicom(instance: "", number: "3")]
        for (name, bytes) in files { try fixture.write(name, bytes) }
        try fixture.index { $0.takesDigests = true }
        try fixture.write("d", dicom(instance: "1.4", number: "4"))
        try fixture.index()
        try fixture.remove("d")
        let archive = try fixture.open()
        defer { archive.close() }
        var entries: [ManifestEntry] = []
        try archive.manifest { entries.append($0) }
        #expect(entries.map { text($0.path) } == ["00001", "00002", "00003", "00004"].map { "patients/P1/2024-01-31 Head/001 CT Axial/\($0).dcm" })
        #expect(entries.map { text($0.sopInstanceUID) } == ["1.1", "1.2", "", "1.4"])
        for (entry, name) in zip(entries, ["a/1", "b/2", "c"]) {
            let bytes = try #require(files[name])
            #expect(entry.size == Int64(bytes.count) && entry.digest == SHA256.digest(bytes) && text(entry.source) == fixture.path(name) && entry.problem.isEmpty)
        }
        #expect(entries[3].digest.isEmpty && !entries[3].problem.isEmpty)
    }
}
