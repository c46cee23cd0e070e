import Foundation
import Testing

@testable import DICOMArchive

/// What the index keeps for the views beside `/patients`: names, folders, their times and their end.
@Suite struct ViewRowTests {
    private func text(_ bytes: [UInt8]?) -> String { String(decoding: bytes ?? [], as: UTF8.self) }

    private func with<Result>(_ fixture: ArchiveFixture, _ body: (Archive) throws -> Result) throws -> Result {
        let archive = try fixture.open()
        defer { archive.close() }
        return try body(archive)
    }

    @Test func `two persons of one name have two folders, the same again has one`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("a", dicom(id: "P1", name: "Doe^Jane", instance: "1.1"))
        try fixture.write("b", dicom(id: "P2", name: "doe^jane", study: "1.2.4", series: "1.2.4.1", instance: "1.2"))
        try fixture.write("c", dicom(id: "P3", name: "", study: "1.2.5", series: "1.2.5.1", instance: "1.3"))
        try fixture.index()
        try with(fixture) { (archive: Archive) throws in
            let names = try archive.patients(limit: 10).map { text($0.viewName) }
            #expect(names[0] == "Doe^Jane")
            #expect(names[1].hasPrefix("doe^jane ~"))
            #expect(names[2] == "_NONAME P3")
            for row in try archive.patients(limit: 10) { #expect(try archive.patient(viewNamed: row.viewName) == row) }
            #expect(try archive.patient(viewNamed: Array("DOE^JANE".utf8)) == nil)
        }
    }

