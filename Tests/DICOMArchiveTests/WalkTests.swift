import Foundation
import Glibc
import Testing

@testable import DICOMArchive

/// What the walk leaves out and follows.
@Suite struct WalkTests {
    private func source(_ number: Int) -> [UInt8] { dicom(instance: "1.2.3.1.\(number)", number: "\(number)") }

    @Test func `trash, snapshots and servers' own folders are left out and counted, unless they are asked for`() throws {
        let fixture = try ArchiveFixture()
        let names = [".Trash-1000", "$RECYCLE.BIN", "@eaDir", ".snapshot", ".snapshots", "lost+found", "System Volume Information"]
        for (index, name) in names.enumerated() { try fixture.write("a/\(name)/below/\(index)", source(index + 1)) }
        try fixture.write("a/lost+found.txt/1", source(20))
        let report = try fixture.index()
        #expect(report.new == 1 && report.excluded.values.reduce(0, +) == names.count && report.isBalanced)
        #expect(try fixture.index { $0.includes = [Array("@eaDir".utf8), Array("lost+found".utf8)] }.new == 2)
        // A path that is given is meant.
        #expect(try fixture.index([fixture.path("a/.snapshot")]).new == 1)
    }

    @Test func `what was indexed below a folder that is left out stays listed and counted, also with --prune, until forget`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("keep/1", source(1))
        try fixture.write("old/x/2", source(2))
        try fixture.index()
        let report = try fixture.index {
            $0.excludes = [Array("old".utf8)]
            $0.prunes = true
        }
        #expect(report.keptBelowExcluded == 1 && report.excluded == ["old": 1] && report.gone == 0 && report.unchanged == 1)
        #expect(try fixture.tree().count == 2)
        let archive = try fixture.open(.readWrite)
        #expect(try archive.forget(path: Array(fixture.path("old").utf8)) == 1)
        archive.close()
        #expect(try fixture.tree().count == 1)
    }

    @Test(arguments: [("*.tmp", 1), ("b/*.dcm", 1), ("b", 2), ("[", 0)])
    func `patterns are for names, with a slash for paths`(pattern: String, leftOut: Int) throws {
        let fixture = try ArchiveFixture()
        try fixture.write("a/1.dcm", source(1))
        try fixture.write("a/b/2.dcm", source(2))
        try fixture.write("a/b/3.tmp", source(3))
        #expect(try fixture.index { $0.excludes = [Array(pattern.utf8)] }.new == 3 - leftOut)
    }

    @Test func `links are followed within the paths: what they lead to is indexed once, and loops end`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("store/1", source(1))
        try fixture.write("outside/2", source(2))
        try FileManager.default.createDirectory(atPath: fixture.path("in/deep"), withIntermediateDirectories: true)
        try fixture.move("store", "in/.store")
        symlink("../.store/1", fixture.path("in/deep/one.dcm"))
        symlink("..", fixture.path("in/deep/loop"))
        symlink("../../outside", fixture.path("in/deep/out"))
        symlink("nowhere", fixture.path("in/deep/dangling"))
        let plain = try fixture.index([fixture.path("in")])
        #expect(plain.new == 1 && plain.skipped == ["symbolic-link": 4] && plain.followed == 0)
        let within = try fixture.index([fixture.path("in")]) { $0.links = .withinPaths }
        #expect(within.unchanged == 1 && within.followed == 2 && within.skipped == ["symbolic-link": 2])
        #expect(try fixture.problems().count == 2)
    }

    @Test func `links lead anywhere only when that is said, and each folder is indexed once`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("outside/a/1", source(1))
        try fixture.write("outside/b/2", source(2))
        try fixture.write("outside/b/3", source(3))
        try fixture.write("in/4", source(4))
        symlink("../outside/a", fixture.path("in/folder"))
        symlink("../outside/a", fixture.path("in/again"))
        symlink("../outside/b/2", fixture.path("in/file"))
        symlink("../../in", fixture.path("outside/a/back"))
        symlink("../../outside", fixture.path("outside/a/up"))
        let report = try fixture.index([fixture.path("in")]) { $0.links = .anywhere }
        #expect(report.failedPaths.isEmpty && report.isBalanced)
        #expect(try fixture.tree().count == 4)
        #expect(try fixture.problems().isEmpty)
        let archive = try fixture.open()
        defer { archive.close() }
        // A mount follows no links: it must find them where they lie.
        for id in Int64(1)...4 { #expect(try archive.openSource(of: id).size > 0) }
    }
}
