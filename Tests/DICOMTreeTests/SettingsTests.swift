import DICOM
import DICOMTree
import Locks
import Testing

@testable import DICOMArchive

@Suite struct SettingsNameTests {
    private func settings(_ name: String) -> TreeSettings? { TreeSettings(Array(name.utf8)) }

    @Test(arguments: [
        ("window=lung", "window=lung"), ("window=40_400", "window=40_400"), ("window=40.0_400.50", "window=40_400.5"),
        ("window=-600_1500", "window=-600_1500"), ("window=file", "window=file"), ("window=file2", "window=file2"),
        ("overlays=on", "window=file"), ("show=txt+jpg,size=64,window=auto", "window=auto,size=64,show=jpg+txt"),
        ("overlays=off,size=256", "size=256,overlays=off"), ("pixels=stored,overlays=off", "overlays=off,pixels=stored"),
        ("pixels=square", "window=file"),
    ])
    func `settings in any order have one canonical name`(name: String, canonical: String) throws {
        let parsed = try #require(settings(name))
        #expect(parsed.name == canonical)
        #expect(try #require(settings(canonical)) == parsed)
    }

    @Test(arguments: [
        "", ",", "window", "window=", "window=Lung", "window=40", "window=40_0", "window=40_-1", "window=40_400_1", "window=nan_1", "window=1e9_1",
        "window=0x10_4", "window=file0", "window=file01", "size=0", "size=-1", "size=016", "size=16385", "size=99999999", "size= 5", "overlays=maybe", "pixels=", "pixels=round",
        "show=", "show=gif", "show=jpg+", "window=lung,window=bone", "window=lung,", ",window=lung", "windows=lung", "WINDOW=lung", "size=256 ",
    ])
    func `what does not follow the grammar is no setting`(name: String) {
        #expect(settings(name) == nil)
        #expect(settings(name + "\u{0}") == nil)
    }

    @Test func `bytes that are no text and names without end are no setting`() {
        #expect(TreeSettings(Array("window=lung".utf8) + [0xff]) == nil)
        #expect(TreeSettings(Array("size=1,show=jpg".utf8) + [UInt8](repeating: 48, count: 10_000)) == nil)
    }
}

@Suite struct SettingsTreeTests {
    let source = MemorySource.sample(instances: 20)
    let producer = TestProducer()
    var tree: VirtualTree { VirtualTree(source: source, producer: producer, options: TreeOptions()) }
    static let series = "patients/P1/2020-01-02 Thorax/001 CT"

    private func below(_ tree: VirtualTree, _ path: String) throws -> [Found] {
        var found: [Found] = []
        var open: [([[UInt8]], NodeID)] = [([], try tree.node(at: path).id)]
        while let (path, id) = open.popLast() {
            for entry in try tree.entries(of: id) {
                found.append(Found(path: path + [entry.name], parent: id, entry: entry))
                if entry.node.isDirectory { open.append((path + [entry.name], entry.node.id)) }
            }
        }
        return found
    }

    @Test func `the root does not list what would draw everything again`() throws {
        let tree = tree
        #expect(try !tree.walk().contains { $0.name.hasPrefix("with") })
        #expect(try tree.node(at: "with").isDirectory)
    }

    @Test(arguments: ["window=lung", "size=64", "overlays=off", "pixels=stored", "show=jpg+txt", "size=100,show=png", "window=file"])
    func `the tree under settings obeys the laws of the tree`(name: String) throws {
        let tree = tree
        let all = try below(tree, "with/\(name)")
        var directories: Set<NodeID> = []
        for found in all {
            #expect(try tree.child(named: found.entry.name, of: found.parent) == found.entry.node, "\(found.name)")
            #expect(try tree.node(found.entry.node.id) == found.entry.node, "\(found.name)")
            if found.entry.node.isDirectory {
                #expect(directories.insert(found.entry.node.id).inserted)
                #expect(try tree.parent(of: found.entry.node.id) == found.parent, "\(found.name)")
            } else if found.name.contains("/001 CT/") || found.name.hasSuffix("0003.png") {
                let bytes = try tree.open(found.entry.node.id).contents()
                #expect(bytes.count == found.entry.node.size, "\(found.name)")
            }
        }
        #expect(try tree.parent(of: tree.node(at: "with/\(name)").id) == NodeID.with)
        #expect(try tree.parent(of: NodeID.with) == .root)
    }

