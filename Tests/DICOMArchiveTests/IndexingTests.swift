import DICOM
import Foundation
import Locks
import TestSupport
import Testing

@testable import DICOMArchive

@Suite struct IndexingTests {
    @Test func aFolderBecomesATree() throws {
        let fixture = try ArchiveFixture()
        for number in 1...3 { try fixture.write("a/\(number).dcm", dicom(instance: "1.2.3.1.\(number)", number: "\(number)")) }
        try fixture.write("notes.txt", Array("not DICOM at all, just some text that goes on".utf8))
        let report = try fixture.index()
        #expect(report.new == 3 && report.notDICOM == 1 && report.found == 4 && report.isBalanced)
        #expect(try fixture.tree() == (1...3).map { "P1/2024-01-31 Head/001 CT Axial/0000\($0)" })

        let archive = try fixture.open()
        defer { archive.close() }
        let patient = try #require(try archive.patient(named: Array("P1".utf8)))
        #expect(try archive.patient(named: Array("p1".utf8)) == nil)
        let study = try #require(try archive.study(named: Array("2024-01-31 Head".utf8), of: patient.id))
        let series = try #require(try archive.series(named: Array("001 CT Axial".utf8), of: study.id))
        let instance = try #require(try archive.instance(stem: Array("00002".utf8), of: series.id))
        #expect(try archive.instance(id: instance.id) == instance)
        let source = try archive.openSource(of: instance.id, strict: .always)
        #expect(source.size == instance.size && source.size == Int64(dicom(instance: "1.2.3.1.2", number: "2").count))
        #expect(instance.headerTextLength > 0 && instance.headerTextVersion == HeaderText.formatVersion)
        #expect(try archive.counts().instances == 3)
        #expect(
            try archive.problemFile(named: Array("not-dicom.txt".utf8)).map { String(decoding: $0, as: UTF8.self) }?.hasPrefix(
                fixture.sources + "/notes.txt\t") == true)
        #expect(try archive.problemFile(named: Array("nothing.txt".utf8)) == nil)
    }

    @Test func aSecondRunReadsNothingAndChangesNothing() throws {
        let fixture = try ArchiveFixture()
        for number in 1...5 { try fixture.write("\(number)", dicom(instance: "1.2.3.1.\(number)", number: "\(number)")) }
        try fixture.write("text", Array(repeating: 0x41, count: 300))
        try fixture.index()
        let before = try fixture.dump()
        let parser = FailingParser(size: -1)
        let report = try fixture.index(parser: parser)
        #expect(report.unchanged == 5 && report.notDICOM == 1 && report.isBalanced && report.new == 0)
        #expect(parser.asked.withLock { $0 } == 0)
        #expect(try fixture.dump() == before)
    }

    @Test func aChangedFileKeepsItsNameAndCarriesTheTimeOfTheChange() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("1", dicom(instance: "1.2.3.1.1"))
        try fixture.write("2", dicom(instance: "1.2.3.1.2", number: "2"))
        try fixture.index()
        let before = try fixture.instances()
        try fixture.write("1", dicom(instance: "1.2.3.1.1", payload: "longer than before"))
        let report = try fixture.index()
        #expect(report.changed == 1 && report.unchanged == 1 && report.isBalanced)
        let after = try fixture.instances()
        #expect(after.map(\.id) == before.map(\.id) && after.map(\.stem) == before.map(\.stem))
        #expect(after[0].size > before[0].size && after[0].contentChangedNs > 0 && after[1] == before[1])
    }

    @Test func aFileThatBecomesAnotherInstanceMovesInTheTree() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("1", dicom(instance: "1.2.3.1.1"))
        try fixture.index()
        try fixture.write("1", dicom(id: "P2", study: "1.9", series: "1.9.1", instance: "1.9.1.1", number: "7"))
        let report = try fixture.index()
        #expect(report.changed == 1 && report.isBalanced)
        #expect(try fixture.tree() == ["P2/2024-01-31 Head/001 CT Axial/00007"])
        // Then it is no DICOM file any more.
        try fixture.write("1", Array(repeating: 0x42, count: 500))
        #expect(try fixture.index().setAside == ["unreadable": 1])
        #expect(try fixture.tree() == ["P2/2024-01-31 Head/001 CT Axial/00007"])
    }

    @Test func `N11 the same bytes in two places are one entry`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("a/1", dicom(instance: "1.2.3.1.1"))
        try fixture.write("b/1", dicom(instance: "1.2.3.1.1"))
        try fixture.write("c/noUID", dicom(instance: "", number: "5"))
        try fixture.write("d/noUID", dicom(instance: "", number: "5"))
        let report = try fixture.index()
        #expect(report.new == 2 && report.duplicates == 2 && report.isBalanced)
        let again = try fixture.index()
        #expect(again.unchanged == 2 && again.duplicates == 2 && again.isBalanced)
        let row = try #require(try fixture.instances().first)
        try fixture.remove("a/1")
        do {
            let archive = try fixture.open()
            defer { archive.close() }
            #expect(try archive.sources(of: row.id).count == 2)
            #expect(try archive.openSource(of: row.id).size == row.size)
        }
        let gone = try fixture.index()
        #expect(gone.gone == 1 && gone.duplicates == 2)
        let pruned = try fixture.index { $0.prunes = true }
        #expect(pruned.pruned == 1)
        #expect(try fixture.instances().map(\.id).contains(row.id))
    }

    @Test(arguments: [["a", "b"], ["b", "a"]])
    func `N10 one identifier with other bytes is shown twice`(order: [String]) throws {
        let fixture = try ArchiveFixture()
        try fixture.write("\(order[0])/1", dicom(instance: "1.2.3.1.1", payload: "one"))
        try fixture.write("\(order[1])/1", dicom(instance: "1.2.3.1.1", payload: "two"))
        let report = try fixture.index()
        #expect(report.new == 2 && report.isBalanced)
        let tree = try fixture.tree()
        #expect(tree.count == 2 && tree[0].hasSuffix("/00001") && tree[1].contains("/00001 ~"))
        let conflicts = try fixture.problems().filter { $0.reason == "conflicts" }
        #expect(conflicts.count == 1)
        #expect(try fixture.index().unchanged == 2)
    }

    @Test func repeatedMissingAndNegativeNumbersGetASuffix() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("1", dicom(instance: "1.2.3.1.1"))
        try fixture.write("2", dicom(instance: "1.2.3.1.2"))
        try fixture.write("3", dicom(instance: "1.2.3.1.3", number: ""))
        try fixture.write("4", dicom(instance: "1.2.3.1.4", number: "-5"))
        try fixture.write("5", dicom(instance: "1.2.3.1.5", number: "123456789"))
        try fixture.index()
        let stems = try fixture.tree().map { ($0 as NSString).lastPathComponent }
        #expect(stems.count == 5 && stems[0] == "00001" && stems[1].hasPrefix("00001 ~") && stems[2] == "123456789")
        #expect(stems[3].hasPrefix("noNumber ~") && stems[4].hasPrefix("noNumber ~"))
    }

    @Test func whatIsGoneStaysListedUntilPruned() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("a/1", dicom(instance: "1.2.3.1.1"))
        try fixture.write("b/1", dicom(instance: "1.2.3.1.2", number: "2"))
        try fixture.write("keep", dicom(instance: "1.2.3.1.3", number: "3"))
        try fixture.index()
        try fixture.remove("a/1")
        try fixture.remove("b")
        let report = try fixture.index()
        #expect(report.gone == 2 && report.unchanged == 1 && report.isBalanced)
        #expect(try fixture.tree().count == 3)
        #expect(try fixture.problems().filter { $0.reason == "missing" }.count == 2)
        let archive = try fixture.open()
        #expect(throws: ArchiveError.self) { try archive.openSource(of: 2) }
        archive.close()
        // It comes back.
        try fixture.write("a/1", dicom(instance: "1.2.3.1.1"))
        #expect(try fixture.index().gone == 1)
        #expect(try fixture.index { $0.prunes = true }.pruned == 1)
        #expect(try fixture.tree().count == 2)
    }

    @Test func aMovedFileKeepsItsEntry() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("m/1", dicom(instance: "1.2.3.1.1"))
        try fixture.write("m/2", dicom(instance: "1.2.3.1.2", number: "2"))
        try fixture.index()
        let before = try fixture.instances()
        try fixture.move("m/1", "a/1")
        try fixture.move("m/2", "z/2")
        let report = try fixture.index()
        #expect(report.isBalanced && report.found == 2 && report.new == 0)
        #expect(try fixture.instances() == before)
        #expect(try fixture.problems().isEmpty)
        #expect(try fixture.index().unchanged == 2)
    }

    @Test func `S9 absent and empty paths are errors and delete nothing`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("disk/1", dicom(instance: "1.2.3.1.1"))
        try fixture.index([fixture.path("disk")])
        let before = try fixture.dump()
        try fixture.remove("disk/1")
        #expect(try fixture.index([fixture.path("disk")]) { $0.prunes = true }.failedPaths.count == 1)
        #expect(try fixture.dump() == before)
        try fixture.remove("disk")
        #expect(try fixture.index([fixture.path("disk")]) { $0.prunes = true }.failedPaths.count == 1)
        #expect(try fixture.dump() == before)
    }

    @Test func `S3 P15 links, pipes and other special files are listed, not followed`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("a/1", dicom(instance: "1.2.3.1.1"))
        mkfifo(fixture.path("a/pipe"), 0o600)
        symlink("1", fixture.path("a/link"))
        symlink("..", fixture.path("a/loop"))
        let report = try fixture.index()
        #expect(report.found == 1 && report.new == 1 && report.isBalanced)
        #expect(report.skipped == ["symbolic-link": 2, "special-file": 1])
        #expect(try fixture.problems().map(\.reason).sorted() == ["special-file", "symbolic-link", "symbolic-link"])
        try fixture.remove("a/link")
        #expect(try fixture.index().skipped == ["symbolic-link": 1, "special-file": 1])
        #expect(try fixture.problems().count == 2)
    }

    @Test func `N15 paths that are not text are kept by bytes`() throws {
        let fixture = try ArchiveFixture()
        let name: [UInt8] = Array(fixture.path("x").utf8) + [0xFF, 0x0A, 0x31]
        let bytes = dicom(instance: "1.2.3.1.1")
        let descriptor = withCString(name) { Foundation.open($0, O_WRONLY | O_CREAT, 0o600) }
        #expect(descriptor >= 0 && Foundation.write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
        #expect(try fixture.index().new == 1)
        let archive = try fixture.open()
        defer { archive.close() }
        #expect(try archive.sources(of: 1).first?.path == name)
        #expect(try archive.openSource(of: 1).size == Int64(bytes.count))
    }

    @Test func aFileThatKillsItsReaderIsSetAsideAndTriedAgain() throws {
        let fixture = try ArchiveFixture()
        let bad = dicom(instance: "1.2.3.1.2", number: "2", payload: "this one kills")
        try fixture.write("1", dicom(instance: "1.2.3.1.1"))
        try fixture.write("2", bad)
        let report = try fixture.index(parser: FailingParser(size: bad.count))
        #expect(report.setAside == ["reader-failed": 1] && report.new == 1 && report.isBalanced)
        let again = try fixture.index()
        #expect(again.new == 1 && again.unchanged == 1 && again.isBalanced)
        #expect(try fixture.problems().isEmpty)
    }

    @Test func foldersIndexedAboveAndBelowEachOtherShareTheirRows() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("a/b/1", dicom(instance: "1.2.3.1.1"))
        try fixture.write("a/2", dicom(instance: "1.2.3.1.2", number: "2"))
        try fixture.index([fixture.path("a/b")])
        let above = try fixture.index()
        #expect(above.new == 1 && above.unchanged == 1 && above.isBalanced)
        #expect(try fixture.index([fixture.path("a")]).unchanged == 2)
        #expect(try fixture.index([fixture.path("a/2")]).unchanged == 1)
        try fixture.remove("a/b/1")
        try fixture.write("a/b/other", Array(repeating: 1, count: 200))
        #expect(try fixture.index().gone == 1)
    }

    @Test func `D21 the archive's own files are no input`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("1", dicom(instance: "1.2.3.1.1"))
        let report = try fixture.index([fixture.folder])
        #expect(report.found == 1 && report.new == 1)
        // Sources below the archive's folder move with it.
        let moved = fixture.folder + "-moved"
        try FileManager.default.moveItem(atPath: fixture.folder, toPath: moved)
        defer { try? FileManager.default.removeItem(atPath: moved) }
        let archive = try Archive.open(path: Array((moved + "/archive.db").utf8), mode: .readOnly)
        defer { archive.close() }
        #expect(try archive.openSource(of: 1).size > 0)
    }

    @Test func copiesAreOwnedByTheArchive() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("cd/1", dicom(instance: "1.2.3.1.1"))
        try fixture.write("cd/same", dicom(instance: "1.2.3.1.1"))
        try fixture.write("cd/2", dicom(instance: "1.2.3.1.2", number: "2"))
        let store = fixture.folder + "/owned"
        let report = try fixture.index([fixture.path("cd")]) { $0.copyTo = Array(store.utf8) }
        #expect(report.copied == 2 && report.new == 2 && report.duplicates == 1 && report.isBalanced)
        #expect(try fixture.index([fixture.path("cd")]) { $0.copyTo = Array(store.utf8) }.copied == 0)
        try fixture.remove("cd")
        let archive = try fixture.open()
        defer { archive.close() }
        #expect(try archive.openSource(of: 1).size == Int64(dicom(instance: "1.2.3.1.1").count))
        #expect(try archive.counts().copies == 2)
    }

    @Test func digestsAreTakenWhenAskedAndChangesBehindUnchangedTimesAreFound() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("1", dicom(instance: "1.2.3.1.1", payload: "aaaa"))
        #expect(try fixture.index { $0.takesDigests = true }.new == 1)
        let archive = try fixture.open()
        let source = try #require(try archive.sources(of: 1).first)
        archive.close()
        #expect(source.digest == SHA256.digest(dicom(instance: "1.2.3.1.1", payload: "aaaa")))
        #expect(try fixture.index { $0.verifies = true }.unchanged == 1)
        Data(dicom(instance: "1.2.3.1.1", payload: "bbbb")).withUnsafeBytes { bytes in
            let descriptor = Foundation.open(fixture.path("1"), O_WRONLY)
            #expect(pwrite(descriptor, bytes.baseAddress, bytes.count, 0) == bytes.count)
            var times = [timespec(tv_sec: Int(source.mtimeNs / 1_000_000_000), tv_nsec: Int(source.mtimeNs % 1_000_000_000))]
            times.append(times[0])
            #expect(futimens(descriptor, times) == 0)
            close(descriptor)
        }
        #expect(try fixture.index().changed == 1)
        #expect(try fixture.instances()[0].contentChangedNs > 0)
    }
}

