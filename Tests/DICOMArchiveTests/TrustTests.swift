import Foundation
import GRDB
import TestSupport
import Testing

@testable import DICOMArchive

/// Who may use whose archive, and what an archive that somebody else wrote can do.
@Suite struct TrustTests {
    private func made() throws -> ArchiveFixture {
        let fixture = try ArchiveFixture()
        try fixture.write("1", dicom(instance: "1.1"))
        try fixture.index()
        return fixture
    }

    private func code(_ fixture: ArchiveFixture, isTrusted: Bool = false) -> ArchiveError.Code? {
        do throws(ArchiveError) {
            try Archive.open(path: Array(fixture.database.utf8), mode: .readOnly, isTrusted: isTrusted).close()
            return nil
        } catch {
            return error.code
        }
    }

    private func refuses(_ fixture: ArchiveFixture, user: uid_t = geteuid(), groups: Set<gid_t> = [getegid()]) throws -> Bool {
        let location = try ArchiveLocation(Array(fixture.database.utf8), mode: .readOnly)
        do throws(ArchiveError) {
            try ArchiveTrust(user: user, groups: groups).check(location)
            return false
        } catch {
            return error.code == .untrusted
        }
    }

    @Test(.enabled(if: getuid() == 0, "only root can give files away"))
    func `an archive of somebody else is refused with how to trust it, and used when it is trusted`() throws {
        let fixture = try made()
        #expect(chown(fixture.database, 65534, 65534) == 0)
        #expect {
            try fixture.open()
        } throws: {
            ($0 as? ArchiveError)?.code == .untrusted && "\($0)".contains("belongs to user 65534") && "\($0)".contains("--trust-archive")
        }
        #expect(throws: ArchiveError.self) { try fixture.index() }
        #expect(code(fixture, isTrusted: true) == nil)
        #expect(Archive.distrust(path: Array(fixture.database.utf8)) != nil)
        // For its owner it is his own, if its folder is.
        #expect(chown(fixture.folder, 65534, 65534) == 0)
        #expect(try !refuses(fixture, user: 65534, groups: [65534]))
        #expect(code(fixture) == .untrusted)
        // In a folder of somebody else it is as good as his: he can put another one in its place.
        #expect(chown(fixture.database, 0, 0) == 0)
        #expect(code(fixture) == .untrusted)
        #expect(chown(fixture.folder, 0, 0) == 0)
        #expect(code(fixture) == nil)
    }

    @Test func `an archive or folder that others may write is refused, a sticky folder is not`() throws {
        let fixture = try made()
        chmod(fixture.database, 0o606)
        #expect(code(fixture) == .untrusted)
        chmod(fixture.database, 0o644)
        #expect(code(fixture) == nil)
        chmod(fixture.folder, 0o777)
        #expect(code(fixture) == .untrusted)
        chmod(fixture.folder, 0o1777)
        #expect(code(fixture) == nil)
        chmod(fixture.folder, 0o755)
        #expect(code(fixture) == nil)
    }

    @Test(.enabled(if: getuid() == 0, "only root can give files away"))
    func `an archive that was given to a group is trusted by the members of the group alone`() throws {
        let fixture = try made()
        try Archive.open(path: Array(fixture.database.utf8), mode: .readWrite, group: 4711).close()
        var status = stat()
        #expect(stat(fixture.database, &status) == 0 && status.st_gid == 4711 && status.st_mode & 0o7777 == 0o660)
        #expect(try !refuses(fixture, user: 65534, groups: [4711]))
        #expect(try refuses(fixture, user: 65534, groups: [65534]))
        #expect(code(fixture) == .untrusted, "root is not in the group, whose members may write")
        chmod(fixture.database, 0o640)
        #expect(code(fixture) == nil)
        #expect(try !refuses(fixture, user: 65534, groups: [4711]))
        // Of an ordinary user, in a folder of the group's.
        #expect(chown(fixture.database, 1234, 4711) == 0 && chown(fixture.folder, 1234, 4711) == 0)
        chmod(fixture.database, 0o660)
        chmod(fixture.folder, 0o2770)
        #expect(try !refuses(fixture, user: 65534, groups: [4711]) && !refuses(fixture, user: 1234, groups: [4711]))
        #expect(try refuses(fixture, user: 65534, groups: [65534]))
        #expect(code(fixture) == .untrusted)
    }

    @Test(.enabled(if: getuid() == 0, "only root can give files away"))
    func `a log that somebody else put beside an archive is never read`() throws {
        let fixture = try made()
        let archive = try fixture.open()
        defer { archive.close() }
        #expect(try archive.counts().instances == 1)
        try Data([1]).write(to: URL(fileURLWithPath: fixture.database + "-wal"))
        #expect(chown(fixture.database + "-wal", 65534, 65534) == 0)
        #expect(code(fixture) == .untrusted)
        // Connections that are opened while the archive is in use are vetted as well.
        var taken: [Connection] = []
        while let more = archive.pool.takeSpare(1).first { taken.append(more) }
        #expect(taken.count <= 8)
        for connection in taken { archive.pool.give(connection) }
    }

    // MARK: - What it holds

    private func tamper(_ fixture: ArchiveFixture, _ statements: String) throws {
        try DatabaseQueue(path: fixture.database).writeWithoutTransaction { try $0.execute(sql: statements) }
    }

    @Test(arguments: [
        "CREATE TRIGGER harmless AFTER INSERT ON sources BEGIN DELETE FROM instances; END",
        "CREATE VIEW harmless AS SELECT * FROM instances",
        """
        PRAGMA writable_schema=ON; INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES ('trigger', 'sqlite_autoindex_sources_9', \
        'sources', 0, 'CREATE TRIGGER sqlite_autoindex_sources_9 AFTER INSERT ON sources BEGIN DELETE FROM instances; END')
        """,
        "PRAGMA writable_schema=ON; INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES ('view', 'sqlite_stat1', 'sqlite_stat1', 0, 'CREATE VIEW sqlite_stat1 AS SELECT 1')",
        "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE sqlite_sequence(name,seq DEFAULT (random()))' WHERE name = 'sqlite_sequence'",
    ])
    func `an archive with a trigger, a view or a table that dcmfs did not make is refused, whatever it is called`(statements: String) throws {
        for version in [Schema.version, 1] {
            let fixture = try made()
            try tamper(fixture, statements)
            try tamper(fixture, "PRAGMA user_version=\(version)")
            if version == 1, statements.contains("sqlite_sequence") { continue }
            #expect(code(fixture) == .notAnArchive)
            #expect(throws: ArchiveError.self) { try fixture.index() }
            try tamper(fixture, "PRAGMA user_version=\(Schema.version)")
            let rows = try DatabaseQueue(path: fixture.database).read { try Int.fetchOne($0, sql: "SELECT count(*) FROM instances") }
            #expect(rows == 1)
        }
    }

    @Test func `a connection runs no trigger, reads no view and changes no schema by hand`() throws {
        let fixture = try made()
        try tamper(fixture, "CREATE TABLE t (a); CREATE TRIGGER harm AFTER INSERT ON t BEGIN DELETE FROM instances; END; CREATE VIEW v AS SELECT 1 AS one")
        let connection = try Connection(path: fixture.database, readOnly: false)
        defer { connection.close() }
        try connection.execute("INSERT INTO t VALUES (1)")
        #expect(try connection.scalar("SELECT count(*) FROM instances") == 1)
        #expect(throws: ArchiveError.self) { try connection.scalar("SELECT one FROM v") }
        #expect(throws: ArchiveError.self) { try connection.execute("PRAGMA writable_schema=ON; DELETE FROM sqlite_schema") }
    }

    @Test func `a statement without an end ends when it is told to`() throws {
        let fixture = try made()
        let stop = StatementStop()
        let connection = try Connection(path: fixture.database, readOnly: true, stop: stop)
        defer { connection.close() }
        let started = ContinuousClock.now
        Thread.detachNewThread {
            usleep(100_000)
            stop.raise()
        }
        #expect {
            try connection.scalar("WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n")
        } throws: {
            ($0 as? ArchiveError)?.code == .interrupted
        }
        #expect(ContinuousClock.now - started < .seconds(20))
        // What is short goes on: a transaction that was interrupted can be undone.
        #expect(try connection.scalar("SELECT count(*) FROM instances") == 1)
    }

    // MARK: - A database that is none of ours

    @Test func `a foreign database given to index is an error, and closes no descriptor of anybody else`() throws {
        let fixture = try ArchiveFixture()
        try DatabaseQueue(path: fixture.database).write { try $0.execute(sql: "CREATE TABLE notes (text)") }
        // A descriptor that is closed twice closes what another thread has opened in between.
        let isDone = StatementStop()
        let wasRobbed = StatementStop()
        let threads = DispatchGroup()
        for _ in 0..<2 {
            threads.enter()
            Thread.detachNewThread {
                while !isDone.isRaised {
                    let descriptor = Glibc.open("/dev/null", O_RDONLY)
                    for _ in 0..<20 where fcntl(descriptor, F_GETFD) < 0 { wasRobbed.raise() }
                    close(descriptor)
                }
                threads.leave()
            }
        }
        for _ in 0..<200 {
            #expect { try Archive.open(path: Array(fixture.database.utf8), mode: .create) } throws: { ($0 as? ArchiveError)?.code == .notAnArchive }
        }
        isDone.raise()
        threads.wait()
        #expect(!wasRobbed.isRaised)
    }

    @Test func `a connection that was closed answers with an error`() throws {
        let fixture = try made()
        let connection = try Connection(path: fixture.database, readOnly: true)
        connection.close()
        connection.close()
        #expect(throws: ArchiveError.self) { try connection.execute("SELECT 1") }
        #expect(throws: ArchiveError.self) { try connection.statement(ReadSQL.totals) }
        #expect(throws: ArchiveError.self) { try connection.prepare("SELECT 1") }
        #expect(connection.lastInsertedID == 0)
    }

    @Test func `names do not depend on libcrypto`() {
        for length in Array(0...130) + [1000, 4096] {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            #expect(PlainSHA256.digest(bytes) == SHA256.digest(bytes), "\(length)")
        }
    }
}
