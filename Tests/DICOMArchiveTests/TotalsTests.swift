import DICOM
import Foundation
import Locks
import Testing

@testable import DICOMArchive

/// The totals are those of the rows after every kind of change.
@Suite struct TotalsTests {
    /// Stored, counted, and as `verify` sees them.
    private func expectExact(_ fixture: ArchiveFixture, instances: Int, at location: SourceLocation = #_sourceLocation) throws {
        let archive = try fixture.open()
        defer { archive.close() }
        let stored = try archive.totals()
        let counted = try archive.pool.read { connection throws(ArchiveError) in try connection.countedTotals() }
        #expect(stored == counted, sourceLocation: location)
        #expect(stored.instances == instances, sourceLocation: location)
        let rows = try fixture.instances()
        #expect(stored.instanceBytes == rows.reduce(0) { $0 + $1.size }, sourceLocation: location)
        _ = try archive.verify { finding in
            if finding.kind == .row || finding.kind == .database { Issue.record("\(finding)", sourceLocation: location) }
        }
    }

    private func filled() throws -> ArchiveFixture {
        let fixture = try ArchiveFixture()
        for number in 1...6 {
            let patient = (number - 1) / 2
            try fixture.write(
                "p\(patient)/\(number)",
                dicom(id: "P\(patient)", study: "1.2.\(patient)", series: "1.2.\(patient).1", instance: "1.9.\(number)", number: "\(number)"))
        }
        try fixture.index()
        return fixture
    }

    @Test func `after ingest, and after one that finds nothing new`() throws {
        let fixture = try filled()
        try expectExact(fixture, instances: 6)
        try fixture.index()
        try expectExact(fixture, instances: 6)
        #expect(try fixture.open().totals().patients == 3)
    }

    @Test func `of an archive that holds nothing`() throws {
        let fixture = try ArchiveFixture()
        try fixture.open(.create).close()
        try expectExact(fixture, instances: 0)
    }

    @Test func `after duplicates and conflicts`() throws {
        let fixture = try filled()
        try fixture.write("again/1", dicom(id: "P0", study: "1.2.0", series: "1.2.0.1", instance: "1.9.1", number: "1"))
        try fixture.write("other/1", dicom(id: "P0", study: "1.2.0", series: "1.2.0.1", instance: "1.9.1", number: "1", payload: "different"))
        try fixture.index()
        try expectExact(fixture, instances: 7)
    }

    @Test func `after files that grew, moved to another study, or became something else`() throws {
        let fixture = try filled()
        try fixture.write("p0/1", dicom(id: "P0", study: "1.2.0", series: "1.2.0.1", instance: "1.9.1", number: "1", payload: "now longer"))
        try fixture.index()
        try expectExact(fixture, instances: 6)
        try fixture.write("p0/1", dicom(id: "P9", study: "1.2.9", series: "1.2.9.1", instance: "1.9.1", number: "1", payload: "elsewhere"))
        try fixture.index()
        try expectExact(fixture, instances: 6)
        // Damage is no deletion.
        try fixture.write("p0/1", Array("no DICOM at all".utf8))
        try fixture.index()
        try expectExact(fixture, instances: 6)
    }

    @Test func `after sources went and were pruned`() throws {
        let fixture = try filled()
        try fixture.remove("p1/3")
        try fixture.remove("p1/4")
        try fixture.index()
        try expectExact(fixture, instances: 6)
        try fixture.index { $0.prunes = true }
        try expectExact(fixture, instances: 4)
        #expect(try fixture.open().totals().patients == 2)
    }

    @Test func `after forget of a part and of everything`() throws {
        let fixture = try filled()
        for (path, left) in [(fixture.path("p2"), 4), (fixture.sources, 0)] {
            let archive = try fixture.open(.readWrite)
            _ = try archive.forget(path: Array(path.utf8))
            archive.close()
            try expectExact(fixture, instances: left)
        }
        #expect(try fixture.open().totals() == ArchiveTotals())
    }

