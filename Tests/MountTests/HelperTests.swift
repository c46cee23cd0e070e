import Foundation
import Glibc
import TestSupport
import Testing

private let helper = Corpus.projectRoot + "/mountscripts/mount.fuse.dcmfs"
private let unhelper = Corpus.projectRoot + "/mountscripts/umount.fuse.dcmfs"

/// The scripts that mount(8) and umount(8) call, in the ways they call them. With mount(8) itself: mountscripts/check-deb.
@Suite(.serialized, .enabled(if: MountedTree.isPossible), .timeLimit(.minutes(3))) struct HelperTests {
    /// As mount(8) does, with next to no environment; `dcmfs` is found by PATH.
    private func run(_ script: String, _ arguments: [String]) throws -> Finished {
        let folder = (MountedTree.program("dcmfs") as NSString).deletingLastPathComponent
        return try Finished.run("/usr/bin/env", ["-i", "PATH=\(folder)", script] + arguments)
    }

    @Test(arguments: [
        ["-o", "ro,user=anna,_netdev,nofail,noexec,nosuid,nodev,x-systemd.automount,show=dcm+txt"],
        ["-n", "-s", "-v", "-r", "-o", "show=dcm", "-t", "fuse.dcmfs", "-o", "defaults,show=dcm+txt"],
        ["-sn", "-oshow=dcm+txt", "-N", "1"],
        // What libmount makes of "defaults".
        ["-o", "rw,show=dcm+txt"], ["-o", "noexec,rw,nofail,rw", "-o", "show=dcm+txt"], ["-o", "show=dcm+txt,rw"],
    ])
    func `archive, mount point and options in the forms of mount`(options: [String]) throws {
        let tree = try MountedTree(indexing: [Corpus.projectRoot + "/Fixtures/ct"])
        let mounted = try run(helper, [tree.archive, tree.point] + options)
        #expect(mounted.status == 0, "\(mounted.errors)")
        let files = try tree.files("patients")
        #expect(!files.isEmpty && files.allSatisfy { $0.hasSuffix(".dcm") || $0.hasSuffix(".txt") })
        let unmounted = try run(unhelper, [tree.point, "-n", "-t", "fuse.dcmfs"])
        #expect(unmounted.status == 0, "\(unmounted.errors)")
        #expect(!tree.isMounted)
    }

    @Test func `a lazy unmount works while a file is open, a plain one is refused`() throws {
        let tree = try MountedTree(mounting: [Corpus.projectRoot + "/Fixtures/ct"])
        let descriptor = open(try #require(try tree.files("patients").first), O_RDONLY)
        defer { close(descriptor) }
        #expect(try run(unhelper, [tree.point]).status == 32)
        #expect(tree.isMounted)
        #expect(try run(unhelper, ["-l", tree.point]).status == 0)
        #expect(!tree.isMounted)
    }

    @Test func `what cannot be has the exit code that mount expects`() throws {
        let tree = try MountedTree(indexing: [Corpus.projectRoot + "/Fixtures/ct"])
        #expect(try run(helper, ["/nonexistent.db", tree.point]).status == 32)
        #expect(try run(helper, [tree.archive, tree.point, "-o", "colour=red"]).status == 1)
        #expect(try run(helper, [tree.archive]).status == 1)
        #expect(try run(helper, [tree.archive, tree.point, "more"]).status == 1)
        let again = try run(helper, [tree.archive, tree.point, "-o", "remount,ro"])
        #expect(again.status == 1 && again.errors.contains("unmount"))
        #expect(try run(helper, [tree.archive, tree.point, "-f"]).status == 0)
        #expect(!tree.isMounted)
    }
}

struct IndexerTests {
    @Test(arguments: [
        ("PRUNEFS=\"NFS proc\"\n", "PRUNEFS=\"fuse.dcmfs NFS proc\"\n"),
        ("PRUNE_BIND_MOUNTS=\"yes\"\n", "PRUNE_BIND_MOUNTS=\"yes\"\nPRUNEFS=\"fuse.dcmfs\"\n"),
        ("# PRUNEFS\n  PRUNEFS = \"\"\n", "# PRUNEFS\n  PRUNEFS = \"fuse.dcmfs \"\n"), ("PRUNEFS=\"a fuse.dcmfs\"\n", "PRUNEFS=\"a fuse.dcmfs\"\n"),
    ])
    func `locate is told once to leave mounts out`(before: String, after: String) throws {
        let file = "/tmp/dcmfs-updatedb-\(UInt64.random(in: 0...UInt64.max))"
        defer { unlink(file) }
        try Data(before.utf8).write(to: URL(fileURLWithPath: file))
        for _ in 1...2 {
            #expect(try Finished.run(Corpus.projectRoot + "/mountscripts/desktop/exclude-from-updatedb", [file]).status == 0)
            #expect(try String(contentsOfFile: file, encoding: .utf8) == after)
        }
    }
}
