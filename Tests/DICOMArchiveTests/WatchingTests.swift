import Foundation
import Glibc
import Testing

@testable import DICOMArchive

/// What `index --watch` knows of folders that change.
@Suite final class WatchingTests {
    let root: [UInt8]

    init() throws {
        let path = NSTemporaryDirectory() + "dcmfs-watch-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path + "/below", withIntermediateDirectories: true)
        root = Array(path.utf8)
        try Data("x".utf8).write(to: URL(fileURLWithPath: path + "/below/first"))
    }

    deinit { try? FileManager.default.removeItem(atPath: path("")) }

    private func path(_ name: String) -> String { String(decoding: root, as: UTF8.self) + "/" + name }
    private func bytes(_ name: String) -> [UInt8] { Array(path(name).utf8) }

    private func changes(_ watcher: FolderWatcher) -> [String] {
        while watcher.wait(milliseconds: 100) {}
        let prefix = root.count
        return watcher.takeChanged().map { String(decoding: $0.dropFirst(prefix), as: UTF8.self) }
    }

    private func age(_ name: String) throws {
        let old = [timeval(tv_sec: time(nil) - 100, tv_usec: 0), timeval(tv_sec: time(nil) - 100, tv_usec: 0)]
        try #require(utimes(path(name), old) == 0)
    }

    @Test func `a file is incomplete until its writer closes it`() throws {
        let watcher = try FolderWatcher([root]) { _ in false }
        let descriptor = open(path("below/slow"), O_WRONLY | O_CREAT, 0o600)
        write(descriptor, "abc", 3)
        #expect(changes(watcher) == ["/below"])
        #expect(watcher.isIncomplete(bytes("below/slow"), mtimeNs: 0))
        close(descriptor)
        #expect(changes(watcher) == ["/below"])
        #expect(!watcher.isIncomplete(bytes("below/slow"), mtimeNs: nowNs()))
    }

    @Test func `a file renamed into its place is complete at once, one of unknown origin after two seconds`() throws {
        let watcher = try FolderWatcher([root]) { _ in false }
        #expect(watcher.isIncomplete(bytes("below/first"), mtimeNs: nowNs()))
        #expect(!watcher.isIncomplete(bytes("below/first"), mtimeNs: nowNs() - 3_000_000_000))
        #expect(!watcher.isIncomplete(bytes("below/first"), mtimeNs: .max / 2))
        try #require(rename(path("below/first"), path("below/second")) == 0)
        #expect(changes(watcher) == ["/below"])
        #expect(!watcher.isIncomplete(bytes("below/second"), mtimeNs: nowNs()))
    }

    @Test func `new folders are followed, whatever they already hold`() throws {
        let watcher = try FolderWatcher([root]) { _ in false }
        try FileManager.default.createDirectory(atPath: path("a/b/c"), withIntermediateDirectories: true)
        try Data("x".utf8).write(to: URL(fileURLWithPath: path("a/b/c/file")))
        #expect(changes(watcher) == [""])
        try Data("y".utf8).write(to: URL(fileURLWithPath: path("a/b/c/later")))
        #expect(changes(watcher) == ["/a/b/c"])
        try #require(rename(path("a/b"), path("a/moved")) == 0)
        _ = changes(watcher)
        try Data("z".utf8).write(to: URL(fileURLWithPath: path("a/moved/c/after")))
        #expect(changes(watcher) == ["/a/moved/c"])
    }

    @Test(arguments: [true, false]) func `a root that comes back is followed again`(isDeleted: Bool) throws {
        let watcher = try FolderWatcher([root]) { _ in false }
        watcher.watchReturnedRoots()
        #expect(changes(watcher).isEmpty)
        if isDeleted {
            try FileManager.default.removeItem(atPath: path(""))
        } else {
            try #require(rename(path(""), String(decoding: root, as: UTF8.self) + "-away") == 0)
        }
        defer { try? FileManager.default.removeItem(atPath: String(decoding: root, as: UTF8.self) + "-away") }
        _ = changes(watcher)
        watcher.watchReturnedRoots()
        #expect(changes(watcher).isEmpty)
        try FileManager.default.createDirectory(atPath: path("new"), withIntermediateDirectories: true)
        watcher.watchReturnedRoots()
        #expect(changes(watcher) == [""])
        try Data("x".utf8).write(to: URL(fileURLWithPath: path("new/file")))
        #expect(changes(watcher) == ["/new"])
    }

    @Test func `a folder that is gone or empty is answered by the one above it`() throws {
        let watcher = try FolderWatcher([root]) { _ in false }
        try Data("x".utf8).write(to: URL(fileURLWithPath: path("beside")))
        _ = changes(watcher)
        unlink(path("below/first"))
        #expect(changes(watcher) == [""])
        rmdir(path("below"))
        #expect(changes(watcher) == [""])
        watcher.remember(bytes("below/deep/deeper"))
        #expect(watcher.takeChanged() == [root])
    }

    @Test func `folders below another that changed are not named twice`() throws {
        let watcher = try FolderWatcher([root]) { _ in false }
        try Data("x".utf8).write(to: URL(fileURLWithPath: path("beside")))
        try Data("x".utf8).write(to: URL(fileURLWithPath: path("below/other")))
        #expect(changes(watcher) == [""])
    }

    @Test func `the archive's own files change nothing`() throws {
        let own = bytes("archive.db")
        let watcher = try FolderWatcher([root]) { $0.starts(with: own) }
        try Data("x".utf8).write(to: URL(fileURLWithPath: path("archive.db-wal")))
        #expect(changes(watcher).isEmpty)
    }

    @Test func `the indexer leaves incomplete files alone, known or new`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("in/a.dcm", dicom(instance: "1.2.1"))
        try fixture.write("in/b.dcm", dicom(instance: "1.2.2", number: "2"))
        let slow: (inout IndexOptions) -> Void = { $0.isIncomplete = { path, _ in path.suffix(5).elementsEqual("b.dcm".utf8) } }
        let report = try fixture.index(nil, slow)
        #expect(report.new == 1 && report.waiting == 1 && report.isBalanced)
        #expect(try fixture.index().new == 1)
        let again = try fixture.index(nil, slow)
        #expect(again.unchanged == 2 && again.waiting == 0)
    }
}
