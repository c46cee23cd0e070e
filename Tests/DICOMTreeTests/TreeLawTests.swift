import DICOM
import DICOMTree
import Testing

@testable import DICOMArchive

/// What holds for every view and every kind of file, whoever adds one.
@Suite struct TreeLawTests {
    let source = MemorySource.sample(instances: 150)
    let producer = TestProducer()
    var tree: VirtualTree { VirtualTree(source: source, producer: producer, options: TreeOptions()) }

    @Test func `every listed name resolves to the node that was listed`() throws {
        let tree = tree
        for found in try tree.walk() {
            #expect(try tree.child(named: found.entry.name, of: found.parent) == found.entry.node, "\(found.name)")
            #expect(try tree.node(found.entry.node.id) == found.entry.node, "\(found.name)")
        }
    }

    @Test func `every directory knows where it lies`() throws {
        let tree = tree
        for found in try tree.walk() where found.entry.node.isDirectory {
            #expect(try tree.parent(of: found.entry.node.id) == found.parent, "\(found.name)")
        }
        #expect(try tree.parent(of: .root) == .root)
    }

    @Test func `names are legal and unique in their directory whatever their case`() throws {
        var seen: Set<String> = []
        for found in try tree.walk() {
            let name = found.entry.name
            #expect((1...255).contains(name.count) && !name.contains(0) && !name.contains(UInt8(ascii: "/")))
            #expect(name != Array(".".utf8) && name != Array("..".utf8))
            #expect(seen.insert("\(found.parent.rawValue)/\(String(decoding: name, as: UTF8.self).lowercased())").inserted, "\(found.name)")
        }
    }

    @Test func `numbers of files and folders stay below 2 to the 53rd, are one for each, and the same in another mount`() throws {
        let first = try tree.walk().map(\.entry.node)
        #expect(first.allSatisfy { $0.number > 0 && $0.number < 1 << 53 })
        #expect(Set(first.map(\.number)).count == Set(first.map(\.id)).count)
        #expect(first.map(\.number) == (try tree.walk().map(\.entry.node.number)))
        #expect(try tree.node(.root).number == 1)
        #expect(first.allSatisfy { $0.generation == 1 })
    }

    @Test func `node ids are positive, unique for directories and the same in another mount`() throws {
        let first = try tree.walk()
        let again = try tree.walk()
        #expect(first.map(\.entry.node.id) == again.map(\.entry.node.id))
        let directories = first.filter(\.entry.node.isDirectory).map(\.entry.node.id)
        #expect(Set(directories).count == directories.count)
        #expect(first.allSatisfy { Int64(bitPattern: $0.entry.node.id.rawValue) > 1 })
    }

    @Test(arguments: [1, 2, 3, 7, 64]) func `a listing in portions is the listing at once`(portion: Int) throws {
        let tree = tree
        for directory in [NodeID.root] + (try tree.walk().filter(\.entry.node.isDirectory).map(\.entry.node.id)) {
            let whole = try tree.entries(of: directory)
            #expect(try tree.entries(of: directory, portion: portion) == whole)
            #expect(zip(whole, whole.dropFirst()).allSatisfy { $0.cookie < $1.cookie })
            #expect(whole.allSatisfy { $0.cookie >= 8 })
        }
    }

    @Test func `size is what the bytes come to, before and after they are made`() throws {
        let tree = tree
        for found in try tree.walk() where !found.entry.node.isDirectory {
            try tree.prepare(found.entry.node.id)
            let node = try tree.node(found.entry.node.id)
            #expect(node.isSizeExact)
            let bytes = try tree.open(node.id).contents()
            #expect(bytes.count == node.size, "\(found.name)")
            #expect(try tree.node(node.id).size == node.size)
            #expect(!bytes.isEmpty, "\(found.name)")
        }
    }

    @Test func `any slice equals the part of the whole`() throws {
        let tree = tree
        var generator = SystemRandomNumberGenerator()
        for found in try tree.walk() where !found.entry.node.isDirectory {
            let whole = try tree.open(found.entry.node.id).contents()
            for _ in 0..<4 {
                let offset = Int.random(in: 0...whole.count + 3, using: &generator)
                let count = Int.random(in: 0...whole.count + 3, using: &generator)
                let expected = Array(whole.dropFirst(offset).prefix(count))
                #expect(try tree.open(found.entry.node.id).slice(offset, count) == expected, "\(found.name) \(offset) \(count)")
            }
        }
    }

    @Test func `walking, stat and lookup open no source and make nothing`() throws {
        let tree = tree
        for found in try tree.walk() {
            _ = try tree.node(found.entry.node.id)
            _ = try tree.child(named: found.entry.name, of: found.parent)
        }
        #expect(source.openings == 0)
        #expect(producer.productions == 0)
    }

    @Test func `names that are not listed are missing`() throws {
        let tree = tree
        let wrong = ["", "nothing", ".dcm", "00001", "00001.DCM", "00001.dcm.dcm", "00001.frames", "1.png", "README.TXT", "00001.dcm "]
        for directory in [NodeID.root] + (try tree.walk().filter(\.entry.node.isDirectory).map(\.entry.node.id)) {
            let names = Set(try tree.entries(of: directory).map(\.name))
            for name in wrong.map({ Array($0.utf8) }) where !names.contains(name) {
                #expect(throws: TreeError.self) { try tree.child(named: name, of: directory) }
            }
        }
    }

    @Test func `the tables agree with themselves`() {
        #expect(Set(VirtualTree.views.map(\.number)).count == VirtualTree.views.count)
        #expect(VirtualTree.views.allSatisfy { (1...255).contains($0.number) })
        #expect(Set(VirtualTree.views.map(\.name)).count == VirtualTree.views.count)
        #expect(Set(VirtualTree.renditions.map(\.label)).count == VirtualTree.renditions.count)
        #expect(Set(VirtualTree.renditions.map(\.suffix)).count == VirtualTree.renditions.count)
        #expect(Set(VirtualTree.renditions.map(\.kind)).count == VirtualTree.renditions.count)
        let variants = VirtualTree.renditions.map(\.variant) + [FramesDirectory.variant]
        #expect(Set(variants).count == variants.count && variants.allSatisfy { (0...7).contains($0) })
    }
}

extension TreeFile {
    /// Reads a part as a mount does.
    func slice(_ offset: Int, _ count: Int) throws -> [UInt8] {
        let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, count), alignment: 1)
        defer { scratch.deallocate() }
        var answer = try read(at: offset, count: count, scratch: scratch)
        if case .notReady = answer { answer = .slice(of: try prepare() ?? [], at: offset, count) }
        switch answer {
        case .scratch(let got): return Array(scratch.prefix(got))
        case .slice(let bytes, let range): return Array(bytes[range])
        case .notReady: throw TreeError(.broken, "not ready after prepare")
        }
    }
}
