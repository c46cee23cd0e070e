import DICOM
import Foundation
import Glibc
import TestSupport
import Testing

/// `-o mtime=study`.
@Suite(.serialized, .enabled(if: MountedTree.isPossible), .timeLimit(.minutes(5))) struct StudyTimeMountTests {
    private let modified: Int = 1_600_000_000

    /// One study of one instance each, from date and time; their sources are of one moment.
    private func makeTree(_ studies: [(date: String, time: String)]) throws -> MountedTree {
        let tree = try MountedTree(indexing: [])
        try FileManager.default.createDirectory(atPath: tree.folder + "/sources", withIntermediateDirectories: true)
        for (number, study) in studies.enumerated() { try write(number, study.date, study.time, text: "first", tree) }
        try index(tree)
        return tree
    }

    private func index(_ tree: MountedTree) throws {
        let result = try Finished.run(MountedTree.program("dcmfs"), ["index", "--quiet", "--names=plain", tree.archive, tree.folder + "/sources"])
        #expect(result.status == 0, "\(result.errors)")
    }

    private func write(_ number: Int, _ date: String, _ time: String, text: String, _ tree: MountedTree, modified: Int? = nil) throws {
        var dataset = DICOMWriter()
        dataset.element(.sopClassUID, .UI, "1.2.840.10008.5.1.4.1.1.66")
        dataset.element(.sopInstanceUID, .UI, "1.2.3.4.\(number)")
        dataset.element(.studyDate, .DA, date)
        dataset.element(Tag(0x0008, 0x0030), .TM, time)
        dataset.element(.modality, .CS, "OT")
        dataset.element(Tag(0x0008, 0x1030), .LO, text)
        dataset.element(.patientID, .LO, "P\(number)")
        dataset.element(.studyInstanceUID, .UI, "1.2.3.\(number)")
        dataset.element(.seriesInstanceUID, .UI, "1.2.3.\(number).1")
        let path = "\(tree.folder)/sources/\(number)"
        try Data(dataset.part10("1.2.840.10008.1.2.1", instance: "1.2.3.4.\(number)")).write(to: URL(fileURLWithPath: path))
        var times = Array(repeating: timespec(tv_sec: modified ?? self.modified, tv_nsec: 0), count: 2)
        #expect(utimensat(AT_FDCWD, path, &times, 0) == 0)
    }

    private func source(_ number: Int, in tree: MountedTree) throws -> String {
        try #require(try tree.files("patients/P\(number)").first { $0.hasSuffix(".dcm") })
    }

    /// `YYYYMMDDhhmmss` in local time.
    private func digits(_ time: timespec) -> String {
        var (seconds, parts) = (time.tv_sec, tm())
        localtime_r(&seconds, &parts)
        return String(
            format: "%04d%02d%02d%02d%02d%02d", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec)
    }

    @Test func `files and folders of a study show its date and time, and what has none the time of its source`() throws {
        let tree = try makeTree([
            ("20240131", "101112.5"), ("19650203", "0405"), ("20501231", ""), ("", "1200"), ("20241399", "1200"), ("99990101", "12"),
        ])
        try tree.mount(["-o", "mtime=study"])
        for (number, shown) in ["20240131101112", "19650203040500", "20501231000000"].enumerated() {
            let file = try source(number, in: tree)
            let series = (file as NSString).deletingLastPathComponent
            for path in [file, file.dropLast(3) + "txt", series, (series as NSString).deletingLastPathComponent] {
                let status = try #require(MountedTree.status(path))
                #expect(digits(status.st_mtim) == shown, "\(path)")
                #expect(status.st_mtim.tv_nsec == (number == 0 ? 500_000_000 : 0))
            }
            #expect(MountedTree.status(file)?.st_ctim.tv_sec == modified)
        }
        for number in 3...5 {
            let status = try #require(MountedTree.status(source(number, in: tree)))
            #expect(status.st_mtim.tv_sec == modified && status.st_ctim.tv_sec == modified)
        }
    }

    @Test func `a copy has the times, and copying again sends nothing`() throws {
        guard let rsync = Finished.find("rsync") else { return print("rsync is not tried: it is not installed") }
        let tree = try makeTree([("20240131", "101112"), ("19650203", "0405"), ("20501231", "")])
        try tree.mount(["-o", "mtime=study"])
        let arguments = ["-ai", tree.point + "/patients/", tree.folder + "/copy/"]
        let first = try Finished.run(rsync, arguments)
        #expect(first.status == 0 && first.output.contains(">f"), "\(first.errors)")
        #expect(try Finished.run(rsync, arguments).output.isEmpty)
    }

    @Test func `new bytes of the same size and study are seen by who opens the file again`() throws {
        let tree = try makeTree([("20240131", "101112")])
        try tree.mount(["-o", "mtime=study"])
        let file = try source(0, in: tree)
        let before = try #require(MountedTree.status(file))
        #expect(try MountedTree.contents(file) == Array(Data(contentsOf: URL(fileURLWithPath: tree.folder + "/sources/0"))))
        var changed = try Data(contentsOf: URL(fileURLWithPath: tree.folder + "/sources/0"))
        changed[0] = 77
        try changed.write(to: URL(fileURLWithPath: tree.folder + "/sources/0"))
        try index(tree)
        #expect(MountedTree.wait { (try? MountedTree.contents(file)) == Array(changed) })
        // The kernel keeps attributes for a second.
        #expect(MountedTree.wait { (MountedTree.status(file)?.st_ctim.tv_sec ?? 0) > before.st_ctim.tv_sec })
        let after = try #require(MountedTree.status(file))
        #expect(after.st_ino == before.st_ino && after.st_size == before.st_size && after.st_mtim.tv_sec == before.st_mtim.tv_sec)
    }
}