    @Test func `after relocate`() throws {
        let fixture = try filled()
        let place = fixture.folder + "/moved"
        try FileManager.default.moveItem(atPath: fixture.sources, toPath: place)
        let archive = try fixture.open(.readWrite)
        _ = try archive.relocate(from: Array(fixture.sources.utf8), to: Array(place.utf8))
        archive.close()
        try expectExact(fixture, instances: 6)
        try fixture.index([place])
        try expectExact(fixture, instances: 6)
    }

    @Test(arguments: 1...8) func `after a run that failed in the midst, and after the next`(commits: Int) throws {
        let fixture = try ArchiveFixture()
        for number in 1...40 {
            try fixture.write(
                "\(number)",
                dicom(id: "P\(number / 7)", study: "1.\(number / 7)", series: "1.\(number / 7).1", instance: "2.\(number)", number: "\(number)"))
        }
        let calls = Mutex(0)
        #expect(throws: ArchiveError.self) {
            try fixture.index {
                $0.filesPerTransaction = 3
                $0.filesPerRequest = 4
                $0.onProgress = { _ throws(ArchiveError) in
                    let number = calls.withLock { calls in
                        calls += 1
                        return calls
                    }
                    if number > commits { throw ArchiveError(.system, "killed") }
                }
            }
        }
        let shown = try fixture.instances().count
        try expectExact(fixture, instances: shown)
        try fixture.index()
        try expectExact(fixture, instances: 40)
    }

    @Test func `verify sees the totals and the rows as of one moment`() throws {
        let fixture = try filled()
        let writer = try Connection(path: fixture.database, readOnly: false)
        defer { writer.close() }
        #expect(try writer.text("PRAGMA journal_mode=WAL") == "wal")
        // Both states are right: with the sixth instance, and without it.
        let archive = try fixture.open()
        defer { archive.close() }
        let record = try #require(
            try archive.one(.instanceByID, 6) { s throws(ArchiveError) in try InstanceRecord(s) })
        let whole = try archive.totals()
        var less = whole
        less.remove(record)
        try writer.execute("CREATE TEMP TABLE kept AS SELECT * FROM instances WHERE id = 6")
        let isOver = Mutex(false)
        let rounds = Mutex(0)
        let thread = Thread { [less] in
            while !isOver.withLock({ $0 }) {
                do {
                    try writer.transaction("BEGIN IMMEDIATE") { () throws(ArchiveError) in
                        try writer.execute("DELETE FROM instances WHERE id = 6")
                        try less.write(writer)
                    }
                    try writer.transaction("BEGIN IMMEDIATE") { () throws(ArchiveError) in
                        try writer.execute("INSERT INTO instances SELECT * FROM temp.kept")
                        try whole.write(writer)
                    }
                } catch {
                    Issue.record("\(error)")
                    return
                }
                rounds.withLock { $0 += 1 }
            }
        }
        thread.start()
        while rounds.withLock({ $0 }) < 3, !thread.isFinished { usleep(1_000) }
        for _ in 0..<50 {
            _ = try archive.verify { finding in
                // The sixth source may be without its instance for a moment.
                if finding.message.contains("totals") { Issue.record("\(finding)") }
            }
        }
        isOver.withLock { $0 = true }
        while !thread.isFinished { usleep(1_000) }
    }

    @Test func `wrong totals are found by verify`() throws {
        let fixture = try filled()
        let connection = try Connection(path: fixture.database, readOnly: false)
        var totals = try connection.totals()
        totals.series += 1
        try totals.write(connection)
        connection.close()
        let archive = try fixture.open()
        defer { archive.close() }
        #expect(try archive.verify(onFinding: { _ in }).findings == [.row: 1])
    }

    @Test func `damaged totals are not served`() throws {
        let fixture = try filled()
        let connection = try Connection(path: fixture.database, readOnly: false)
        try connection.execute("UPDATE totals SET instances = 7")
        connection.close()
        let archive = try fixture.open()
        defer { archive.close() }
        #expect(throws: ArchiveError.self) { try archive.totals() }
        #expect(try archive.verify(onFinding: { _ in }).findings == [.row: 1])
    }
}
