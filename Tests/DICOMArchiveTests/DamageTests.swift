import Foundation
import Glibc
import Testing

@testable import DICOMArchive

/// Damage is not deletion, and an identity that says nothing is not believed.
@Suite struct DamageTests {
    enum Damage: String, CaseIterable, CustomTestStringConvertible {
        case empty, garbage, garbageOfTheSameSizeAndTime, link, fifo, folder, truncatedToHeader
        var testDescription: String { rawValue }
    }

    private let bytes = dicom(instance: "1.2.3.1.1", payload: "the only copy")

    private func damage(_ path: String, _ damage: Damage) throws {
        var before = stat()
        try #require(stat(path, &before) == 0)
        switch damage {
        case .empty: try Data().write(to: URL(fileURLWithPath: path))
        case .garbage: try Data(repeating: 0x42, count: 700).write(to: URL(fileURLWithPath: path))
        case .garbageOfTheSameSizeAndTime:
            try Data(repeating: 0x42, count: bytes.count).write(to: URL(fileURLWithPath: path))
            try #require(utimensat(AT_FDCWD, path, [before.st_atim, before.st_mtim], 0) == 0)
        case .truncatedToHeader: try Data(bytes.prefix(140)).write(to: URL(fileURLWithPath: path))
        case .link:
            unlink(path)
            symlink("/etc/hostname", path)
        case .fifo:
            unlink(path)
            mkfifo(path, 0o600)
        case .folder:
            unlink(path)
            mkdir(path, 0o700)
        }
    }

    @Test(arguments: Damage.allCases)
    func `whatever becomes of a known source, its entry stays, is an error and is named, also with --prune`(_ kind: Damage) throws {
        let fixture = try ArchiveFixture()
        try fixture.write("1", bytes)
        try fixture.write("2", dicom(instance: "1.2.3.1.2", number: "2"))
        try fixture.index()
        let tree = try fixture.tree()
        try FileManager.default.copyItem(atPath: fixture.path("1"), toPath: fixture.folder + "/kept")
        try damage(fixture.path("1"), kind)
        for _ in 1...2 {
            let report = try fixture.index { $0.prunes = true }
            #expect(report.pruned == 0 && report.gone == 0 && report.unchanged == 1 && report.isBalanced)
            #expect(try fixture.tree() == tree)
        }
        let problems = try fixture.problems().filter { $0.reason == "unreadable" }
        #expect(problems.map(\.path) == [Array(fixture.path("1").utf8)] && problems.allSatisfy { !$0.message.isEmpty })
        let archive = try fixture.open()
        #expect(throws: ArchiveError.self) { try archive.openSource(of: 1) }
        #expect(try archive.counts().unreadable == 1)
        #expect(try archive.verify(onFinding: { _ in }).findings.keys.contains(.row) == false)
        archive.close()
        // It heals.
        try fixture.remove("1")
        try FileManager.default.copyItem(atPath: fixture.folder + "/kept", toPath: fixture.path("1"))
        try fixture.index()
        #expect(try fixture.tree() == tree && fixture.problems().isEmpty)
        #expect(try fixture.index().unchanged == 2)
    }

    /// Not in Swift's view of the C library.
    private static let setfsuid: (@convention(c) (uid_t) -> CInt)? = dlsym(nil, "setfsuid").map { unsafeBitCast($0, to: (@convention(c) (uid_t) -> CInt).self) }

    @Test(.enabled(if: getuid() == 0)) func `a source that may not be read or looked at is no deletion`() throws {
        let fixture = try ArchiveFixture()
        // The process is root's all the same.
        fixture.isTrusted = true
        try fixture.write("a/1", bytes)
        try fixture.write("b/2", dicom(instance: "1.2.3.1.2", number: "2"))
        try fixture.write("c/3", dicom(instance: "1.2.3.1.3", number: "3"))
        for path in [fixture.folder, fixture.sources, fixture.path("a"), fixture.path("b"), fixture.path("c")] { chown(path, 65534, 65534) }
        chmod(fixture.path("a/1"), 0o644)
        chmod(fixture.path("b/2"), 0o644)
        chmod(fixture.path("c/3"), 0o644)
        // Of this thread and those it starts: files are opened as somebody without rights of root.
        let become = try #require(Self.setfsuid)
        _ = become(65534)
        defer { _ = become(0) }
        #expect(try fixture.index().new == 3)
        let tree = try fixture.tree()
        chmod(fixture.path("a/1"), 0)
        chmod(fixture.path("b"), 0o400)
        chmod(fixture.path("c"), 0)
        let report = try fixture.index { $0.prunes = true }
        #expect(report.pruned == 0 && report.gone == 0 && report.isBalanced)
        #expect(try fixture.tree() == tree)
        chmod(fixture.path("b"), 0o700)
        chmod(fixture.path("c"), 0o700)
        chmod(fixture.path("a/1"), 0o644)
        try fixture.index { $0.prunes = true }
        #expect(try fixture.tree() == tree && fixture.problems().isEmpty)
    }

