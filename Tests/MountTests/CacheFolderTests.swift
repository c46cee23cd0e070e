import DICOM
import Foundation
import Glibc
import TestSupport
import Testing

/// `-o cache_dir=`: pictures that outlive the mount.
@Suite(.serialized, .enabled(if: MountedTree.isPossible), .timeLimit(.minutes(5))) struct CacheFolderTests {
    /// Large enough that any machine takes longer than the threshold to draw them.
    private static let side: UInt16 = 3000

    private func makeTree(_ count: Int) throws -> MountedTree {
        let tree = try MountedTree(indexing: [])
        try FileManager.default.createDirectory(atPath: tree.folder + "/sources", withIntermediateDirectories: true)
        for number in 1...count { try write(number, seed: number, tree) }
        try index(tree)
        return tree
    }

    private func write(_ number: Int, seed: Int, _ tree: MountedTree) throws {
        var writer = DICOMWriter(.explicitLittle)
        writer.identity(instance: "1.2.3.4.5.\(number)", number: number)
        writer.element(Tag(0x0028, 0x0002), us: 1)
        writer.element(Tag(0x0028, 0x0004), .CS, "MONOCHROME2")
        writer.element(Tag(0x0028, 0x0010), us: Self.side)
        writer.element(Tag(0x0028, 0x0011), us: Self.side)
        writer.element(Tag(0x0028, 0x0100), us: 16)
        writer.element(Tag(0x0028, 0x0101), us: 16)
        writer.element(Tag(0x0028, 0x0102), us: 15)
        writer.element(Tag(0x0028, 0x0103), us: 0)
        var pixels = [UInt8](repeating: 0, count: 2 * Int(Self.side) * Int(Self.side))
        for place in stride(from: 0, to: pixels.count, by: 7) { pixels[place] = UInt8(truncatingIfNeeded: place &* seed) }
        writer.element(.pixelData, .OW, pixels)
        let file = writer.part10("1.2.840.10008.1.2.1", instance: "1.2.3.4.5.\(number)")
        try Data(file).write(to: URL(fileURLWithPath: "\(tree.folder)/sources/\(number)"))
    }

    private func index(_ tree: MountedTree) throws {
        let result = try Finished.run(MountedTree.program("dcmfs"), ["index", "--quiet", "--names=plain", tree.archive, tree.folder + "/sources"])
        #expect(result.status == 0, "\(result.errors)")
    }

    /// Whole files in the folder, as soon as there are so many: a mount that ends waits two seconds for what it writes, no longer.
    private func stored(_ count: Int, in cache: String) throws -> [String] {
        var files: [String] = []
        let areThere = MountedTree.wait {
            files = ((try? MountedTree.files(in: cache)) ?? []).filter { !$0.hasSuffix(".new") }
            return files.count == count
        }
        try #require(areThere, "\(files)")
        return files
    }

    private func pictures(_ tree: MountedTree) throws -> [String] { try tree.files("patients").filter { $0.hasSuffix(".png") } }

    @Test func `of two mounts in turn the second gives the same pictures and starts no worker`() throws {
        let tree = try makeTree(2)
        let cache = tree.folder + "/cache"
        try tree.mount(["-o", "cache_dir=\(cache)"])
        let first = try pictures(tree).map { try MountedTree.contents($0) }
        #expect(first.count == 2 && first[0] != first[1])
        let files = try stored(2, in: cache)
        try tree.unmount()
        #expect(MountedTree.wait { tree.processes().isEmpty })
        #expect(try MountedTree.files(in: cache) == files)
        try tree.mount(["-o", "cache_dir=\(cache)"])
        #expect(try pictures(tree).map { try MountedTree.contents($0) } == first)
        #expect(tree.processes(named: "dcmfs-worker").isEmpty)
        #expect(MountedTree.status(cache)?.st_mode == S_IFDIR | 0o700)
        for file in try MountedTree.files(in: cache) { #expect(MountedTree.status(file)?.st_mode == S_IFREG | 0o600) }
        try tree.unmount()
        // Without the option nothing is stored or read.
        try FileManager.default.removeItem(atPath: cache)
        try tree.mount()
        #expect(try pictures(tree).map { try MountedTree.contents($0) } == first)
        #expect(!tree.processes(named: "dcmfs-worker").isEmpty && MountedTree.status(cache) == nil)
    }

    @Test func `a source that is replaced, or gone, shows no old picture of the folder`() throws {
        let tree = try makeTree(1)
        let options = ["-o", "cache_dir=\(tree.folder)/cache"]
        try tree.mount(options)
        let first = try MountedTree.contents(pictures(tree)[0])
        _ = try stored(1, in: tree.folder + "/cache")
        try tree.unmount()
        try write(1, seed: 77, tree)
        try tree.mount(options)
        #expect(throws: POSIXError.self) { try MountedTree.contents(pictures(tree)[0]) }
        try index(tree)
        #expect(MountedTree.wait { (try? MountedTree.contents(pictures(tree)[0])) != nil })
        let second = try MountedTree.contents(pictures(tree)[0])
        #expect(second != first && second.count == first.count)
        try FileManager.default.removeItem(atPath: tree.folder + "/sources/1")
        #expect(MountedTree.wait { (try? MountedTree.contents(pictures(tree)[0])) == nil })
    }

    @Test func `damage below the folder reaches no reader`() throws {
        let tree = try makeTree(1)
        let (cache, options) = (tree.folder + "/cache", ["-o", "cache_dir=\(tree.folder)/cache"])
        try tree.mount(options)
        let first = try MountedTree.contents(pictures(tree)[0])
        let file = try stored(1, in: cache)[0]
        try tree.unmount()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        let sound = bytes
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(fileURLWithPath: file))
        try tree.mount(options)
        #expect(try MountedTree.contents(pictures(tree)[0]) == first)
        #expect(MountedTree.wait { (try? Data(contentsOf: URL(fileURLWithPath: file))) == sound })
    }

    @Test func `what cannot hold pictures is refused with the reason, and nothing is mounted`() throws {
        let tree = try makeTree(1)
        let open = tree.folder + "/open"
        mkdir(open, 0o700)
        chmod(open, 0o755)
        let table: [(String, Int32, String)] = [
            ("cache_dir=\(open)", 1, "chmod 700"), ("cache_dir=\(tree.folder)/none/cache", 1, "No such file"),
            ("cache_dir=\(tree.archive)", 1, "ot a directory"), ("cache_dir=\(tree.point)", 2, "in the mount itself"),
            ("cache_dir=\(tree.point)/cache", 2, "in the mount itself"), ("cache_dir=\(tree.point)/../mount/cache", 2, "in the mount itself"),
            ("cache_dir=", 2, "cache_dir=DIR"), ("cache_dir", 2, "cache_dir=DIR"),
            ("cache_dir=\(tree.folder)/c,cache_dir_size=much", 2, "cache_dir_size="),
        ]
        for (option, code, text) in table {
            let result = try tree.tryMount(["-o", option])
            #expect(result.status == code && result.errors.contains(text), "\(option): \(result.status) \(result.errors)")
            #expect(!tree.isMounted)
        }
        #expect(MountedTree.status(tree.point + "/cache") == nil && MountedTree.status(tree.folder + "/c") == nil)
        try tree.mount(["-o", "cache_dir=\(tree.folder)/c,cache_dir_size=10M"])
    }
}
