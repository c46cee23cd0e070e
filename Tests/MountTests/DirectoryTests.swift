import DICOM
import Foundation
import Glibc
import TestSupport
import Testing

private let fixtures = Corpus.projectRoot + "/Fixtures"

@Suite(.serialized, .enabled(if: MountedTree.isPossible), .timeLimit(.minutes(5))) struct DirectoryTests {
    /// 300 small instances in one series.
    static func manyInstances(_ count: Int, at folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for number in 1...count {
            var writer = DICOMWriter(.explicitLittle)
            writer.identity(instance: "1.2.3.4.5.\(number)", number: number)
            try Data(writer.part10("1.2.840.10008.1.2.1", instance: "1.2.3.4.5.\(number)")).write(to: URL(fileURLWithPath: "\(folder)/\(number)"))
        }
    }

    @Test func `D18 a listing goes on where seekdir says, from any entry`() throws {
        let tree = try MountedTree(indexing: [])
        try Self.manyInstances(300, at: tree.folder + "/many")
        #expect(try Finished.run(MountedTree.program("dcmfs"), ["index", "--quiet", "--names=plain", tree.archive, tree.folder + "/many"]).status == 0)
        try tree.mount()
        let series = try #require(try tree.files("patients").first.map { String($0[..<$0.lastIndex(of: "/")!]) })
        let directory = try #require(opendir(series))
        defer { closedir(directory) }
        var entries: [(name: String, place: Int)] = []
        while true {
            let place = telldir(directory)
            guard let entry = readdir(directory) else { break }
            entries.append((Self.name(entry), place))
        }
        #expect(entries.count == 602)
        #expect(Set(entries.map(\.name)).count == entries.count)
        for index in stride(from: 0, to: entries.count, by: 37) {
            seekdir(directory, entries[index].place)
            #expect(readdir(directory).map(Self.name) == entries[index].name)
        }
        rewinddir(directory)
        #expect(readdir(directory).map(Self.name) == entries[0].name)
    }

    @Test func `tiny buffers give the same listing`() throws {
        guard let python = Finished.find("python3") else { return }
        let tree = try MountedTree(mounting: [fixtures])
        let script = """
            ctypes, os, sys = map(__import__, ("ctypes", "os", "sys"))
            libc = ctypes.CDLL(None, use_errno=True)
            def listing(path, size):
                fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
                names = []
                buffer = ctypes.create_string_buffer(size)
                while True:
                    n = libc.syscall(217, fd, buffer, size)
                    if n < 0: raise OSError(ctypes.get_errno(), 'getdents64')
                    if n == 0: break
                    at = 0
                    while at < n:
                        length = int.from_bytes(buffer.raw[at + 16:at + 18], 'little')
                        names.append(buffer.raw[at + 19:at + length].split(b'\\0')[0])
                        at += length
                os.close(fd)
                return names
            for folder, _, _ in os.walk(os.fsencode(sys.argv[1])):
                whole = listing(folder, 1 << 20)
                assert len(set(whole)) == len(whole), folder
                for size in (280, 300, 512, 1000):
                    assert listing(folder, size) == whole, (folder, size)
            """
        #if arch(x86_64)
            let result = try Finished.run(python, ["-c", script, tree.point])
            #expect(result.status == 0, "\(result.errors)")
        #endif
    }

    @Test func `type and number of an entry are those that stat shows`() throws {
        let tree = try MountedTree(mounting: [fixtures])
        var open = [tree.point]
        var places: [UInt: Int] = [:]
        while let folder = open.popLast() {
            let directory = try #require(opendir(folder))
            defer { closedir(directory) }
            while let entry = readdir(directory) {
                let name = Self.name(entry)
                if name == "." || name == ".." { continue }
                let status = try #require(MountedTree.status(folder + "/" + name))
                #expect(entry.pointee.d_ino == status.st_ino)
                let isDirectory = status.st_mode & S_IFMT == S_IFDIR
                #expect(Int(entry.pointee.d_type) == (isDirectory ? Int(DT_DIR) : Int(DT_REG)))
                places[status.st_ino, default: 0] += 1
                #expect(status.st_nlink == 1 && status.st_ino > 0 && status.st_ino < 1 << 53)
                if isDirectory { open.append(folder + "/" + name) }
            }
        }
        // A directory stands in one place, a file of an instance in each of six views.
        #expect(Set(places.values) == [1, 6])
        #expect(places.count > 50)
    }

    @Test func `D19 numbers stay the same over remounts`() throws {
        let tree = try MountedTree(mounting: [fixtures])
        let before = try tree.files().map { MountedTree.status($0)?.st_ino }
        try tree.unmount()
        try tree.mount()
        #expect(try tree.files().map { MountedTree.status($0)?.st_ino } == before)
    }

    @Test func `D11 new instances appear within two seconds, also under a name that was missed before`() throws {
        let tree = try MountedTree(indexing: [])
        try Self.manyInstances(3, at: tree.folder + "/many")
        let index = ["index", "--quiet", "--names=plain", tree.archive, tree.folder + "/many"]
        #expect(try Finished.run(MountedTree.program("dcmfs"), index).status == 0)
        try tree.mount()
        let files = try tree.files("patients").filter { $0.hasSuffix(".dcm") }
        let next = try #require(files.last).replacingOccurrences(of: "00003", with: "00004")
        #expect(MountedTree.status(next) == nil)
        try Self.manyInstances(4, at: tree.folder + "/many")
        #expect(try Finished.run(MountedTree.program("dcmfs"), index).status == 0)
        #expect(MountedTree.wait(seconds: 2) { MountedTree.status(next) != nil })
        #expect(MountedTree.wait(seconds: 2) { (try? tree.files("patients").contains(next)) == true })
    }

    @Test func `find and ls open no source and render nothing`() throws {
        guard let strace = Finished.find("strace") else {
            print("strace is not installed: not seen which files the mount opens")
            return
        }
        let tree = try MountedTree(mounting: [fixtures])
        let server = try #require(tree.processes().first)
        let log = tree.folder + "/strace"
        let tracer = Process()
        tracer.executableURL = URL(fileURLWithPath: strace)
        tracer.arguments = ["-f", "-qq", "-e", "trace=openat,openat2,open,sendmsg,execve", "-o", log, "-p", "\(server)"]
        tracer.standardError = FileHandle.nullDevice
        try tracer.run()
        #expect(MountedTree.wait { Self.tracer(of: server) != "0" })
        for command in [["find", "-size", "+0"], ["ls", "-lR"], ["find", "-type", "f"], ["du", "-s"]] {
            #expect(try Finished.run("/usr/bin/env", command.prefix(1) + [tree.point] + command.dropFirst()).status == 0)
        }
        let quiet = String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self)
        _ = try? MountedTree.contents(try #require(try tree.files("patients").first))
        #expect(MountedTree.wait { String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self).contains("openat2") })
        kill(tracer.processIdentifier, SIGKILL)
        tracer.waitUntilExit()
        #expect(MountedTree.wait { Self.tracer(of: server) == "0" })
        #expect(!quiet.contains("openat2") && !quiet.contains("sendmsg") && !quiet.contains("execve") && !quiet.contains("/Fixtures"), "\(quiet)")
    }

    private static func tracer(of process: pid_t) -> String {
        let status = String(decoding: FileManager.default.contents(atPath: "/proc/\(process)/status") ?? Data(), as: UTF8.self)
        let line = status.split(separator: "\n").first { $0.hasPrefix("TracerPid:") }
        return line?.split(separator: "\t").last.map(String.init) ?? "0"
    }

    static func name(_ entry: UnsafeMutablePointer<dirent>) -> String {
        withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
