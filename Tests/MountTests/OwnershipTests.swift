import Foundation
import Glibc
import TestSupport
import Testing

private let fixtures = Corpus.projectRoot + "/Fixtures/ct"

/// Whose files are: in the mount, in copies of it, and where it may be put.
@Suite(.serialized, .enabled(if: MountedTree.isPossible), .timeLimit(.minutes(5))) struct OwnershipTests {
    @Test(arguments: [["cp", "-r"], ["cp", "-a"], ["rsync", "-a"], ["rsync", "-rltp"]])
    func `an ordinary user deletes the copies that he made`(copy: [String]) throws {
        guard let program = Finished.find(copy[0]), let setpriv = Finished.find("setpriv") else { return }
        let isRoot = getuid() == 0
        let tree = try MountedTree(mounting: [fixtures], options: isRoot ? ["-o", "allow_other"] : [])
        chmod(tree.folder, 0o755)
        let target = tree.folder + "/copies"
        mkdir(target, 0o755)
        if isRoot { chown(target, 65_534, 65_534) }
        func run(_ words: [String]) throws -> Finished {
            isRoot
                ? try Finished.run(setpriv, ["--reuid", "65534", "--regid", "65534", "--clear-groups"] + words)
                : try Finished.run("/usr/bin/env", words)
        }
        let copied = try run([program] + copy.dropFirst() + [tree.point + "/patients", target + "/copy"])
        #expect(copied.status == 0, "\(copied.errors)")
        let files = try MountedTree.files(in: target)
        #expect(files.count > 4 && files.allSatisfy { MountedTree.status($0)?.st_mode.and(0o600) == 0o600 })
        #expect(try run(["sh", "-c", "echo x >>\"$1\"", "sh", files[0]]).status == 0)
        let removed = try run(["rm", "-rf", target + "/copy"])
        #expect(removed.status == 0, "\(removed.errors)")
        #expect(try MountedTree.files(in: target).isEmpty)
    }

    @Test(arguments: [
        ([String](), UInt32(0o700), UInt32(0o600)), (["-o", "umask=027"], 0o750, 0o640), (["-o", "gid=daemon"], 0o750, 0o640),
        (["-o", "gid=1,umask=077"], 0o700, 0o600),
    ])
    func `modes and groups are as asked without letting others in`(options: [String], directory: UInt32, file: UInt32) throws {
        let tree = try MountedTree(mounting: [fixtures], options: options)
        #expect(try #require(MountedTree.status(tree.point)).st_mode == S_IFDIR | directory)
        let files = try tree.files("patients")
        let first = try #require(MountedTree.status(files[0]))
        #expect(first.st_mode == S_IFREG | file)
        if !options.isEmpty, options[1].hasPrefix("gid") { #expect(first.st_gid == 1) }
    }

    @Test func `a mount over what it reads itself is refused before anything is mounted`() throws {
        let tree = try MountedTree(indexing: [])
        let (sources, cache) = (tree.folder + "/a/sources", tree.folder + "/b/cache")
        for folder in [sources, tree.folder + "/b", tree.folder + "/c", tree.folder + "/d"] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        var writer = DICOMWriter(.explicitLittle)
        writer.identity()
        try Data(writer.part10()).write(to: URL(fileURLWithPath: sources + "/1"))
        let archive = tree.folder + "/c/archive.db"
        #expect(try Finished.run(MountedTree.program("dcmfs"), ["index", "--quiet", "--names=plain", archive, sources]).status == 0)
        symlink(tree.folder + "/a", tree.folder + "/link")
        var points = ["a", "a/sources", "b", "c", "link"]
        // Another way to the same folder, for those who may make one.
        if try Finished.run("/bin/mount", ["--bind", tree.folder + "/a", tree.folder + "/d"]).status == 0 { points.append("d") }
        defer { _ = try? Finished.run("/bin/umount", [tree.folder + "/d"]) }
        for point in points {
            let result = try Finished.run(
                MountedTree.program("dcmfs"), ["mount", archive, "\(tree.folder)/\(point)", "-o", "nonempty,cache_dir=\(cache)"])
            let isNamed = result.errors.contains("would hide") || result.errors.contains("lies in the mount itself")
            #expect(result.status != 0 && isNamed, "\(point): \(result.errors)")
            #expect(!MountedTree.mountTable.contains("fuse.dcmfs \(archive)"))
        }
        // Beside them, and in an empty folder below them, there is no harm.
        mkdir(sources + "/below", 0o755)
        for point in ["mount", "a/sources/below"] {
            let mounted = try Finished.run(MountedTree.program("dcmfs"), ["mount", archive, "\(tree.folder)/\(point)", "-o", "cache_dir=\(cache)"])
            #expect(mounted.status == 0, "\(mounted.errors)")
            #expect(try !MountedTree.files(in: "\(tree.folder)/\(point)/patients").isEmpty)
            #expect(try Finished.run("/bin/umount", ["\(tree.folder)/\(point)"]).status == 0)
        }
    }

    @Test func `df shows the free space of the archive's disk, and nothing looks full`() throws {
        let tree = try MountedTree(mounting: [fixtures])
        var (mount, disk) = (statvfs(), statvfs())
        #expect(statvfs(tree.point, &mount) == 0 && statvfs(tree.folder, &disk) == 0)
        let (available, free) = (Double(mount.f_bavail * mount.f_frsize), Double(disk.f_bavail * disk.f_frsize))
        #expect(abs(available - free) < free / 10 + 1e8)
        #expect(mount.f_blocks > mount.f_bavail && mount.f_files > mount.f_ffree && mount.f_ffree > 0)
    }

    @Test(arguments: [[String](), ["-o", "xattr"]]) func `what has no extended attributes has an empty list of them`(options: [String]) throws {
        guard let python = Finished.find("python3") else { return }
        let tree = try MountedTree(mounting: [fixtures], options: options)
                let result = try Finished.run(python, ["-c", "import os, sys; print(os.listxattr(sys.argv[1]))", tree.point])
        #expect(result.status == 0 && result.output == "[]\n", "\(result.errors)")
    }
}

extension UInt32 {
    fileprivate func and(_ mask: UInt32) -> UInt32 { self & mask }
}
