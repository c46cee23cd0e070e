import DICOM
import Foundation
import Glibc
import TestSupport
import Testing

/// Sources that fail, hang, change and go away under a mount (reliability rows S1-S11, R2, R14).
@Suite(.serialized, .enabled(if: FailingDisk.isPossible), .timeLimit(.minutes(5))) struct SourceFaultTests {
    /// Instances with some bytes of pixels, `1` to `count`, in a folder.
    static func fill(_ folder: String, _ count: Int, bytes: Int = 400_000) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for number in 1...count {
            var writer = DICOMWriter(.explicitLittle)
            writer.identity(instance: "1.2.3.4.5.\(number)", number: number)
            writer.element(.pixelData, .OW, (0..<bytes).map { UInt8(truncatingIfNeeded: $0 &* number) })
            let file = writer.part10("1.2.840.10008.1.2.1", instance: "1.2.3.4.5.\(number)")
            try Data(file).write(to: URL(fileURLWithPath: "\(folder)/s\(number)x"))
        }
    }

    /// A mount of `count` sources on a disk that fails on demand, and the paths of their .dcm in the order of numbers.
    static func failing(_ count: Int, _ options: [String] = []) throws -> (tree: MountedTree, disk: FailingDisk, files: [String]) {
        let tree = try MountedTree(indexing: [])
        try fill(tree.folder + "/backing", count)
        let disk = try FailingDisk(showing: tree.folder + "/backing", at: tree.folder + "/disk")
        let index = try Finished.run(MountedTree.program("dcmfs"), ["index", "--quiet", "--names=plain", tree.archive, disk.path])
        guard index.status == 0 else { throw MountedTree.Failure(index.errors) }
        try tree.mount(["-o", "show=dcm+txt"] + options)
        let files = try tree.files("patients").filter { $0.hasSuffix(".dcm") }
        return (tree, disk, files)
    }

    static func error(of path: String) -> POSIXErrorCode? {
        do {
            _ = try MountedTree.contents(path)
            return nil
        } catch {
            return (error as? POSIXError)?.code
        }
    }

    @Test func `S4 S5 S8 errors of a disk reach who reads, short reads do not, and other files are unharmed`() throws {
        let (tree, disk, files) = try Self.failing(6)
        let whole = try MountedTree.contents(tree.folder + "/backing/s6x")
        try disk.set([
            (.read, .eio, "s1x"), (.open, .estale, "s2x"), (.open, .estaleOnce, "s3x"), (.read, .short, "s4x"), (.open, .enoent, "s5x"),
        ])
        #expect(files.map(Self.error) == [.EIO, .ESTALE, nil, nil, .EIO, nil])
        #expect(try MountedTree.contents(files[3]) == MountedTree.contents(tree.folder + "/backing/s4x"))
        #expect(try MountedTree.contents(files[5]) == whole)
        #expect(try tree.files("patients").filter { $0.hasSuffix(".dcm") } == files)
        // Nothing bad was kept: the disk is well again, and so is every file.
        try disk.set([])
        #expect(files.compactMap(Self.error).isEmpty)
    }

    @Test func `S6 S7 a disk that hangs keeps only its own readers waiting, and they can be killed`() throws {
        let (tree, disk, files) = try Self.failing(4)
        try disk.set([(.read, .stall, "s1x"), (.open, .stall, "s2x")])
        // More than the mount has threads.
        let readers = try (0..<24).map { try Self.reader(files[$0 % 2]) }
        usleep(500_000)
        #expect(readers.allSatisfy { $0.isRunning })
        #expect(try Finished.run("/usr/bin/timeout", ["10", "ls", "-lR", tree.point]).status == 0)
        for file in files[2...] { #expect(try Finished.run("/usr/bin/timeout", ["10", "cat", file]).status == 0) }
        for reader in readers { kill(reader.processIdentifier, SIGKILL) }
        #expect(MountedTree.wait(seconds: 10) { readers.allSatisfy { !$0.isRunning } })
        try disk.set([])
        #expect(MountedTree.wait(seconds: 10) { Self.error(of: files[0]) == nil && Self.error(of: files[1]) == nil })
    }

    @Test func `S6 D16 a mount ends when asked although a disk hangs`() throws {
        let (tree, disk, files) = try Self.failing(2)
        try disk.set([(.read, .stall, "s1x")])
        let reader = try Self.reader(files[0])
        usleep(300_000)
        kill(try #require(tree.processes().first), SIGTERM)
        #expect(MountedTree.wait(seconds: 15) { tree.processes().isEmpty && !tree.isMounted })
        #expect(MountedTree.wait(seconds: 10) { !reader.isRunning })
        kill(reader.processIdentifier, SIGKILL)
    }

    @Test func `S9 the files of a disk that is pulled are errors, stay listed, and come back with it`() throws {
        let (tree, pulled, files) = try Self.failing(3)
        var disk = pulled
        disk.pull()
        #expect(files.map(Self.error) == [.EIO, .EIO, .EIO])
        #expect(try tree.files("patients").filter { $0.hasSuffix(".dcm") } == files)
        // Nor does an index of the empty mount point take anything away.
        let index = try Finished.run(MountedTree.program("dcmfs"), ["index", "--names=plain", tree.archive, tree.folder + "/disk"])
        #expect(index.status == 1 && index.errors.contains("is the disk mounted"))
        #expect(try tree.files("patients").filter { $0.hasSuffix(".dcm") } == files)
        disk = try FailingDisk(showing: tree.folder + "/backing", at: tree.folder + "/disk")
        #expect(files.compactMap(Self.error).isEmpty)
    }

    @Test func `S1 S3 whatever takes the place of a source is an error: longer, rewritten, a folder, a link, nothing`() throws {
        let tree = try MountedTree(indexing: [])
        let sources = tree.folder + "/sources"
        try Self.fill(sources, 7, bytes: 1000)
        #expect(try Finished.run(MountedTree.program("dcmfs"), ["index", "--quiet", "--names=plain", tree.archive, sources]).status == 0)
        try tree.mount(["-o", "show=dcm,strict"])
        let files = try tree.files("patients")
        #expect(files.count == 7 && files.compactMap(Self.error).isEmpty)
        let original = try Data(contentsOf: URL(fileURLWithPath: sources + "/s2x"))
        let handle = try #require(FileHandle(forWritingAtPath: sources + "/s1x"))
        handle.seekToEndOfFile()
        handle.write(Data([1]))
        try handle.close()
        // The same size, and the time put back: only ctime tells, and only with -o strict.
        var before = try #require(MountedTree.status(sources + "/s2x"))
        try Data(original.reversed()).write(to: URL(fileURLWithPath: sources + "/s2x"))
        withUnsafePointer(to: &before) { status in
            let times = [status.pointee.st_atim, status.pointee.st_mtim]
            #expect(utimensat(AT_FDCWD, sources + "/s2x", times, 0) == 0)
        }
        for number in 3...6 { try FileManager.default.removeItem(atPath: sources + "/s\(number)x") }
        mkdir(sources + "/s3x", 0o700)
        symlink(sources + "/s7x", sources + "/s4x")
        mkfifo(sources + "/s5x", 0o600)
        #expect(files.map(Self.error) == [.EIO, .EIO, .EIO, .EIO, .EIO, .EIO, nil])
        #expect(try tree.files("patients") == files)
    }

    @Test func `S3 P15 a folder of sources that becomes a symbolic link is not followed`() throws {
        let tree = try MountedTree(indexing: [])
        try Self.fill(tree.folder + "/sources/a", 2, bytes: 100)
        #expect(try Finished.run(MountedTree.program("dcmfs"), ["index", "--quiet", "--names=plain", tree.archive, tree.folder + "/sources"]).status == 0)
        try tree.mount(["-o", "show=dcm"])
        let files = try tree.files("patients")
        rename(tree.folder + "/sources/a", tree.folder + "/elsewhere")
        symlink(tree.folder + "/elsewhere", tree.folder + "/sources/a")
        #expect(files.map(Self.error) == [.EIO, .EIO])
        let index = try Finished.run(MountedTree.program("dcmfs"), ["index", "--json", "--names=plain", tree.archive, tree.folder + "/sources"])
        #expect(index.status == 1 && index.output.contains("leads elsewhere"))
        #expect(try tree.files("patients") == files)
    }

    @Test func `S10 a read-only disk is indexed and served`() throws {
        guard getuid() == 0 else { return print("S10: only root can make a read-only bind mount: not seen") }
        let tree = try MountedTree(indexing: [])
        try Self.fill(tree.folder + "/sources", 2, bytes: 100)
        let bind = tree.folder + "/bind"
        mkdir(bind, 0o700)
        #expect(try Finished.run("/bin/mount", ["--bind", "-o", "ro", tree.folder + "/sources", bind]).status == 0)
        defer { _ = try? Finished.run("/bin/umount", ["-l", bind]) }
        #expect(Glibc.open(bind + "/new", O_WRONLY | O_CREAT, 0o600) < 0 && errno == EROFS)
        #expect(try Finished.run(MountedTree.program("dcmfs"), ["index", "--quiet", "--names=plain", tree.archive, bind]).status == 0)
        try tree.mount(["-o", "show=dcm"])
        #expect(try tree.files("patients").compactMap(Self.error).isEmpty)
    }

    @Test func `S11 bytes beyond two gigabytes are where they belong`() throws {
        let tree = try MountedTree(indexing: [])
        var writer = DICOMWriter(.explicitLittle)
        writer.identity()
        writer.element(.pixelData, .OW, [9, 9, 9, 9])
        var bytes = writer.part10("1.2.840.10008.1.2.1")
        let length: UInt32 = 0xFFFF_FFF0
        bytes.replaceSubrange(bytes.count - 8..<bytes.count - 4, with: (0..<4).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) })
        let source = tree.folder + "/sparse.dcm"
        try Data(bytes).write(to: URL(fileURLWithPath: source))
        let size = bytes.count - 4 + Int(length)
        truncate(source, size)
        let descriptor = Glibc.open(source, O_WRONLY)
        #expect(pwrite(descriptor, [1, 2, 3] as [UInt8], 3, off_t(size - 3)) == 3)
        close(descriptor)
        #expect(try Finished.run(MountedTree.program("dcmfs"), ["index", "--quiet", "--names=plain", tree.archive, source]).status == 0)
        try tree.mount(["-o", "show=dcm"])
        let path = try #require(try tree.files("patients").first)
        #expect(MountedTree.status(path)?.st_size == size)
        let file = Glibc.open(path, O_RDONLY)
        defer { close(file) }
        var end = [UInt8](repeating: 7, count: 8)
        #expect(pread(file, &end, 8, off_t(size - 5)) == 5)
        #expect(end == [0, 0, 1, 2, 3, 7, 7, 7])
    }

    static func reader(_ path: String) throws -> Process {
        let reader = Process()
        reader.executableURL = URL(fileURLWithPath: "/bin/cat")
        reader.arguments = [path]
        reader.standardOutput = FileHandle.nullDevice
        reader.standardError = FileHandle.nullDevice
        try reader.run()
        return reader
    }
}
