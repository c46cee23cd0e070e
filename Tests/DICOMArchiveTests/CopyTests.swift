import Foundation
import Glibc
import Testing

@testable import DICOMArchive

/// `index --copy-to`.
@Suite struct CopyTests {
    private func filled() throws -> ArchiveFixture {
        let fixture = try ArchiveFixture()
        for number in 1...3 { try fixture.write("cd/\(number)", dicom(instance: "1.2.3.1.\(number)", number: "\(number)")) }
        return fixture
    }

    private func copying(_ store: String) -> (inout IndexOptions) -> Void { { $0.copyTo = Array(store.utf8) } }

    private func counts(_ fixture: ArchiveFixture) throws -> (ArchiveCounts, OrphanedCopies) {
        let archive = try fixture.open()
        defer { archive.close() }
        return (try archive.counts(), try archive.orphanedCopies())
    }

    @Test func `a folder of copies inside the folder that is indexed is no source, now and later`() throws {
        let fixture = try filled()
        let store = fixture.path("copies")
        for run in 1...3 {
            let report = try fixture.index(nil, copying(store))
            #expect(report.failedPaths.isEmpty && report.found == 3 && report.copied == (run == 1 ? 3 : 0) && report.isBalanced)
        }
        let report = try fixture.index { $0.prunes = true }
        #expect(report.unchanged == 3 && report.found == 3 && report.gone == 0 && report.pruned == 0)
        let (found, orphans) = try counts(fixture)
        #expect(found.copies == 3 && found.duplicates == 0 && orphans.files == 0)
        #expect(try fixture.index([store]).failedPaths.count == 1)
        // The copies serve when the sources are away.
        try fixture.remove("cd")
        let archive = try fixture.open()
        defer { archive.close() }
        #expect(try archive.openSource(of: 1).size > 0)
    }

    @Test func `a folder that was indexed is not taken for copies`() throws {
        let fixture = try filled()
        try fixture.index([fixture.path("cd")])
        chmod(fixture.path("cd"), 0o700)
        #expect(throws: ArchiveError.self) { try fixture.index([fixture.path("cd")], copying(fixture.path("cd"))) }
    }

    @Test func `what a killed run left half written is removed by the next, and what no row names is counted`() throws {
        let fixture = try filled()
        let store = fixture.folder + "/copies"
        try fixture.index(nil, copying(store))
        let folder = try #require(try FileManager.default.contentsOfDirectory(atPath: store).first)
        try Data("half".utf8).write(to: URL(fileURLWithPath: "\(store)/\(folder)/.partial-123"))
        try Data("whole".utf8).write(to: URL(fileURLWithPath: "\(store)/\(folder)/orphan.dcm"))
        #expect(try counts(fixture).1 == OrphanedCopies(files: 2, bytes: 9))
        let report = try fixture.index(nil, copying(store))
        #expect(report.found == 3 && report.copied == 0)
        #expect(try counts(fixture).1 == OrphanedCopies(files: 1, bytes: 5))
    }

    @Test func `one that is being written by another run stays`() throws {
        let fixture = try filled()
        let store = fixture.folder + "/copies"
        try fixture.index(nil, copying(store))
        let folder = try #require(try FileManager.default.contentsOfDirectory(atPath: store).first)
        let path = "\(store)/\(folder)/.partial-123"
        let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
        defer { close(descriptor) }
        try #require(CopyStore.lock(descriptor))
        try fixture.index(nil, copying(store))
        #expect(access(path, F_OK) == 0)
    }

    @Test func `a folder of copies that others may enter is refused with the remedy, and a new one is the owner's alone`() throws {
        let fixture = try filled()
        let store = fixture.folder + "/copies"
        try fixture.index(nil, copying(store))
        var status = stat()
        #expect(stat(store, &status) == 0 && status.st_mode & 0o777 == 0o700)
        chmod(store, 0o755)
        do {
            try fixture.index(nil, copying(store))
            Issue.record("a folder of mode 0755 was taken")
        } catch let error as ArchiveError {
            #expect(error.message.contains("chmod 700"))
        }
    }

    @Test(.enabled(if: getuid() == 0)) func `a folder of copies of another user is refused`() throws {
        let fixture = try filled()
        let store = fixture.folder + "/copies"
        mkdir(store, 0o700)
        chown(store, 65534, 65534)
        #expect(throws: ArchiveError.self) { try fixture.index(nil, copying(store)) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: store).isEmpty)
    }

    @Test func `a run that fails leaves no copies that nobody counts`() throws {
        let fixture = try filled()
        let store = fixture.folder + "/copies"
        #expect(throws: ArchiveError.self) {
            try fixture.index {
                $0.copyTo = Array(store.utf8)
                $0.onProgress = { progress throws(ArchiveError) in
                    if progress.found > 0 { throw ArchiveError(.system, "no space left", errno: ENOSPC) }
                }
            }
        }
        #expect(try counts(fixture).1.files == 0)
        #expect(try fixture.index(nil, copying(store)).copied == 3)
    }
}
