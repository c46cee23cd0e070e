import Foundation
import Testing

@testable import DICOMArchive

/// What `dcmfs doctor` learns about an archive.
@Suite struct ExaminationTests {
    private func filled() throws -> ArchiveFixture {
        let fixture = try ArchiveFixture()
        for number in 1...5 { try fixture.write("disk/\(number)", dicom(instance: "1.\(number)", number: "\(number)")) }
        try fixture.index([fixture.path("disk")])
        return fixture
    }

    private func examine(_ fixture: ArchiveFixture) throws -> ArchiveExamination { try Archive.examine(path: Array(fixture.database.utf8)) }

    @Test func aSoundArchiveIsSound() throws {
        let found = try examine(try filled())
        #expect(found.failure == nil && found.damage.isEmpty && !found.hasLog && found.mode == 0o600)
        #expect(found.schema == ArchiveExamination.knownSchema && found.instances == 5)
        #expect(found.roots.count == 1)
        let root = try #require(found.roots.first)
        #expect(root.problem == 0 && root.sources == 5 && root.gone == 0 && root.sampled == 1 && root.changed + root.unavailable == 0)
    }

    @Test func aLogBesideItIsSeenAsLongAsItIsThere() throws {
        let fixture = try filled()
        let writer = try fixture.open(.readWrite)
        try fixture.write("disk/6", dicom(instance: "1.6", number: "6"))
        _ = try Indexer.index([Array(fixture.path("disk").utf8)], into: writer, parser: InProcessParser())
        let found = try examine(fixture)
        #expect(found.failure == nil && found.hasLog && found.instances == 6)
        writer.close()
        #expect(try !examine(fixture).hasLog)
    }

    @Test func sourcesAreCountedByRoot() throws {
        let fixture = try filled()
        try fixture.write("other/1", dicom(instance: "2.1"))
        try fixture.index([fixture.path("other")])
        try fixture.remove("disk/2")
        try fixture.index([fixture.path("disk")])
        try fixture.move("other", "elsewhere")
        let roots = try examine(fixture).roots.sorted { $0.sources > $1.sources }
        #expect(roots.map(\.sources) == [5, 1] && roots.map(\.gone) == [1, 0])
        #expect(roots[0].problem == 0 && roots[1].problem == ENOENT && roots[1].sampled == 0)
    }

    @Test func oneFileOfEachFolderIsTried() throws {
        let fixture = try filled()
        for folder in 1...3 {
            for number in 1...3 { try fixture.write("disk/\(folder)0/\(number)", dicom(instance: "3.\(folder).\(number)", number: "\(number)")) }
        }
        try fixture.index([fixture.path("disk")])
        try fixture.remove("disk/10/1")
        try fixture.write("disk/20/1", Array(repeating: 0x20, count: 400))
        let root = try #require(try examine(fixture).roots.first)
        #expect(root.sampled == 4 && root.unavailable == 1 && root.changed == 1)
    }
}
