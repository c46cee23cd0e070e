import Foundation
import Testing

@testable import DICOMArchive

/// forget, relocate, verify.
@Suite struct MaintenanceTests {
    private func filled() throws -> ArchiveFixture {
        let fixture = try ArchiveFixture()
        try fixture.write("disk/a/1", dicom(instance: "1.1"))
        try fixture.write("disk/a/2", dicom(instance: "1.2", number: "2"))
        try fixture.write("disk/b/3", dicom(id: "P2", name: "Roe", birth: "19800101", study: "2", series: "2.1", instance: "2.1.1"))
        return fixture
    }

    private func with<Result>(_ fixture: ArchiveFixture, _ body: (Archive) throws -> Result) throws -> Result {
        let archive = try fixture.open(.readWrite)
        defer { archive.close() }
        return try body(archive)
    }

    @Test func forgettingDropsRowsAndNeverFiles() throws {
        let fixture = try filled()
        try fixture.index()
        #expect(try with(fixture) { try $0.forget(path: Array(fixture.path("disk/b").utf8)) } == 1)
        #expect(try fixture.tree().count == 2)
        #expect(FileManager.default.fileExists(atPath: fixture.path("disk/b/3")))
        #expect(try with(fixture) { try $0.forget(path: Array(fixture.path("disk/a/1").utf8)) } == 1)
        #expect(try with(fixture) { try $0.forget(path: Array(fixture.path("disk/no").utf8)) } == 0)
        try fixture.remove("disk/a/2")
        try fixture.index([fixture.path("disk")])
        #expect(try with(fixture) { try $0.forgetGone() } == 1)
        let archive = try fixture.open()
        defer { archive.close() }
        #expect(try archive.counts().gone == 0 && archive.counts().instances == 2)
    }

    @Test func `S9 a relocated disk keeps names and ids`() throws {
        let fixture = try filled()
        try fixture.index([fixture.path("disk")])
        let before = try fixture.instances()
        try fixture.move("disk", "mnt/elsewhere")
        #expect(throws: ArchiveError.self) {
            try with(fixture) { try $0.relocate(from: Array(fixture.path("disk").utf8), to: Array(fixture.sources.utf8)) }
        }
        #expect(try with(fixture) { try $0.relocate(from: Array(fixture.path("disk").utf8), to: Array(fixture.path("mnt/elsewhere").utf8)) } == 2)
        let archive = try fixture.open()
        #expect(try archive.openSource(of: before[0].id, strict: .always).size == before[0].size)
        archive.close()
        let report = try fixture.index([fixture.path("mnt/elsewhere")])
        #expect(report.unchanged == 3 && report.isBalanced && report.new == 0)
        #expect(try fixture.instances() == before)
    }

    @Test func aFolderBelowARootCanBeRelocated() throws {
        let fixture = try filled()
        try fixture.index([fixture.path("disk")])
        try fixture.move("disk/b", "other/b")
        #expect(try with(fixture) { try $0.relocate(from: Array(fixture.path("disk/b").utf8), to: Array(fixture.path("other/b").utf8)) } == 1)
        #expect(try fixture.index([fixture.path("disk")]).gone == 0)
        #expect(try fixture.index([fixture.path("other/b")]).unchanged == 1)
    }

    @Test func `S1 R7 verify finds what changed and what is gone`() throws {
        let fixture = try filled()
        try fixture.index { $0.takesDigests = true }
        func findings() throws -> [VerifyFinding.Kind: Int] {
            let archive = try fixture.open()
            defer { archive.close() }
            return try archive.verify(onFinding: { _ in }).findings
        }
        #expect(try findings().isEmpty)
        try fixture.remove("disk/a/1")
        try fixture.write("disk/a/2", dicom(instance: "1.2", number: "2", payload: "more"))
        let path = fixture.path("disk/b/3")
        var status = stat()
        #expect(stat(path, &status) == 0)
        let descriptor = open(path, O_RDWR)
        var byte: UInt8 = 0
        #expect(pread(descriptor, &byte, 1, status.st_size - 2) == 1)
        byte ^= 1
        #expect(pwrite(descriptor, &byte, 1, status.st_size - 2) == 1)
        #expect(futimens(descriptor, [status.st_atim, status.st_mtim]) == 0)
        close(descriptor)
        #expect(try findings() == [.missing: 1, .changed: 1, .digest: 1])
    }
}
