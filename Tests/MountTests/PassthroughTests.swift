import Foundation
import Glibc
import TestSupport
import Testing

private let fixtures = Corpus.projectRoot + "/Fixtures"

/// `-o passthrough`. What is read is the same whether library and kernel can do it or not; where they cannot, a message says why.
@Suite(.serialized, .enabled(if: MountedTree.isPossible), .timeLimit(.minutes(5))) struct PassthroughTests {
    @Test func `every file reads as without it`() throws {
        let tree = try MountedTree(mounting: [fixtures])
        let files = try tree.files()
        let plain = files.map { try? MountedTree.contents($0) }
        try tree.unmount()
        try tree.mount(["-o", "passthrough"])
        for _ in 0..<2 {
            for (path, bytes) in zip(files, plain) { #expect((try? MountedTree.contents(path)) == bytes, "\(path)") }
        }
        #expect(files.count > 100)
    }

    @Test func `one file open many times, under several names, mapped and read in pieces`() throws {
        let tree = try MountedTree(mounting: [fixtures + "/ct"], options: ["-o", "passthrough"])
        let path = try #require(try tree.files("patients").first { $0.hasSuffix(".dcm") })
        let inode = MountedTree.status(path)?.st_ino
        let elsewhere = try #require(try tree.files("uids").first { MountedTree.status($0)?.st_ino == inode })
        let whole = try MountedTree.contents(path)
        var open: [CInt] = []
        for round in 0..<40 {
            open.append(Glibc.open(round % 2 == 0 ? path : elsewhere, O_RDONLY))
            #expect(open.allSatisfy { $0 >= 0 })
            if round % 3 == 2 { close(open.removeFirst()) }
        }
        for descriptor in open {
            let offset = Int.random(in: 0..<whole.count)
            var buffer = [UInt8](repeating: 0, count: whole.count)
            let count = pread(descriptor, &buffer, buffer.count, off_t(offset))
            #expect(Array(buffer.prefix(count)) == Array(whole[offset...]))
            let map = mmap(nil, whole.count, PROT_READ, MAP_SHARED, descriptor, 0)
            #expect(map != MAP_FAILED)
            if let map, map != MAP_FAILED {
                #expect(Array(UnsafeRawBufferPointer(start: map, count: whole.count)) == whole)
                munmap(map, whole.count)
            }
            close(descriptor)
        }
        #expect(try MountedTree.contents(path) == whole)
    }

    @Test func `many threads that open and close one file all get its bytes`() throws {
        let tree = try MountedTree(mounting: [fixtures + "/ct"], options: ["-o", "passthrough"])
        let path = try #require(try tree.files("patients").first { $0.hasSuffix(".dcm") })
        let whole = try MountedTree.contents(path)
        let wrong = Locked(0)
        let group = DispatchGroup()
        for _ in 0..<8 {
            group.enter()
            Thread {
                for _ in 0..<200 where (try? MountedTree.contents(path)) != whole { wrong.with { $0 += 1 } }
                group.leave()
            }.start()
        }
        group.wait()
        #expect(wrong.with { $0 } == 0)
    }

    @Test func `a source that was replaced is never mixed with the old one`() throws {
        let tree = try MountedTree(indexing: [])
        let sources = tree.folder + "/sources"
        try FileManager.default.copyItem(atPath: fixtures + "/ct", toPath: sources)
        func index() throws -> Int32 { try Finished.run(MountedTree.program("dcmfs"), ["index", "--quiet", "--names=plain", tree.archive, sources]).status }
        #expect(try index() == 0)
        try tree.mount(["-o", "passthrough"])
        let path = try #require(try tree.files("patients").first { $0.hasSuffix(".dcm") })
        let old = try MountedTree.contents(path)
        let source = try #require(try MountedTree.files(in: sources).first { try MountedTree.contents($0) == old })
        let reader = open(path, O_RDONLY)
        var new = old
        new[0] ^= 0xff
        // Another file under the name: an atomic replacement, as programs that write safely do it.
        try Data(new).write(to: URL(fileURLWithPath: source + ".new"))
        #expect(rename(source + ".new", source) == 0)
        #expect(try index() == 0)
        // Refused while the old one is open, or read whole.
        let meanwhile = try? MountedTree.contents(path)
        #expect(meanwhile == nil || meanwhile == new || meanwhile == old)
        close(reader)
        #expect(MountedTree.wait { (try? MountedTree.contents(path)) == new })
    }

    @Test func `a mount that cannot have it says so once and works`() throws {
        let tree = try MountedTree(indexing: [fixtures + "/ct"])
        let process = Process()
        let messages = Pipe()
        process.executableURL = URL(fileURLWithPath: MountedTree.program("dcmfs"))
        process.arguments = ["mount", "-f", "-o", "passthrough", tree.archive, tree.point]
        process.standardError = messages
        try process.run()
        #expect(MountedTree.wait { tree.isMounted })
        let files = try tree.files("patients").filter { $0.hasSuffix(".dcm") }
        #expect(!files.isEmpty)
        for path in files + files { #expect(try MountedTree.contents(path).count == MountedTree.status(path).map { Int($0.st_size) }) }
        process.terminate()
        let text = String(decoding: messages.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let count = text.split(separator: "\n").count { $0.contains("no passthrough") }
        #expect(count <= 1, "\(text)")
        print(count == 0 ? "passthrough was used" : "passthrough was not used: \(text)")
    }
}
