import DICOM
import Foundation
import Glibc
import TestSupport
import Testing

/// The disk below the archive gives errors (reliability row D3, R6).
@Suite(.serialized, .enabled(if: MountedTree.isPossible), .timeLimit(.minutes(15))) struct DatabaseFaultTests {
    private let dcmfs = MountedTree.program("dcmfs")
    private static let isDeep = ProcessInfo.processInfo.environment["DCMFS_DEEP"] == "1"

    /// What is asked of the disk, and the errors it may give.
    private static let faults: [(call: String, error: String)] = [
        ("pwrite64", "EIO"), ("pwrite64", "ENOSPC"), ("fdatasync", "EIO"), ("pread64", "EIO"), ("ftruncate", "EIO"), ("openat", "EMFILE"),
        ("mmap", "ENOMEM"), ("fcntl", "EAGAIN"),
    ]

    @Test func `D3 R6 an error of the disk at any call is reported, nothing acknowledged is lost, and the next run completes`() throws {
        guard let strace = Finished.find("strace"), try Finished.run(strace, ["-qq", "-o", "/dev/null", "/bin/true"]).status == 0 else {
            return print("D3: strace is not installed or may not trace: not seen")
        }
        let tree = try MountedTree(indexing: [])
        try SourceFaultTests.fill(tree.folder + "/sources/a", 20, bytes: 10)
        #expect(try Finished.run(dcmfs, ["index", "--quiet", "--names=plain", tree.archive, tree.folder + "/sources"]).status == 0)
        try FileManager.default.copyItem(atPath: tree.archive, toPath: tree.folder + "/whole.db")
        for number in 1...20 { try Self.more(number, in: tree.folder + "/sources/b") }
        #expect(try Finished.run(dcmfs, ["index", "--quiet", "--names=plain", tree.folder + "/whole.db", tree.folder + "/sources"]).status == 0)
        let whole = try Finished.run(dcmfs, ["dump", tree.folder + "/whole.db"]).output
        #expect(whole.contains("instance"))
        var failed: [String: Int] = [:]
        for (call, error) in Self.faults {
            for number in Self.isDeep ? Array(1...40) : [2, 9] {
                for extent in ["", "+"] {
                    let inject = ["-qq", "-o", "/dev/null", "-e", "inject=\(call):error=\(error):when=\(number)\(extent)"]
                    if try strike(tree, [strace] + inject, whole: whole, "\(call) \(error) \(number)\(extent)") { failed[call, default: 0] += 1 }
                }
            }
        }
        // Of some calls, not each number comes.
        for call in ["pwrite64", "fdatasync", "openat"] { #expect(failed[call, default: 0] > 0, "no \(call) failed") }
    }

    /// One run with an error, on a copy of the archive, and one without. True when the first did not end well.
    private func strike(_ tree: MountedTree, _ tracer: [String], whole: String, _ what: String) throws -> Bool {
        let copy = tree.folder + "/copy.db"
        for suffix in ["", "-wal", "-shm", "-journal"] { try? FileManager.default.removeItem(atPath: copy + suffix) }
        try FileManager.default.copyItem(atPath: tree.archive, toPath: copy)
        let run = ["index", "--quiet", "--names=plain", copy, tree.folder + "/sources"]
        let struck = try Finished.run(tracer[0], tracer.dropFirst() + [dcmfs] + run)
        // Without memory a program cannot go on (D14); all else it survives, and says so.
        if !what.hasPrefix("mmap") {
            #expect(struck.status < 128, "\(what): \(struck.status) \(struck.errors)")
            #expect(struck.status == 0 || !struck.errors.isEmpty, "\(what): \(struck.status) without a word")
        }
        let kept = try Finished.run(dcmfs, ["dump", copy])
        #expect(kept.status == 0 && kept.output.contains("00020"), "\(what): \(kept.errors)")
        let next = try Finished.run(dcmfs, run)
        #expect(next.status == 0, "\(what): \(next.errors)")
        #expect(try Finished.run(dcmfs, ["dump", copy]).output == whole, "\(what)")
        #expect(try Finished.run(dcmfs, ["verify", copy]).status == 0, "\(what)")
        return struck.status != 0
    }

    private static func more(_ number: Int, in folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var writer = DICOMWriter(.explicitLittle)
        writer.identity(series: "1.2.3.9", instance: "1.2.3.9.\(number)", number: number)
        try Data(writer.part10("1.2.840.10008.1.2.1", instance: "1.2.3.9.\(number)")).write(to: URL(fileURLWithPath: "\(folder)/\(number)"))
    }
}
