import Foundation
import Locks
import Testing

@testable import DICOMArchive

/// Sealing, locking, foreign and damaged databases, killed runs (D1, D5, D6, D8, D9, P17, R4, R7).
@Suite struct DurabilityTests {
    func filled(_ count: Int = 30) throws -> ArchiveFixture {
        let fixture = try ArchiveFixture()
        for number in 1...count {
            try fixture.write(
                "s\(number % 3)/\(number)",
                dicom(series: "1.2.3.\(number % 3)", seriesNumber: "\(number % 3)", instance: "1.9.\(number)", number: "\(number)"))
        }
        return fixture
    }

    @Test func `D5 R15 R18 a finished run leaves one sealed file of the owner alone`() throws {
        let fixture = try filled()
        let old = umask(0)
        defer { umask(old) }
        try fixture.index()
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder).sorted() == ["archive.db", "sources"])
        var status = stat()
        #expect(stat(fixture.database, &status) == 0 && status.st_mode & 0o777 == 0o600)
        // Bytes 18 and 19 of the header: 1 is a rollback journal, 2 a write-ahead log.
        let header = try #require(FileHandle(forReadingAtPath: fixture.database)).readData(ofLength: 100)
        #expect(header[18] == 1 && header[19] == 1)
    }

    @Test func `D6 D11 an open reader keeps the archive unsealed and sees the change`() throws {
        let fixture = try filled()
        try fixture.index()
        let reader = try fixture.open()
        let counter = try reader.changeCounter()
        #expect(try reader.changeCounter() == counter)
        try fixture.write("new", dicom(instance: "1.9.99", number: "99"))
        let writer = try fixture.open(.readWrite)
        _ = try Indexer.index([Array(fixture.sources.utf8)], into: writer, parser: InProcessParser())
        #expect(try reader.counts().instances == 31)
        #expect(!writer.close())
        #expect(try reader.changeCounter() != counter)
        #expect(try reader.counts().instances == 31)
        reader.close()
        Archive.sealIfIdle(path: Array(fixture.database.utf8))
        #expect(!FileManager.default.fileExists(atPath: fixture.database + "-wal"))
    }

    @Test func `D10 two writers do not mix`() throws {
        let fixture = try filled()
        let first = try fixture.open(.create)
        defer { first.close() }
        let location = try ArchiveLocation(Array(fixture.database.utf8), mode: .readWrite)
        #expect { try WriterLease(location, creating: false, patience: 0) } throws: { ($0 as? ArchiveError)?.code == .locked }
    }

    @Test func `D9 P17 what is not an archive is refused`() throws {
        let fixture = try filled(3)
        #expect { try fixture.open() } throws: { ($0 as? ArchiveError)?.code == .noArchive }
        try Data("This is not a database, but it is long enough to look at. ".utf8).write(to: URL(fileURLWithPath: fixture.database))
        #expect(throws: ArchiveError.self) { try fixture.open() }
        try FileManager.default.removeItem(atPath: fixture.database)
        try fixture.index()
        for (change, code) in [
            ("CREATE TRIGGER t AFTER INSERT ON patients BEGIN SELECT 1; END", ArchiveError.Code.notAnArchive),
            ("PRAGMA user_version=99", .newerVersion), ("PRAGMA application_id=1", .notAnArchive),
        ] {
            let copy = fixture.folder + "/copy.db"
            try? FileManager.default.removeItem(atPath: copy)
            try FileManager.default.copyItem(atPath: fixture.database, toPath: copy)
            let connection = try Connection(path: copy, readOnly: false)
            try connection.execute(change)
            connection.close()
            #expect { try Archive.open(path: Array(copy.utf8), mode: .readOnly) } throws: { ($0 as? ArchiveError)?.code == code }
        }
    }

    @Test func `D5 R15 an unsealed archive that cannot be written is refused with the remedy`() throws {
        let fixture = try filled(3)
        try fixture.index()
        let log = fixture.database + "-wal"
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: log))
        let location = try ArchiveLocation(Array(fixture.database.utf8), mode: .readOnly)
        #expect(location.hasLog && location.unsealed.message.contains("dcmfs status --close"))
        chmod(fixture.folder, 0o500)
        defer { chmod(fixture.folder, 0o700) }
        // Root may write everywhere but on read-only media.
        if !location.folderIsWritable {
            #expect { try fixture.open() } throws: { ($0 as? ArchiveError)?.code == .unsealed }
            chmod(fixture.folder, 0o700)
            try FileManager.default.removeItem(atPath: log)
            chmod(fixture.folder, 0o500)
            #expect(try fixture.tree().count == 3)
        }
    }

    /// A run that dies after any batch, then the same command: the content of an uninterrupted run.
    @Test func `D1 R4 a run that dies anywhere is completed by the next`() throws {
        let fixture = try filled()
        try fixture.write("dup", dicom(series: "1.2.3.1", seriesNumber: "1", instance: "1.9.1", number: "1"))
        try fixture.write("conflict", dicom(series: "1.2.3.1", seriesNumber: "1", instance: "1.9.2", number: "2", payload: "other"))
        try fixture.write("text", Array(repeating: 0x20, count: 400))
        func configure(_ options: inout IndexOptions) {
            options.filesPerRequest = 3
            options.filesPerTransaction = 4
        }
        try fixture.index { configure(&$0) }
        let expected = try fixture.dump()
        for stop in 1...12 {
            try FileManager.default.removeItem(atPath: fixture.database)
            let calls = Mutex(0)
            #expect(throws: ArchiveError.self) {
                try fixture.index { options in
                    configure(&options)
                    options.onProgress = { _ throws(ArchiveError) in
                        if calls.withLock({
                            $0 += 1
                            return $0
                        }) >= stop {
                            throw ArchiveError(.system, "killed")
                        }
                    }
                }
            }
            try fixture.index { configure(&$0) }
            #expect(try fixture.dump() == expected)
        }
    }

    @Test func `D8 R7 every bit that is served is guarded`() throws {
        let fixture = try filled(40)
        try fixture.index()
        let original = try Data(contentsOf: URL(fileURLWithPath: fixture.database))
        let served = try fixture.dump()
        let copy = fixture.folder + "/flipped.db"
        var generator = SystemRandomNumberGenerator()
        var silent = 0
        let count = ProcessInfo.processInfo.environment["DCMFS_DEEP"] == "1" ? 10_000 : 300
        for _ in 0..<count {
            var data = original
            let bit = Int.random(in: 0..<data.count * 8, using: &generator)
            data[bit / 8] ^= 1 << (bit % 8)
            try data.write(to: URL(fileURLWithPath: copy))
            if try isSilentDamage(copy, served) { silent += 1 }
        }
        #expect(silent == 0)
    }

    /// Whether other content is served without an error, and `verify` does not notice either.
    private func isSilentDamage(_ path: String, _ served: [String]) throws -> Bool {
        guard let archive = try? Archive.open(path: Array(path.utf8), mode: .readOnly) else { return false }
        defer { archive.close() }
        var lines: [String] = []
        do { try archive.logicalDump { lines.append($0) } } catch { return false }
        if lines == served { return false }
        guard let report = try? archive.verify(onFinding: { _ in }) else { return false }
        if report.isIntact { print("silent:", zip(lines, served).first { $0 != $1 } ?? ("", "")) }
        return report.isIntact
    }

    @Test func `D18 every query of the mount uses an index`() throws {
        let fixture = try filled(3)
        try fixture.index()
        let connection = try Connection(path: fixture.database, readOnly: true)
        defer { connection.close() }
        for query in ReadSQL.allCases where query != .dataVersion { try expectIndex(query.sql, connection, sorts: query == .sourcesOfInstance) }
        for query in WriteSQL.allCases where query.sql.hasPrefix("SELECT") || query.sql.hasPrefix("UPDATE") || query.sql.hasPrefix("DELETE") {
            // Conflicts are few and deleted with their entity only.
            if query == .deleteOtherConflicts { continue }
            try expectIndex(query.sql, connection, sorts: true)
        }
    }

    private func expectIndex(_ sql: String, _ connection: Connection, sorts: Bool) throws {
        let plan = try connection.prepare("EXPLAIN QUERY PLAN " + sql)
        while try plan.step() {
            let detail = String(decoding: plan.bytes(3), as: UTF8.self)
            #expect(!detail.hasPrefix("SCAN"), "\(detail) for \(sql)")
            #expect(sorts || !detail.contains("TEMP B-TREE"), "\(detail) for \(sql)")
        }
    }

    @Test func `D19 ids are never used again`() throws {
        let fixture = try filled(5)
        try fixture.index()
        let last = try #require(try fixture.instances().map(\.id).max())
        let archive = try fixture.open(.readWrite)
        #expect(try archive.forget(path: Array(fixture.sources.utf8)) == 5)
        archive.close()
        #expect(try fixture.tree().isEmpty)
        try fixture.index()
        #expect(try fixture.instances().map(\.id).min() == last + 1)
    }
}

extension DurabilityTests {
    @Test func `D1 D16 an interrupted run is sealed and goes on`() throws {
        let fixture = try filled()
        let isAsked = Mutex(false)
        #expect {
            try fixture.index { options in
                options.filesPerRequest = 4
                options.onProgress = { progress in isAsked.withLock { $0 = $0 || progress.found >= 8 } }
                options.isCancelled = { isAsked.withLock { $0 } }
            }
        } throws: {
            ($0 as? ArchiveError)?.code == .interrupted
        }
        #expect(!FileManager.default.fileExists(atPath: fixture.database + "-wal"))
        let report = try fixture.index()
        #expect(report.new > 0 && report.unchanged > 0 && report.found == 30)
    }
}