    @Test func `what is gone is pruned only below a path that was read`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("disk/1", bytes)
        try fixture.write("disk/2", dicom(instance: "1.2.3.1.2", number: "2"))
        try fixture.index([fixture.path("disk")])
        try fixture.remove("disk/1")
        #expect(try fixture.index([fixture.path("disk")]).gone == 1)
        // The disk is not mounted now.
        try fixture.remove("disk/2")
        let report = try fixture.index([fixture.path("disk")]) { $0.prunes = true }
        #expect(report.failedPaths.count == 1 && report.pruned == 0)
        #expect(try fixture.tree().count == 2)
    }

    // MARK: - Identities that say nothing

    /// The next run will find the file's times as the archive has them: so it is where a clock ticks once in two seconds.
    private func makeIdentityEqual(_ fixture: ArchiveFixture, _ name: String) throws {
        let archive = try fixture.open(.readWrite)
        defer { archive.close() }
        let writer = try IngestWriter(archive, options: IndexOptions())
        var source = try #require(try writer.findSource(1, Array(name.utf8)))
        source.identity = try #require(FileStatus(path: Array(fixture.path(name).utf8))).identity
        try writer.write(source, isNew: false)
        try writer.commit()
    }

    @Test func `a source rewritten in the second in which it was indexed is read again, and shown under its new patient`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("1", dicom(id: "P1", instance: "1.2.3.1.1"))
        try fixture.index { $0.youth = 2_000_000_000 }
        try fixture.write("1", dicom(id: "P2", instance: "1.2.3.1.1"))
        try makeIdentityEqual(fixture, "1")
        let archive = try fixture.open()
        #expect(try archive.verify(onFinding: { _ in }).young == 1)
        archive.close()
        try fixture.index()
        #expect(try fixture.tree() == ["P2/2024-01-31 Head/001 CT Axial/00001"])
        let parser = CountingParser()
        #expect(try fixture.index(parser: parser).unchanged == 1)
        #expect(parser.count == 0)
    }

    @Test func `an old identity is trusted, a young one for one run only not`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("1", bytes)
        let parser = CountingParser()
        try fixture.index(parser: parser) { $0.youth = 2_000_000_000 }
        #expect(try fixture.index(parser: parser).unchanged == 1)
        #expect(parser.count == 2)
        #expect(try fixture.index(parser: parser).unchanged == 1)
        #expect(parser.count == 2)
    }

    @Test func `the same size and time with another time of change is read, and never counted as unchanged`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("1", dicom(id: "P1", instance: "1.2.3.1.1"))
        try fixture.write("2", dicom(instance: "1.2.3.1.2", number: "2", payload: "one"))
        try fixture.index()
        for (name, bytes) in [("1", dicom(id: "P2", instance: "1.2.3.1.1")), ("2", dicom(instance: "1.2.3.1.2", number: "2", payload: "two"))] {
            var before = stat()
            try #require(stat(fixture.path(name), &before) == 0)
            try fixture.write(name, bytes)
            try #require(utimensat(AT_FDCWD, fixture.path(name), [before.st_atim, before.st_mtim], 0) == 0)
        }
        let report = try fixture.index()
        #expect(report.changed == 2 && report.unchanged == 0 && report.isBalanced)
        #expect(try fixture.tree().contains("P2/2024-01-31 Head/001 CT Axial/00001"))
    }

    @Test func `what something happened to is read, whatever its times say`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("1", dicom(id: "P1", instance: "1.2.3.1.1"))
        try fixture.index()
        try fixture.write("1", dicom(id: "P2", instance: "1.2.3.1.1"))
        try makeIdentityEqual(fixture, "1")
        #expect(try fixture.index().unchanged == 1)
        var asked: [Bool] = []
        try fixture.index {
            $0.isTouched = { _, willRead in
                asked.append(willRead)
                return true
            }
        }
        #expect(asked == [false, true])
        #expect(try fixture.tree() == ["P2/2024-01-31 Head/001 CT Axial/00001"])
    }

    @Test func `a watcher remembers what something happened to until it is read`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("1", bytes)
        let watcher = try FolderWatcher([Array(fixture.sources.utf8)]) { _ in false }
        let path = Array(fixture.path("1").utf8)
        #expect(!watcher.isTouched(path, willRead: false))
        try fixture.write("1", bytes)
        while watcher.wait(milliseconds: 100) {}
        #expect(watcher.isTouched(path, willRead: false) && watcher.isTouched(path, willRead: true))
        #expect(!watcher.isTouched(path, willRead: false))
    }

    @Test(arguments: [true, false]) func `digests and copies of giant sparse files end when they are asked to, and leave the archive whole`(isCopy: Bool) throws {
        let fixture = try ArchiveFixture()
        try fixture.write("1", bytes)
        try #require(truncate(fixture.path("1"), 1 << 40) == 0)
        let start = monotonicNs()
        do {
            try fixture.index {
                if isCopy { $0.copyTo = Array((fixture.folder + "/copies").utf8) } else { $0.takesDigests = true }
                $0.isCancelled = { monotonicNs() - start > 500_000_000 }
            }
            Issue.record("it was not ended")
        } catch let error as ArchiveError {
            #expect(error.code == .interrupted)
        }
        #expect(monotonicNs() - start < 60_000_000_000)
        let archive = try fixture.open()
        defer { archive.close() }
        #expect(try archive.verify(onFinding: { Issue.record("\($0)") }).isIntact)
        #expect(try archive.orphanedCopies().files == 0)
    }

    @Test func `totals are counted in integers`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("1", bytes)
        try fixture.index()
        let archive = try fixture.open(.readWrite)
        defer { archive.close() }
        let connection = try #require(try archive.writer?.connection())
        // No floating-point number is this one.
        try connection.execute("UPDATE instances SET size = 9007199254740993")
        #expect(try connection.countedTotals().instanceBytes == 9_007_199_254_740_993)
        try connection.execute("UPDATE instances SET size = 9223372036854775807")
        #expect(try connection.countedTotals().instanceBytes == .max)
    }
}
