import DICOM
import Foundation
import Glibc
import TestSupport
import Testing

/// Indexing from a disk that is slow, breaks off, gives too little, or hangs: what was not read is named, counted, tried again.
@Suite(.serialized, .enabled(if: FailingDisk.isPossible), .timeLimit(.minutes(5))) struct UnreliableSourceTests {
    private let dcmfs = MountedTree.program("dcmfs")

    private func setUp(_ count: Int) throws -> (tree: MountedTree, backing: String, disk: FailingDisk) {
        let tree = try MountedTree(indexing: [])
        let backing = tree.folder + "/backing"
        try SourceFaultTests.fill(backing + "/sub", count, bytes: 500)
        return (tree, backing, try FailingDisk(showing: backing, at: tree.folder + "/disk"))
    }

    private func index(_ tree: MountedTree, _ disk: FailingDisk, _ options: [String] = []) throws -> Finished {
        try Finished.run(dcmfs, ["index", "--json", "--names=plain"] + options + [tree.archive, disk.path])
    }

    private func status(_ tree: MountedTree) throws -> String { try Finished.run(dcmfs, ["status", "--json", tree.archive]).output }

    private func start(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: dcmfs)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    @Test func `files whose bytes do not come are unreadable, never no DICOM, and are there when they come`() throws {
        let (tree, _, disk) = try setUp(12)
        try disk.set([(.read, .empty, "s1x"), (.read, .cut, "s2x"), (.read, .eio, "s3x"), (.open, .estale, "s4x")])
        let run = try index(tree, disk)
        #expect(run.status == 1)
        #expect(run.output.contains(#""setAsideByReason":{"unreadable":4}"#) && run.output.contains(#""notDICOM":0"#), "\(run.output)")
        let problems = try Finished.run(dcmfs, ["problems", tree.archive, "--reason", "unreadable"]).output
        for number in 1...4 { #expect(problems.contains("/sub/s\(number)x"), "\(problems)") }
        #expect(try status(tree).contains("\"instances\":8"))
        // Still so: the next run fails as well, and neither forgets nor remembers.
        #expect(try index(tree, disk).status == 1)
        try disk.set([])
        let next = try index(tree, disk)
        #expect(next.status == 0 && next.output.contains(#""new":4"#), "\(next.output)")
        #expect(try status(tree).contains("\"instances\":12"))
        #expect(try Finished.run(dcmfs, ["problems", tree.archive, "--reason", "unreadable"]).output.isEmpty)
    }

    @Test func `known files whose bytes do not come keep their entries`() throws {
        let (tree, _, disk) = try setUp(6)
        #expect(try index(tree, disk).status == 0)
        try disk.set([(.read, .empty, "s1x"), (.read, .cut, "s2x"), (.read, .eio, "s3x")])
        #expect(try index(tree, disk, ["--verify"]).status == 1)
        #expect(try status(tree).contains("\"instances\":6"))
        try disk.set([])
        #expect(try index(tree, disk).status == 0)
        #expect(try status(tree).contains("\"instances\":6"))
    }

    @Test(arguments: [FailingDisk.Fault.eio, .broken])
    func `a listing that fails or breaks off is an error of its folder, and nothing of it is gone`(fault: FailingDisk.Fault) throws {
        let (tree, backing, disk) = try setUp(8)
        try SourceFaultTests.fill(backing + "/other", 1, bytes: 400)
        #expect(try index(tree, disk).status == 0)
        try SourceFaultTests.fill(backing + "/sub", 40, bytes: 500)
        try disk.set([(.list, fault, "/sub")])
        let run = try index(tree, disk)
        #expect(run.status == 1 && run.errors.contains("/sub cannot be read"), "\(run.errors)")
        #expect(run.output.contains(#""gone":0"#), "\(run.output)")
        try disk.set([])
        let next = try index(tree, disk)
        #expect(next.status == 0 && next.output.contains(#""new":32"#), "\(next.output)")
    }

    @Test func `a file that another takes long to give is waited for as long as it comes`() throws {
        let (tree, backing, disk) = try setUp(1)
        var writer = DICOMWriter(.explicitLittle)
        writer.identity(instance: "1.2.3.4.5.900", number: 900)
        for place in 0..<7_000 { writer.element(DICOM.Tag(0x0041, UInt16(0x1000 + place)), .LO, String(repeating: "x", count: 1_000)) }
        try Data(writer.part10("1.2.840.10008.1.2.1", instance: "1.2.3.4.5.900")).write(to: URL(fileURLWithPath: backing + "/sub/long"))
        // Some hundred pieces, each a tenth of a second late: longer than a worker that shows no progress is waited for.
        try disk.set([(.read, .late, "long")])
        let run = try index(tree, disk)
        #expect(run.status == 0 && run.output.contains(#""new":2"#), "\(run.output)")
    }

    /// Sixty files that take half a second each to open, or one whose bytes never come.
    @Test(arguments: [(FailingDisk.Operation.open, FailingDisk.Fault.slow, "/sub"), (.read, .stall, "s3x")])
    func `an index that waits for a disk ends on the first SIGTERM`(
        operation: FailingDisk.Operation, fault: FailingDisk.Fault, part: String
    ) throws {
        let (tree, _, disk) = try setUp(60)
        try disk.set([(operation, fault, part)])
        let run = try start(["index", "--quiet", "--names=plain", tree.archive, disk.path])
        usleep(1_500_000)
        #expect(run.isRunning)
        let asked = ContinuousClock.now
        kill(run.processIdentifier, SIGTERM)
        #expect(MountedTree.wait(seconds: 20) { !run.isRunning })
        #expect(ContinuousClock.now - asked < .seconds(10))
        try disk.set([])
        run.waitUntilExit()
        #expect(try index(tree, disk).status == 0)
        #expect(try status(tree).contains("\"instances\":60"))
    }

    @Test func `the digest of a sparse giant ends on the first SIGTERM`() throws {
        let tree = try MountedTree(indexing: [])
        try SourceFaultTests.fill(tree.folder + "/giant", 1, bytes: 100)
        try #require(truncate(tree.folder + "/giant/s1x", 1 << 43) == 0, "a filesystem without sparse files of 8 TiB")
        let run = try start(["index", "--quiet", "--digest", "--names=plain", tree.archive, tree.folder + "/giant"])
        usleep(2_000_000)
        #expect(run.isRunning)
        kill(run.processIdentifier, SIGTERM)
        #expect(MountedTree.wait(seconds: 20) { !run.isRunning })
        run.waitUntilExit()
        #expect(run.terminationStatus != 0)
    }
}
