import Foundation
import Glibc
import TestSupport
import Testing

private let fixtures = Corpus.projectRoot + "/Fixtures/ct"

@Suite(.serialized, .enabled(if: MountedTree.isPossible), .timeLimit(.minutes(5))) struct LifecycleTests {
    @Test func `D16 R17 twenty mounts leave nothing behind`() throws {
        let tree = try MountedTree(indexing: [fixtures])
        for _ in 0..<20 {
            try tree.mount()
            #expect(tree.isMounted)
            _ = try? MountedTree.contents(try #require(try tree.files("patients").last))
            try tree.unmount()
            #expect(!tree.isMounted)
        }
        #expect(MountedTree.wait { tree.processes().isEmpty })
        #expect(try FileManager.default.contentsOfDirectory(atPath: tree.folder).sorted() == ["archive.db", "mount"])
    }

    @Test(arguments: [SIGTERM, SIGINT]) func `D16 a signal ends it cleanly`(signal: CInt) throws {
        let tree = try MountedTree(mounting: [fixtures])
        let file = try #require(try tree.files("patients").first { $0.hasSuffix(".dcm") })
        let descriptor = open(file, O_RDONLY)
        defer { close(descriptor) }
        let server = try #require(tree.processes().first)
        let workers = tree.processes(named: "dcmfs-worker")
        kill(server, signal)
        #expect(MountedTree.wait { tree.processes().isEmpty && !tree.isMounted })
        #expect(MountedTree.wait { workers.allSatisfy(ProcessTable.hasEnded) })
    }

    @Test func `D22 in front it stays, and ends with exit code 0`() throws {
        let tree = try MountedTree(indexing: [fixtures])
        let process = Process()
        process.executableURL = URL(fileURLWithPath: MountedTree.program("dcmfs"))
        process.arguments = ["mount", "-f", tree.archive, tree.point]
        try process.run()
        #expect(MountedTree.wait { tree.isMounted })
        #expect(try !tree.files("patients").isEmpty)
        process.terminate()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
        #expect(!tree.isMounted)
    }

    @Test func `D15 R13 a killed mount is an error, never an empty folder, and the next mount clears it`() throws {
        let tree = try MountedTree(mounting: [fixtures])
        let workersBefore = tree.processes(named: "dcmfs-worker")
        kill(try #require(tree.processes().first), SIGKILL)
        #expect(MountedTree.wait { tree.processes().isEmpty })
        #expect(MountedTree.wait { MountedTree.status(tree.point) == nil && errno == ENOTCONN })
        if let rsync = Finished.find("rsync") {
            let copy = tree.folder + "/copy"
            try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
            try Data([1]).write(to: URL(fileURLWithPath: copy + "/kept"))
            #expect(try Finished.run(rsync, ["-a", "--delete", tree.point + "/", copy + "/"]).status != 0)
            #expect(FileManager.default.fileExists(atPath: copy + "/kept"))
        }
        let result = try tree.tryMount()
        #expect(result.status == 0 && result.errors.contains("killed mount"))
        #expect(try !tree.files("patients").isEmpty)
        #expect(MountedTree.wait { workersBefore.allSatisfy(ProcessTable.hasEnded) })
    }

    @Test func `a killed mount is cleared at once, although the kernel still remembers its attributes`() throws {
        let tree = try MountedTree(mounting: [fixtures])
        let server = try #require(tree.processes().first)
        #expect(MountedTree.status(tree.point) != nil)
        kill(server, SIGKILL)
        #expect(MountedTree.wait { tree.processes().isEmpty })
        #expect(try tree.tryMount().status == 0)
        #expect(try !tree.files("patients").isEmpty)
    }

    @Test func `D16 unmounting what is in use is refused, and lazily it works`() throws {
        let tree = try MountedTree(mounting: [fixtures])
        let file = try #require(try tree.files("patients").first { $0.hasSuffix(".dcm") })
        let whole = try MountedTree.contents(file)
        let descriptor = open(file, O_RDONLY)
        #expect(throws: MountedTree.Failure.self) { try tree.unmount() }
        try tree.unmount(["--lazy"])
        #expect(!tree.isMounted)
        var buffer = [UInt8](repeating: 0, count: whole.count)
        #expect(pread(descriptor, &buffer, buffer.count, 0) == whole.count)
        close(descriptor)
        #expect(MountedTree.wait { tree.processes().isEmpty })
    }

    @Test func `D21 what cannot be mounted says why, and with which code`() throws {
        let tree = try MountedTree(indexing: [fixtures])
        let dcmfs = MountedTree.program("dcmfs")
        func attempt(_ archive: String, _ point: String, _ options: [String] = []) throws -> (Int32, String) {
            let result = try Finished.run(dcmfs, ["mount", archive, point] + options)
            return (result.status, result.errors)
        }
        let full = tree.folder + "/full"
        try FileManager.default.createDirectory(atPath: full + "/x", withIntermediateDirectories: true)
        try Data("no database".utf8).write(to: URL(fileURLWithPath: tree.folder + "/text.db"))
        let table: [(String, String, [String], Int32, String)] = [
            (tree.archive, tree.folder + "/none", [], 1, "No such file"),
            (tree.archive, tree.archive, [], 1, "not a directory"),
            (tree.archive, full, [], 1, "not empty"),
            (tree.folder + "/none.db", tree.point, [], 1, "No such file"),
            (tree.folder + "/text.db", tree.point, [], 1, "archive"),
            (tree.archive, tree.point, ["-o", "colour=red"], 2, "cache_size"),
            (tree.archive, tree.point, ["-o", "show=gif"], 2, "show"),
            (tree.archive, tree.point, ["-o", "rw"], 2, "rw"),
            (tree.archive, tree.point, ["-o", "gid=no such group"], 2, "gid"),
            (tree.archive, tree.point, ["-o", "cache_size=much"], 2, "cache_size"),
            (tree.archive, tree.point, ["-o", "strict=1"], 2, "strict"),
        ]
        for (archive, point, options, code, text) in table {
            let (status, errors) = try attempt(archive, point, options)
            #expect(status == code, "\(archive) \(point) \(options): \(errors)")
            #expect(errors.contains(text), "\(errors)")
            #expect(!tree.isMounted)
        }
        try tree.mount()
        let again = try tree.tryMount()
        #expect(again.status == 1 && again.errors.contains("already"))
        #expect(MountedTree.wait { tree.processes().count == 1 })
    }

    @Test func `the words of fstab are accepted, and modes, owner and kinds are as asked`() throws {
        let tree = try MountedTree(indexing: [fixtures])
        // Ordinary users may not let others in unless /etc/fuse.conf says so, nor look into what is another's.
        let isRoot = getuid() == 0
        try tree.mount([
            "-o", "noauto,user,nofail,_netdev,x-systemd.automount,comment=a,noatime,exec",
            "-o", isRoot ? "allow_other,uid=12,gid=34,umask=007" : "gid=34,umask=007", "-o", "show=dcm+txt,cache_size=1M,strict",
        ])
        let root = try #require(MountedTree.status(tree.point))
        #expect(root.st_mode == S_IFDIR | 0o750 && root.st_uid == (isRoot ? 12 : getuid()) && root.st_gid == 34)
        let files = try tree.files("patients")
        #expect(files.allSatisfy { MountedTree.status($0)?.st_mode == S_IFREG | 0o640 })
        #expect(files.allSatisfy { $0.hasSuffix(".dcm") || $0.hasSuffix(".txt") })
        #expect(files.contains { $0.hasSuffix(".dcm") })
        for path in files { #expect(!(try MountedTree.contents(path)).isEmpty) }
    }

    @Test func `paths with spaces, commas and backslashes are no trouble`() throws {
        let tree = try MountedTree(indexing: [])
        let folder = tree.folder + "/a b,c\\d é"
        try FileManager.default.createDirectory(atPath: folder + "/m t", withIntermediateDirectories: true)
        let dcmfs = MountedTree.program("dcmfs")
        #expect(try Finished.run(dcmfs, ["index", "--quiet", "--names=plain", folder + "/x.db", fixtures]).status == 0)
        let mounted = try Finished.run(dcmfs, ["mount", folder + "/x.db", folder + "/m t/"])
        #expect(mounted.status == 0, "\(mounted.errors)")
        #expect(try !MountedTree.files(in: folder + "/m t").isEmpty)
        let unmounted = try Finished.run(dcmfs, ["umount", folder + "/m t"])
        #expect(unmounted.status == 0, "\(unmounted.errors)")
    }

    /// P18, R14.
    @Test func `a reader of a picture that never comes can be killed, and names are answered meanwhile`() throws {
        let tree = try MountedTree(mounting: [fixtures])
        let texts = try tree.files("patients").filter { $0.hasSuffix(".txt") }
        _ = try MountedTree.contents(texts[0])
        let workers = tree.processes(named: "dcmfs-worker")
        #expect(!workers.isEmpty)
        for worker in workers { kill(worker, SIGSTOP) }
        defer { for worker in workers { kill(worker, SIGCONT) } }
        let reader = Process()
        reader.executableURL = URL(fileURLWithPath: "/bin/cat")
        // Not the next one: that would be made ahead, by a worker that is not stopped.
        reader.arguments = [try #require(texts.last)]
        reader.standardOutput = FileHandle.nullDevice
        reader.standardError = FileHandle.nullDevice
        try reader.run()
        usleep(300_000)
        let start = Date()
        _ = try tree.files()
        #expect(Date().timeIntervalSince(start) < 1)
        #expect(reader.isRunning)
        let killed = Date()
        kill(reader.processIdentifier, SIGKILL)
        reader.waitUntilExit()
        #expect(Date().timeIntervalSince(killed) < 0.5)
    }
}