    @Test func `studies of a day, of an accession number and of a modality`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("a", dicom(id: "P1", accession: "A1", modality: "CT", instance: "1.1"))
        try fixture.write("b", dicom(id: "P1", accession: "A1", series: "1.2.3.2", modality: "SR", instance: "1.2"))
        try fixture.write("c", dicom(id: "P2", study: "1.2.4", accession: "a1", series: "1.2.4.1", modality: "", instance: "1.3"))
        try fixture.write("d", dicom(id: "P3", study: "1.2.5", date: "2024.02.30", series: "1.2.5.1", modality: "CT", instance: "1.4"))
        try fixture.write("e", dicom(id: "P4", study: "1.2.6", date: "unknown", series: "1.2.6.1", modality: "_NONE", instance: "1.5"))
        try fixture.index()
        try with(fixture) { (archive: Archive) throws in
            #expect(try archive.studies(ofDay: 20_240_131, limit: 9).map(\.id) == [1, 2])
            #expect(try archive.studies(ofDay: 20_240_230, limit: 9).map(\.id) == [3])
            #expect(try archive.studies(ofDay: 0, limit: 9).map(\.id) == [4])
            #expect(try archive.viewFolders(after: -1, below: .max, limit: 9).map(\.id) == [0, 20_240_131, 20_240_230])
            #expect(try archive.studies(withAccession: true, limit: 9).map { text($0.accessionName) }[0] == "A1")
            #expect(try archive.studies(withAccession: true, limit: 9).map { text($0.accessionName) }[1].hasPrefix("a1 ~"))
            #expect(try archive.studies(withAccession: false, limit: 9).map(\.id) == [3, 4])
            let modalities = try archive.modalities(limit: 9)
            #expect(modalities.map { text($0.name) }.prefix(3) == ["CT", "SR", "_NONE"])
            #expect(text(modalities[3].name).hasPrefix("_NONE ~"))
            #expect(try archive.studies(ofModality: modalities[0].id, limit: 9).map(\.study.id) == [1, 3])
            let pair = try #require(try archive.studyModality(of: 1, modality: modalities[1].id))
            #expect(try archive.series(ofStudyModality: pair.id, limit: 9).map { text($0.uidName) } == ["1.2.3.2"])
        }
    }

    @Test func `a study of one name and day gets a suffix, and keeps it when the other goes`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("a", dicom(id: "P1", instance: "1.1"))
        try fixture.write("b", dicom(id: "P2", study: "1.2.4", series: "1.2.4.1", instance: "1.2"))
        try fixture.index()
        let names = try with(fixture) { try $0.studies(limit: 9).map { text($0.viewName) } }
        #expect(names[0] == "2024-01-31 Head" && names[1].hasPrefix("2024-01-31 Head ~"))
        let archive = try fixture.open(.readWrite)
        #expect(try archive.forget(path: Array(fixture.path("a").utf8)) == 1)
        archive.close()
        try fixture.write("a", dicom(id: "P1", instance: "1.1"))
        try fixture.index()
        #expect(try with(fixture) { Set(try $0.studies(limit: 9).map { text($0.viewName) }) } == Set(names))
    }

    @Test func `UIDs name themselves, odd and shared ones carry a hash`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("a", dicom(id: "P1", instance: "1.1"))
        try fixture.write("b", dicom(id: "P2", instance: "1.2"))
        try fixture.write("c", dicom(id: "P1", study: "", series: "1.2.3/..", instance: "1.3"))
        try fixture.write("d", dicom(id: "P1", instance: "1.1", payload: "other bytes"))
        try fixture.write("e", dicom(id: "P1", instance: "", number: "9"))
        try fixture.index()
        try with(fixture) { (archive: Archive) throws in
            let studies = try archive.studies(limit: 9).map { text($0.uidName) }
            #expect(studies[0] == "1.2.3" && studies[1].hasPrefix("1.2.3 ~") && studies[2].hasPrefix("noUID ~"))
            for row in try archive.studies(limit: 9) {
                #expect(try archive.study(uidNamed: row.uidName) == row)
                for series in try archive.series(of: row.id, limit: 9) {
                    #expect(try archive.series(uidNamed: series.uidName, of: row.id) == series)
                    for instance in try archive.instances(of: series.id, limit: 9) {
                        #expect(try archive.instance(uidStem: instance.uidStem, of: series.id) == instance)
                    }
                }
            }
            let stems = try archive.instances(of: 1, limit: 9).map { text($0.uidStem) }
            #expect(stems[0] == "1.1" && stems[1].hasPrefix("1.1 ~") && stems[2].hasPrefix("noUID ~"))
            #expect(try archive.instance(uidStem: Array("1.2".utf8), of: 1) == nil)
        }
    }

    @Test func `folders of views go with the last that stands in them, and carry the time of the newest change`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("a", dicom(id: "P1", accession: "A1", modality: "CT", instance: "1.1"))
        try fixture.write("b", dicom(id: "P1", accession: "A1", series: "1.2.3.2", modality: "SR", instance: "1.2"))
        try fixture.write("c", dicom(id: "P2", study: "1.2.4", date: "20230101", series: "1.2.4.1", modality: "SR", instance: "1.3"))
        try fixture.index()
        let before = try with(fixture) { try $0.viewFolder(id: 20_240_131)?.modifiedNs ?? 0 }
        let archive = try fixture.open(.readWrite)
        _ = try archive.forget(path: Array(fixture.path("b").utf8))
        _ = try archive.forget(path: Array(fixture.path("c").utf8))
        let isIntact = try archive.verify(onFinding: { Issue.record("\($0)") }).isIntact
        #expect(isIntact)
        archive.close()
        try with(fixture) { (archive: Archive) throws in
            #expect(try archive.modalities(limit: 9).map { text($0.name) } == ["CT"])
            #expect(try archive.viewFolders(after: -9, below: .max, limit: 9).map(\.id) == [20_240_131])
            let after = try archive.viewFolder(id: 20_240_131)
            #expect((after?.modifiedNs ?? 0) > before)
            #expect(try archive.studyModality(of: 1, modality: 2) == nil)
        }
        try fixture.index()
        // Ids of folders are never used again.
        #expect(try with(fixture) { try $0.modalities(limit: 9).map(\.id) } == [1, 3])
    }

    @Test func `relocated and dumped, the names stay`() throws {
        let fixture = try ArchiveFixture()
        for number in 1...4 {
            try fixture.write(
                "a/\(number)", dicom(id: "P\(number)", study: "1.2.\(number)", series: "1.2.\(number).1", instance: "1.\(number)"))
        }
        try fixture.index()
        let before = try fixture.dump().filter { !$0.contains("source") }
        try fixture.move("a", "b")
        let archive = try fixture.open(.readWrite)
        #expect(try archive.relocate(from: Array(fixture.path("a").utf8), to: Array(fixture.path("b").utf8)) > 0)
        archive.close()
        #expect(try fixture.dump().filter { !$0.contains("source") } == before)
    }
}
