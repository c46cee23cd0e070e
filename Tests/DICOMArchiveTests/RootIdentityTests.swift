import Foundation
import Glibc
import TestSupport
import Testing

@testable import DICOMArchive

/// A folder that was exchanged for another one is never read.
@Suite struct RootIdentityTests {
    private let bytes = dicom(instance: "1.2.3.1.1", payload: "what was indexed")

    /// One source in a folder apart from the archive, and another folder with a file of the same name, size and time.
    private func filled() throws -> ArchiveFixture {
        let fixture = try ArchiveFixture(apart: true)
        try fixture.write("a/disk/sub/1", bytes)
        try fixture.write("evil/sub/1", [UInt8](repeating: 0x53, count: bytes.count))
        try setTime(fixture.path("evil/sub/1"), as: fixture.path("a/disk/sub/1"))
        return fixture
    }

    private func setTime(_ path: String, as other: String) throws {
        var status = stat()
        try #require(stat(other, &status) == 0)
        try #require(utimensat(AT_FDCWD, path, [status.st_atim, status.st_mtim], 0) == 0)
    }

    private func opening(_ fixture: ArchiveFixture, _ strict: SourceStrictness = .sizeAndTime) throws -> ArchiveError? {
        let archive = try fixture.open()
        defer { archive.close() }
        do throws(ArchiveError) {
            _ = try archive.openSource(of: 1, strict: strict)
            return nil
        } catch {
            return error
        }
    }

    private func verified(_ fixture: ArchiveFixture) throws -> [VerifyFinding] {
        let archive = try fixture.open()
        defer { archive.close() }
        nonisolated(unsafe) var findings: [VerifyFinding] = []
        _ = try archive.verify { findings.append($0) }
        return findings
    }