    @Test func `settings that do not concern pictures leave every file its node`() throws {
        let tree = tree
        for file in ["00001.dcm", "00001.txt"] {
            #expect(try tree.node(at: "with/window=lung/\(Self.series)/\(file)") == tree.node(at: "\(Self.series)/\(file)"))
        }
        #expect(try tree.node(at: "with/show=png/\(Self.series)/00001.png") == tree.node(at: "\(Self.series)/00001.png"))
        #expect(try tree.node(at: "with/window=lung/\(Self.series)/00001.png").id != tree.node(at: "\(Self.series)/00001.png").id)
    }

    @Test func `different spellings of the same settings are one node`() throws {
        let tree = tree
        #expect(try tree.node(at: "with/size=64,overlays=off/patients") == tree.node(at: "with/overlays=off,size=64/patients"))
        #expect(try tree.node(at: "with/size=64/patients").id != tree.node(at: "with/size=65/patients").id)
    }

    @Test func `sizes under a longest side are those of the smaller picture and cost no rendering`() throws {
        let tree = tree
        let row = try #require(try source.instances(of: tree.node(at: Self.series).id.row, after: 0, limit: 1).first)
        let description = try #require(row.picture)
        let small = description.drawn(with: PictureSettings(longestSide: 3))
        #expect(max(small.width, small.height) == 3)
        let node = try tree.node(at: "with/size=3/\(Self.series)/\(String(decoding: row.stem, as: UTF8.self)).png")
        #expect(node.size == PictureSize.png(small))
        #expect(producer.productions == 0 && source.openings == 0)
    }

    @Test func `only the kinds asked for are there, even those the mount does not show`() throws {
        let tree = VirtualTree(source: source, producer: producer, options: TreeOptions(shown: ["dcm"]))
        let names = try tree.entries(of: tree.node(at: "with/show=jpg+txt/\(Self.series)").id).map { String(decoding: $0.name, as: UTF8.self) }
        #expect(!names.isEmpty && names.allSatisfy { $0.hasSuffix(".jpg") || $0.hasSuffix(".txt") })
        let node = try tree.node(at: "with/show=jpg/\(Self.series)/00001.jpg")
        #expect(try tree.open(node.id).contents().count == node.size)
        #expect(throws: TreeError.self) { try tree.node(at: "with/show=jpg/\(Self.series)/00001.dcm") }
    }

    @Test func `numbers that nobody refers to are used again, and what had them is stale`() throws {
        let tree = tree
        let first = try tree.referredChild(named: Array("size=1".utf8), of: .with, reader: 1)
        let inside = try tree.node(at: "with/size=1/patients")
        tree.forget(first.id)
        // Nobody else needs it: a handle of before still leads there.
        #expect(try tree.node(inside.id) == inside)
        let handle = try tree.referredNode(first.id)
        #expect(handle.generation == first.generation)
        tree.forget(handle.id)
        for side in 2...3 * NodeID.settingsLimit {
            let node = try tree.referredChild(named: Array("size=\(side)".utf8), of: .with, reader: 1)
            #expect(node.number < 1 << 53)
            tree.forget(node.id)
        }
        let successor = try tree.referredNode(first.id)
        #expect(successor.generation != first.generation)
        #expect(try tree.node(at: "with/size=1").id != first.id || tree.referredNode(first.id).generation != first.generation)
    }

    @Test func `a reader who keeps all that he may leaves the rest to others`() throws {
        let tree = tree
        let asked = Mutex<[[UInt8]]>([])
        tree.onCrowded { parent, name in
            #expect(parent == .with)
            asked.withLock { $0.append(name) }
        }
        var held: [NodeID] = []
        #expect { while held.count < NodeID.settingsLimit { held.append(try tree.referredChild(named: Array("size=\(held.count + 1)".utf8), of: .with, reader: 1).id) } }
            throws: { ($0 as? TreeError)?.code == .crowded }
        #expect(held.count == 128)
        // What he has not used for longest the kernel is asked to forget.
        #expect(asked.withLock { $0.first } == Array("size=1".utf8))
        for reader in UInt32(2)...5 {
            #expect(try tree.referredChild(named: Array("size=\(1000 + reader)".utf8), of: .with, reader: reader).isDirectory)
        }
        #expect(try tree.referredChild(named: Array("window=lung".utf8), of: .with, reader: 1).isDirectory)
        #expect(try tree.referredChild(named: Array("size=5".utf8), of: .with, reader: 2).id == held[4])
        for id in held { tree.forget(id) }
        #expect(try tree.referredChild(named: Array("size=2000".utf8), of: .with, reader: 1).isDirectory)
    }

