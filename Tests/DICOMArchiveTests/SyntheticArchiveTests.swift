import Testing

@testable import DICOMArchive

@Suite struct SyntheticArchiveTests {
    @Test func `lists of every view hold everything once, however small the portions`() throws {
        let fixture = try ArchiveFixture()
        try SyntheticArchive().write(to: Array(fixture.database.utf8))
        let archive = try fixture.open()
        defer { archive.close() }
        let report = try archive.verify(onFinding: { Issue.record("\($0)") })
        #expect(report.isIntact)
        let days = try archive.viewFolders(after: -2, below: .max, limit: .max).map(\.id).filter { $0 >= 0 }
        #expect(try days.flatMap { try archive.studies(ofDay: $0, limit: .max) }.count == 80)
        let pairs = try archive.modalities(limit: .max).flatMap { try archive.studies(ofModality: $0.id, limit: .max) }
        #expect(try pairs.flatMap { try archive.series(ofStudyModality: $0.place.id, limit: .max) }.count == 240)
        #expect(try archive.studies(withAccession: true, limit: .max).count + archive.studies(withAccession: false, limit: .max).count == 80)
        var found = 0
        try archive.find(SearchQuery()) { _ in found += 1 }
        #expect(found == 240)
    }

    @Test func `an archive for measuring is as an index run leaves one`() throws {
        let fixture = try ArchiveFixture()
        var synthetic = SyntheticArchive(instances: 600)
        synthetic.wideInstances = 100
        try synthetic.write(to: Array(fixture.database.utf8))
        let archive = try fixture.open()
        defer { archive.close() }
        // Its sources are nowhere; everything else is right.
        _ = try archive.verify { finding in if finding.kind != .missing { Issue.record("\(finding)") } }
        #expect(try archive.totals().instances == archive.counts().shown)
    }
}