    private func type(of path: String) throws -> String {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(descriptor) }
        return FilesystemIdentity(descriptor: descriptor, device: 0).type
    }

    /// Changes the row of the only root.
    private func change(_ fixture: ArchiveFixture, _ body: (inout RootRecord) -> Void) throws {
        let archive = try fixture.open(.readWrite)
        defer { archive.close() }
        let writer = try IngestWriter(archive, options: IndexOptions())
        let roots = try Roots(archive, writer.connection)
        var record = try #require(roots.known.first?.record)
        body(&record)
        try roots.update(record)
    }

    @Test(arguments: ["a/disk", "a"])
    func `a root that a symbolic link leads away from is an error that names it, for a mount, verify, problems and index`(link: String) throws {
        let fixture = try filled()
        try fixture.index([fixture.path("a/disk")])
        try fixture.move(link, "moved")
        if link == "a" { try fixture.move("evil", "evil2/disk") }
        symlink(fixture.path(link == "a" ? "evil2" : "evil"), fixture.path(link))
        let error = try #require(try opening(fixture))
        #expect(error.code == .otherFolder && error.errno == EIO && error.message.contains(fixture.path("a/disk")))
        #expect(try verified(fixture).contains { $0.message.contains("another folder") })
        let archive = try fixture.open()
        #expect(try archive.problems(looking: true).contains { $0.reason == "other-folder" && $0.path == Array(fixture.path("a/disk").utf8) })
        archive.close()

        let before = try fixture.dump()
        let parser = CountingParser()
        let report = try fixture.index([fixture.path("a/disk")], parser: parser) { $0.prunes = true }
        #expect(report.failedPaths.count == 1 && report.failedPaths[0].contains("leads elsewhere") && parser.count == 0)
        #expect(try fixture.dump() == before)
    }

    @Test func `a path that is given through a link is followed, until a link stands where a folder was indexed`() throws {
        let fixture = try filled()
        symlink(fixture.path("a"), fixture.path("way"))
        #expect(try fixture.index([fixture.path("way/disk")]).new == 1)
        #expect(try fixture.index([fixture.path("way/disk")]).unchanged == 1)
        try fixture.move("a/disk", "moved")
        symlink("../evil", fixture.path("a/disk"))
        let parser = CountingParser()
        #expect(try fixture.index([fixture.path("way/disk")], parser: parser).failedPaths.count == 1)
        #expect(parser.count == 0)
    }

    @Test func `a folder below a path that became a link is an error, its entries stay whatever is asked for, and nothing of it is read`() throws {
        let fixture = try filled()
        try fixture.index([fixture.path("a")])
        try fixture.move("a/disk/sub", "moved")
        symlink("../../evil/sub", fixture.path("a/disk/sub"))
        try fixture.write("a/new", dicom(instance: "1.2.3.1.2", number: "2"))
        let parser = CountingParser()
        let report = try fixture.index([fixture.path("a")], parser: parser) { $0.prunes = true }
        #expect(report.failedFolders.count == 1 && report.gone == 0 && report.new == 1 && parser.count == 1)
        #expect(try fixture.tree().count == 2)
        #expect(try fixture.problems().contains { $0.reason == "other-folder" })
    }

    @Test func `another folder in the place of a root is an error until relocate says that it is the right one`() throws {
        let fixture = try filled()
        let root = fixture.path("a/disk")
        try fixture.index([root])
        try fixture.move("a/disk", "moved")
        try fixture.write("a/disk/sub/1", bytes)
        try setTime(fixture.path("a/disk/sub/1"), as: fixture.path("moved/sub/1"))
        #expect(try opening(fixture)?.code == .otherFolder)
        let parser = CountingParser()
        #expect(try fixture.index([root], parser: parser).failedPaths.count == 1)
        #expect(parser.count == 0)
        let archive = try fixture.open(.readWrite)
        #expect(try archive.relocate(from: Array(root.utf8), to: Array(root.utf8)) == 1)
        archive.close()
        #expect(try opening(fixture) == nil)
        #expect(try fixture.index([root]).failedPaths.isEmpty)
    }

    @Test func `a folder that was moved and left a link behind is relocated, and forgotten, by its old path`() throws {
        let fixture = try filled()
        try fixture.index([fixture.path("a/disk")])
        try fixture.move("a/disk", "big/disk")
        symlink(fixture.path("big/disk"), fixture.path("a/disk"))
        #expect(try fixture.index([fixture.path("a/disk")]).failedPaths.first?.contains("relocate") == true)
        let archive = try fixture.open(.readWrite)
        #expect(try archive.relocate(from: Array(fixture.path("a/disk").utf8), to: Array(fixture.path("big/disk").utf8)) == 1)
        #expect(try archive.openSource(of: 1, strict: .whereKept).size == Int64(bytes.count))
        archive.close()
        // The link is no folder of the archive any more.
        #expect(try fixture.index([fixture.path("a/disk")]).unchanged == 1)
        try fixture.move("big/disk", "bigger")
        symlink(fixture.path("bigger"), fixture.path("big/disk"))
        let again = try fixture.open(.readWrite)
        defer { again.close() }
        #expect(try again.forget(path: Array(fixture.path("big/disk").utf8)) == 1)
    }

    @Test func `a changed device number alone is no error`() throws {
        let fixture = try filled()
        try fixture.index([fixture.path("a/disk")])
        try change(fixture) { $0.device ^= 0x77 }
        #expect(try opening(fixture) == nil)
        let report = try fixture.index([fixture.path("a/disk")])
        #expect(report.failedPaths.isEmpty && report.unchanged == 1)
    }

    @Test func `a folder on another filesystem than it was is an error that names both`() throws {
        let fixture = try filled()
        try fixture.index([fixture.path("a/disk")])
        try change(fixture) { $0.filesystem = Array("ext9 1-2-3".utf8) }
        let error = try #require(try opening(fixture))
        #expect(error.code == .otherFolder && error.message.contains("ext9 1-2-3"))
        #expect(try fixture.index([fixture.path("a/disk")]).failedPaths.first?.contains("ext9 1-2-3") == true)
    }

    @Test(.enabled(if: getuid() == 0, "only root can mount a disk"))
    func `a filesystem that is mounted over a root is another folder, the same folder mounted again is not`() throws {
        let fixture = try filled()
        let disk = fixture.path("a/disk")
        try fixture.index([disk])
        defer { while (try? Finished.run("/bin/umount", ["-l", disk]))?.status == 0 {} }
        #expect(try Finished.run("/bin/mount", ["--bind", disk, disk]).status == 0)
        #expect(try opening(fixture, .whereKept) == nil)
        #expect(try fixture.index([disk]).unchanged == 1)
        #expect(try Finished.run("/bin/mount", ["-t", "tmpfs", "tmpfs", disk]).status == 0)
        try fixture.write("a/disk/sub/1", bytes)
        try setTime(fixture.path("a/disk/sub/1"), as: fixture.path("evil/sub/1"))
        #expect(try opening(fixture)?.code == .otherFolder)
        let parser = CountingParser()
        #expect(try fixture.index([disk], parser: parser) { $0.prunes = true }.failedPaths.count == 1)
        #expect(parser.count == 0)
        #expect(try Finished.run("/bin/umount", [disk]).status == 0)
        #expect(try opening(fixture, .whereKept) == nil)
    }

    @Test(.enabled(if: getuid() == 0, "only root can mount a disk"))
    func `a filesystem that is mounted over a folder below a root serves nothing of it`() throws {
        let fixture = try filled()
        try fixture.index([fixture.path("a")])
        let folder = fixture.path("a/disk/sub")
        defer { while (try? Finished.run("/bin/umount", ["-l", folder]))?.status == 0 {} }
        #expect(try Finished.run("/bin/mount", ["-t", "tmpfs", "tmpfs", folder]).status == 0)
        try fixture.write("a/disk/sub/1", bytes)
        try setTime(fixture.path("a/disk/sub/1"), as: fixture.path("evil/sub/1"))
        let report = try fixture.index([fixture.path("a")]) { $0.prunes = true }
        #expect(report.gone == 0 && report.pruned == 0)
        #expect(try fixture.tree().count == 1)
        let error = try opening(fixture)
        let isOther = try type(of: fixture.sources) != "tmpfs"
        if isOther { #expect(error?.code == .otherFolder) }
    }

    @Test func `identities of filesystems differ by type, and by UUID where both are known`() throws {
        let descriptor = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(descriptor) }
        let status = try #require(FileStatus(descriptor: descriptor))
        let identity = FilesystemIdentity(descriptor: descriptor, device: status.device)
        #expect(identity.matches(identity.text) && identity.matches(Array(identity.type.utf8)))
        #expect(!identity.matches(Array("other".utf8)) && !identity.matches([]))
        if !identity.uuid.isEmpty { #expect(!identity.matches(Array("\(identity.type) other".utf8)) && identity.proves(identity.text)) }
    }

    @Test func `an archive of an older schema takes its roots as they are at the next index`() throws {
        let fixture = try filled()
        try fixture.index([fixture.path("a/disk")])
        try change(fixture) { ($0.inode, $0.filesystem) = (nil, nil) }
        try fixture.move("a/disk", "moved")
        try fixture.move("moved", "a/disk")
        #expect(try opening(fixture) == nil)
        #expect(try fixture.index([fixture.path("a/disk")]).unchanged == 1)
        let archive = try fixture.open()
        defer { archive.close() }
        #expect(try archive.roots().allSatisfy { $0.record.filesystem != nil })
    }

    @Test func `an archive that travels with its folder goes on working, and is reached without links all the same`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("1", bytes)
        try fixture.index()
        let copy = fixture.folder + "-copy"
        defer { try? FileManager.default.removeItem(atPath: copy) }
        let copying = Process()
        copying.executableURL = URL(fileURLWithPath: "/bin/cp")
        copying.arguments = ["-a", fixture.folder, copy]
        try copying.run()
        copying.waitUntilExit()
        let archive = try Archive.open(path: Array("\(copy)/archive.db".utf8), mode: .readOnly)
        defer { archive.close() }
        for strict in [SourceStrictness.sizeAndTime, .whereKept] { #expect(try archive.openSource(of: 1, strict: strict).size == Int64(bytes.count)) }
        try FileManager.default.moveItem(atPath: copy + "/sources", toPath: copy + "/moved")
        symlink("moved", copy + "/sources")
        #expect(throws: ArchiveError.self) { try archive.openSource(of: 1) }
    }

    @Test func `an inode or time of change that differs is refused by strict, and named in problems and by verify`() throws {
        let fixture = try filled()
        try fixture.index([fixture.path("a/disk")])
        #expect(try opening(fixture, .whereKept) == nil && verified(fixture).isEmpty)
        chmod(fixture.path("a/disk/sub/1"), 0o640)
        #expect(try opening(fixture) == nil)
        #expect(try opening(fixture, .whereKept)?.code == .sourceChanged)
        #expect(try verified(fixture).map(\.kind) == [.changed])
        let archive = try fixture.open()
        #expect(try archive.problemFile(named: Array("touched.txt".utf8)) == nil)
        #expect(try archive.problems(looking: true).map(\.reason) == ["touched"])
        let text = try #require(try archive.problemFile(named: Array("touched.txt".utf8)))
        #expect(String(decoding: text, as: UTF8.self).contains("run dcmfs index"))
        #expect(try archive.problemReasons().map(\.name) == [Array("touched.txt".utf8)])
        archive.close()
        #expect(try fixture.index([fixture.path("a/disk")]).changed == 1)
        #expect(try opening(fixture, .whereKept) == nil)
    }
}