    @Test func `numbers below settings are one for each file, apart from all others`() throws {
        let tree = tree
        var numbers: [UInt64: NodeID] = [:]
        func note(_ node: Node) { #expect(numbers.updateValue(node.id, forKey: node.number) ?? node.id == node.id) }
        for found in try tree.walk() { note(found.entry.node) }
        for name in ["with/size=64", "with/size=65", "find/PatientID=P1", "with/size=64/find/PatientID=P1", "with/size=64/find/PatientID=*"] {
            note(try tree.node(at: name))
            for found in try below(tree, name) {
                #expect(found.entry.node.number < 1 << 53)
                note(found.entry.node)
            }
        }
        #expect(numbers.count > 400)
    }

    @Test func `ids of settings that nobody asked for are stale`() throws {
        let tree = tree
        for kind in [NodeID.Kind.viewDirectory, .seriesDirectory, .png, .frameJPEG, .fixed] {
            let id = try #require(NodeID(kind, row: 1, detail: 1, settings: 77))
            #expect(throws: TreeError.self) { try tree.node(id) }
        }
    }

    @Test func `the list of presets and the README have the grammar that works`() throws {
        let tree = tree
        let entries = try tree.entries(of: .with)
        #expect(entries.count > 5 && entries.first?.name == Array("README.txt".utf8))
        for portion in [1, 2, 5] { #expect(try tree.entries(of: .with, portion: portion) == entries) }
        for entry in entries { #expect(try tree.child(named: entry.name, of: .with) == entry.node) }
        let text = try tree.open(.withReadme).contents()
        #expect(text.count == (try tree.node(.withReadme)).size)
        #expect(String(decoding: text, as: UTF8.self).contains("lung"))
    }
}

@Suite struct DrawnSizeTests {
    @Test(arguments: [
        (512, 512, 256, 256, 256), (512, 256, 256, 256, 128), (100, 50, 256, 100, 50), (1, 1000, 100, 1, 100), (3000, 2, 16, 16, 1),
    ])
    func `a longest side reduces and never enlarges`(width: Int, height: Int, side: Int, wide: Int, high: Int) {
        let drawn = PictureDescription(width: width, height: height, channels: 1).drawn(with: PictureSettings(longestSide: side))
        #expect((drawn.width, drawn.height) == (wide, high))
    }

    @Test func `pixels become square at the density of the finer axis`() {
        let density = PixelDensity(x: 2000, y: 1000, isMetric: true)
        let description = PictureDescription(width: 400, height: 100, channels: 1, density: density)
        let whole = description.drawn(with: PictureSettings(longestSide: 1000))
        #expect((whole.width, whole.height) == (400, 200))
        #expect(whole.density == PixelDensity(x: 2000, y: 2000, isMetric: true))
        let half = description.drawn(with: PictureSettings(longestSide: 200))
        #expect((half.width, half.height) == (200, 100))
        #expect(half.density == PixelDensity(x: 1000, y: 1000, isMetric: true))
        let ratio = PictureDescription(width: 320, height: 200, channels: 1, density: PixelDensity(x: 6, y: 5, isMetric: false))
        #expect(ratio.drawn(with: PictureSettings(longestSide: 999)).density == nil)
    }

    @Test func `extreme aspects stay inside the limits`() {
        let description = PictureDescription(width: 65_535, height: 1, channels: 3, density: PixelDensity(x: 1, y: 65_535, isMetric: false))
        let drawn = description.drawn(with: PictureSettings(longestSide: 16_384))
        #expect(drawn.width >= 1 && drawn.height >= 1 && max(drawn.width, drawn.height) <= 16_384)
    }
}
