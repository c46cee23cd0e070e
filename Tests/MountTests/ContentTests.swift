import DICOM
import Foundation
import Glibc
import TestSupport
import Testing

private let fixtures = Corpus.projectRoot + "/Fixtures"

@Suite(.serialized, .enabled(if: MountedTree.isPossible), .timeLimit(.minutes(5))) struct ContentTests {
    /// R3.
    @Test func `size before the first open is what every file holds, or reading fails`() throws {
        let tree = try MountedTree(mounting: [fixtures])
        var kinds: Set<String> = []
        for path in try tree.files() {
            let size = try #require(MountedTree.status(path)).st_size
            guard let bytes = try? MountedTree.contents(path) else { continue }
            #expect(bytes.count == size, "\(path)")
            #expect(size > 0, "\(path)")
            #expect(MountedTree.status(path)?.st_size == size, "\(path)")
            kinds.insert(String(path.split(separator: ".").last ?? ""))
        }
        #expect(kinds.isSuperset(of: ["dcm", "txt"]))
    }

    @Test func `every dcm is the bytes of a source, and every other attribute follows`() throws {
        let tree = try MountedTree(mounting: [fixtures])
        let sources = Set(try MountedTree.files(in: fixtures).map { try MountedTree.contents($0) })
        var count = 0
        for path in try tree.files("patients") where path.hasSuffix(".dcm") {
            #expect(sources.contains(try MountedTree.contents(path)), "\(path)")
            let status = try #require(MountedTree.status(path))
            #expect(status.st_mode == S_IFREG | 0o600)
            #expect(status.st_nlink == 1)
            #expect(status.st_blocks == (status.st_size + 511) / 512)
            #expect(status.st_blksize == 128 * 1024)
            count += 1
        }
        #expect(count >= 20)
    }

    /// R2.
    @Test func `slices of any size and place equal the whole`() throws {
        let tree = try MountedTree(mounting: [fixtures])
        for path in try tree.files("patients") {
            guard let whole = try? MountedTree.contents(path) else { continue }
            let descriptor = open(path, O_RDONLY)
            defer { close(descriptor) }
            var buffer = [UInt8](repeating: 0, count: whole.count + 10)
            for _ in 0..<6 {
                let offset = Int.random(in: 0...whole.count + 5)
                let count = Int.random(in: 0...whole.count + 5)
                let got = pread(descriptor, &buffer, count, off_t(offset))
                #expect(got == min(count, max(0, whole.count - offset)))
                #expect(Array(buffer.prefix(max(0, got))) == Array(whole.dropFirst(offset).prefix(count)), "\(path) \(offset) \(count)")
            }
            let end = lseek(descriptor, 0, SEEK_END)
            #expect(end == whole.count)
        }
    }

    @Test func `eight readers at once get what one gets`() throws {
        let tree = try MountedTree(mounting: [fixtures])
        let files = try tree.files("patients")
        let alone = files.map { try? MountedTree.contents($0) }
        try tree.unmount()
        try tree.mount()
        let results = Results()
        let group = DispatchGroup()
        for start in 0..<8 {
            group.enter()
            Thread {
                let order = files.indices.map { ($0 + start * 5) % files.count }
                for index in order { results.add((try? MountedTree.contents(files[index])) == alone[index]) }
                group.leave()
            }.start()
        }
        group.wait()
        #expect(results.count == files.count * 8)
        #expect(results.wrong == 0)
    }

    /// R12.
    @Test func `rsync sends nothing the second time, not even after a remount`() throws {
        guard let rsync = Finished.find("rsync") else { return }
        let tree = try MountedTree(mounting: [fixtures])
        let copy = tree.folder + "/copy/"
        let first = try Finished.run(rsync, ["-a", tree.point + "/", copy])
        #expect(first.status == 0 || first.status == 23, "\(first.errors)")
        try tree.unmount()
        try tree.mount()
        for options in ["-ai", "-aic"] {
            let again = try Finished.run(rsync, [options, tree.point + "/", copy])
            let sent = again.output.split(separator: "\n").filter { $0.hasPrefix(">f") }
            let copied = sent.filter { FileManager.default.fileExists(atPath: copy + $0.split(separator: " ", maxSplits: 1).last.map(String.init)!) }
            #expect(copied.isEmpty, "\(options): \(copied)")
        }
    }

    @Test func `S1 S3 a source that is gone, cut or replaced is an error and stays listed`() throws {
        let tree = try MountedTree(indexing: [])
        let sources = tree.folder + "/sources"
        try FileManager.default.copyItem(atPath: fixtures + "/ct", toPath: sources)
        let index = try Finished.run(MountedTree.program("dcmfs"), ["index", "--quiet", "--names=plain", tree.archive, sources])
        #expect(index.status == 0)
        try tree.mount()
        let listed = try tree.files("patients").filter { $0.hasSuffix(".dcm") }
        let names = try FileManager.default.contentsOfDirectory(atPath: sources).sorted()
        #expect(listed.count == names.count && names.count >= 4)
        try FileManager.default.removeItem(atPath: sources + "/" + names[0])
        truncate(sources + "/" + names[1], 100)
        try FileManager.default.removeItem(atPath: sources + "/" + names[2])
        mkfifo(sources + "/" + names[2], 0o600)
        let failures = listed.filter { (try? MountedTree.contents($0)) == nil }
        #expect(failures.count == 3)
        for path in failures { #expect(throws: POSIXError(.EIO)) { try MountedTree.contents(path) } }
        #expect(try tree.files("patients").filter { $0.hasSuffix(".dcm") } == listed)
    }

    private static func large(_ byte: UInt8) -> [UInt8] {
        var writer = DICOMWriter(.explicitLittle)
        writer.identity()
        writer.element(.pixelData, .OW, [UInt8](repeating: byte, count: 4 << 20))
        return writer.part10()
    }

    /// A mount of one source of 4 MiB, and where both are.
    private static func large() throws -> (tree: MountedTree, source: String, path: String) {
        let tree = try MountedTree(indexing: [])
        let source = tree.folder + "/large.dcm"
        try Data(large(7)).write(to: URL(fileURLWithPath: source))
        #expect(try Finished.run(MountedTree.program("dcmfs"), ["index", "--quiet", "--names=plain", tree.archive, source]).status == 0)
        try tree.mount(["-o", "show=dcm"])
        return (tree, source, try #require(try tree.files("patients").first))
    }

    @Test func `S2 a source cut while it is read is an error, not a short file`() throws {
        let (tree, source, path) = try Self.large()
        defer { withExtendedLifetime(tree) {} }
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        #expect(pread(descriptor, &buffer, buffer.count, 0) == buffer.count)
        truncate(source, 1 << 20)
        #expect(pread(descriptor, &buffer, buffer.count, 3 << 20) == -1)
        #expect(errno == EIO)
    }

    @Test func `S1 S2 a source overwritten where it stands is an error to who has it open, never half of each`() throws {
        let (tree, source, path) = try Self.large()
        defer { withExtendedLifetime(tree) {} }
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        #expect(pread(descriptor, &buffer, buffer.count, 0) == buffer.count)
        // Another name, and other rights, are no other bytes.
        #expect(link(source, source + "2") == 0 && chmod(source, 0o600) == 0)
        #expect(pread(descriptor, &buffer, buffer.count, 2 << 20) == buffer.count)
        let handle = try #require(FileHandle(forWritingAtPath: source))
        handle.write(Data(Self.large(9)))
        try handle.close()
        #expect(pread(descriptor, &buffer, buffer.count, 3 << 20) == -1)
        #expect(errno == EIO)
        #expect(open(path, O_RDONLY) == -1)
    }

    /// R3, R9.
    @Test func `a picture that cannot be made fails when it is opened, with the dcm and txt beside it unharmed`() throws {
        let tree = try MountedTree(indexing: [])
        let source = tree.folder + "/damaged.dcm"
        var writer = DICOMWriter(.explicitLittle)
        writer.identity()
        writer.element(.samplesPerPixel, us: 1)
        writer.element(.photometricInterpretation, .CS, "MONOCHROME2")
        for tag in [Tag.rows, .columns] { writer.element(tag, us: 64) }
        writer.element(.bitsAllocated, us: 8)
        writer.element(.bitsStored, us: 8)
        writer.element(.highBit, us: 7)
        writer.element(.pixelRepresentation, us: 0)
        writer.fragments([[UInt8](repeating: 0xA5, count: 100)])
        // Deflated frames have no marker of their own: the index cannot see that these are none.
        let bytes = writer.part10("1.2.840.10008.1.2.8.1")
        try Data(bytes).write(to: URL(fileURLWithPath: source))
        #expect(try Finished.run(MountedTree.program("dcmfs"), ["index", "--quiet", "--names=plain", tree.archive, source]).status == 0)
        try tree.mount()
        let files = try tree.files("patients")
        #expect(files.contains { $0.hasSuffix(".png") })
        for path in files {
            let size = try #require(MountedTree.status(path)).st_size
            for _ in 0..<2 {
                let descriptor = open(path, O_RDONLY)
                if path.hasSuffix(".png") || path.hasSuffix(".jpg") {
                    #expect(descriptor == -1 && errno == EIO)
                    #expect(size > 0)
                } else {
                    #expect(try MountedTree.contents(path).count == size)
                }
                if descriptor >= 0 { close(descriptor) }
            }
            if path.hasSuffix(".dcm") { #expect(try MountedTree.contents(path) == bytes) }
        }
        // From then on it is named.
        #expect(String(decoding: try MountedTree.contents(tree.point + "/problems/no-preview.txt"), as: UTF8.self).contains(source))
    }

    private final class Results: Sendable {
        private let state = Locked((count: 0, wrong: 0))
        func add(_ isRight: Bool) {
            state.with {
                $0.count += 1
                if !isRight { $0.wrong += 1 }
            }
        }
        var count: Int { state.with { $0.count } }
        var wrong: Int { state.with { $0.wrong } }
    }
}