@Suite struct DescriptionVersionTests {
    private func older(_ fixture: ArchiveFixture) throws -> Int {
        let archive = try fixture.open()
        defer { archive.close() }
        return try archive.counts().older
    }

    @Test func `what an older version described is read again once`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("a.dcm", dicom(instance: "1.2.1"))
        try fixture.write("b.dcm", dicom(instance: "1.2.2", number: "2"))
        let parser = CountingParser()
        #expect(try fixture.index(parser: parser).new == 2)
        #expect(try fixture.index(parser: parser).unchanged == 2)
        #expect(parser.count == 2)
        do {
            let archive = try fixture.open(.create)
            defer { archive.close() }
            let writer = try IngestWriter(archive, options: IndexOptions())
            try writer.begin()
            for instance in try fixture.instances() {
                let old = try #require(try writer.instanceRecord(instance.id))
                var record = old
                record.textVersion = 1
                try writer.update(old, to: record)
            }
            try writer.connection.execute("DELETE FROM meta WHERE key = 'described-by'")
            try writer.commit()
        }
        let before = try fixture.tree()
        #expect(try older(fixture) == 2)
        #expect(try fixture.instances().allSatisfy { $0.headerTextVersion == 1 })
        let report = try fixture.index(parser: parser)
        #expect(report.unchanged == 2 && report.describedAgain == 2 && report.isBalanced)
        #expect(parser.count == 4)
        #expect(try older(fixture) == 0)
        #expect(try fixture.instances().allSatisfy { $0.headerTextVersion == HeaderText.formatVersion && $0.contentChangedNs == 0 })
        let next = try fixture.index(parser: parser)
        #expect(next.unchanged == 2 && next.describedAgain == 0)
        #expect(parser.count == 4)
        #expect(try fixture.tree() == before)
    }
}
