import DICOM
import DICOMTree
import Testing

@testable import DICOMArchive

@Suite struct FramesTests {
    let source = MemorySource.sample()
    let producer = TestProducer()
    var tree: VirtualTree { VirtualTree(source: source, producer: producer, options: TreeOptions()) }
    static let cine = "patients/P1/2020-01-02 Thorax/002 XA"

    private func names(_ path: String, _ tree: VirtualTree) throws -> [String] {
        try tree.entries(of: tree.node(at: path).id).map { String(decoding: $0.name, as: UTF8.self) }
    }

    @Test func `up to a thousand frames are listed, counted from one with four digits`() throws {
        let names = try names(Self.cine + "/00001.frames", tree)
        #expect(names.count == 24)
        #expect(names.first == "0001.png" && names.last == "0012.jpg")
    }

    @Test func `more frames are reached by name and not listed`() throws {
        let tree = tree
        let path = Self.cine + "/00002.frames"
        #expect(try names(path, tree) == ["README.txt"])
        let frame = try tree.node(at: path + "/2500.png")
        #expect(frame.id.detail == 2_499)
        #expect(try tree.open(frame.id).contents().count == frame.size)
        #expect(try String(decoding: tree.open(tree.node(at: path + "/README.txt").id).contents(), as: UTF8.self).contains("2500 frames"))
    }

    @Test(arguments: ["0000.png", "0013.png", "001.png", "00001.png", "1.png", "+001.png", "0001", "README.txt", "0001.gif"])
    func `only the listed spelling of a frame exists`(name: String) throws {
        let tree = tree
        #expect(throws: TreeError.self) { try tree.node(at: Self.cine + "/00001.frames/" + name) }
    }

    @Test func `the picture beside the frames is the representative frame`() throws {
        let tree = tree
        let beside = try tree.open(tree.node(at: Self.cine + "/00001.png").id).contents()
        let inside = try tree.open(tree.node(at: Self.cine + "/00001.frames/0006.png").id).contents()
        #expect(beside == inside)
    }

    @Test func `the picture beside the frames of a slide is the whole of it, the frames are its tiles`() throws {
        source.change { state in
            guard let index = state.instances.firstIndex(where: { $0.picture?.frameCount == 12 }) else { return }
            let row = state.instances[index]
            var picture = row.picture
            picture?.assembled = PictureSides(width: 30, height: 40)
            state.instances[index] = InstanceRow(
                id: row.id, seriesID: row.seriesID, stem: row.stem, uidStem: row.uidStem, size: row.size, mtimeNs: row.mtimeNs,
                contentChangedNs: row.contentChangedNs, headerTextLength: row.headerTextLength, headerTextVersion: row.headerTextVersion,
                pictureState: row.pictureState, picture: picture, framesIno: row.framesIno)
        }
        let tree = tree
        let whole = PictureDescription(width: 30, height: 40, channels: 3)
        let tile = PictureDescription(width: 9, height: 9, channels: 3)
        #expect(try tree.node(at: Self.cine + "/00001.png").size == PictureSize.png(whole))
        #expect(try tree.node(at: Self.cine + "/00001.jpg").size == PictureSize.jpeg(whole))
        #expect(try tree.node(at: Self.cine + "/00001.frames/0006.png").size == PictureSize.png(tile))
        #expect(try tree.node(at: "with/size=8/" + Self.cine + "/00001.png").size == PictureSize.png(width: 6, height: 8, channels: 3, hasDensity: false, iccProfileLength: 0))
        for path in [Self.cine + "/00001.png", Self.cine + "/00001.frames/0006.png", Self.cine + "/00001.frames/0006.jpg"] {
            let node = try tree.node(at: path)
            #expect(try tree.open(node.id).contents().count == node.size, "\(path)")
        }
    }

    @Test func `single frames have no frames directory`() throws {
        #expect(try !names("patients/P1/2020-01-02 Thorax/001 CT", tree).contains { $0.hasSuffix(".frames") })
    }
}

@Suite struct ShowTests {
    @Test func `only the chosen kinds exist`() throws {
        let tree = VirtualTree(source: MemorySource.sample(), producer: TestProducer(), options: TreeOptions(shown: ["dcm", "jpg"]))
        let names = try tree.walk().filter { !$0.entry.node.isDirectory }.map(\.name)
        #expect(names.contains("patients/P1/2020-01-02 Thorax/001 CT/00001.dcm"))
        #expect(!names.contains { $0.hasPrefix("patients") && $0.hasSuffix(".png") })
        #expect(!names.contains { $0.hasPrefix("patients") && $0.hasSuffix(".txt") && !$0.hasSuffix("README.txt") })
        #expect(throws: TreeError.self) { try tree.node(at: "patients/P1/2020-01-02 Thorax/001 CT/00001.png") }
    }

    @Test func `without pictures there are no frames`() throws {
        let tree = VirtualTree(source: MemorySource.sample(), producer: TestProducer(), options: TreeOptions(shown: ["dcm", "txt"]))
        #expect(try !tree.walk().contains { $0.name.hasSuffix(".frames") })
    }
}

@Suite struct ReportTests {
    let source = MemorySource.sample()

    @Test func `the readme counts without patient data`() throws {
        let tree = VirtualTree(source: source, producer: TestProducer(), options: TreeOptions())
        let text = String(decoding: try tree.open(.readme).contents(), as: UTF8.self)
        #expect(text.contains("2 patients, 2 studies, 3 series, 10 instances"))
        #expect(!text.contains("Grüße"))
    }

    @Test func `problems show what the index says, and follow it`() throws {
        let tree = VirtualTree(source: source, producer: TestProducer(), options: TreeOptions())
        let name = "problems/truncated.txt"
        let id = try tree.node(at: name).id
        #expect(try tree.open(id).contents() == Array("/a/b\ttruncated\n".utf8))
        #expect(try tree.node(at: name).size == 15)
        source.change { $0.problems[Array("truncated.txt".utf8)] = Array("/a/b\ttruncated\n/c\ttruncated\n".utf8) }
        try tree.prepare(id)
        #expect(try tree.node(at: name).size == 28)
        source.change { $0.reasons = [] }
        #expect(throws: TreeError.self) { try tree.node(id) }
    }
}
