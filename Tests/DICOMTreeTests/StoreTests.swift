import DICOM
import Foundation
import Glibc
import Locks
import TestSupport
import Testing

@testable import DICOMArchive
@testable import DICOMTree

/// Pictures that outlive the mount (`-o cache_dir=`).
@Suite(.serialized) struct StoreTests {
    let source = MemorySource.sample()
    let producer = TestProducer()
    let fixture: StoreFixture
    static let series = "patients/P1/2020-01-02 Thorax/001 CT"
    static let picture = series + "/00001.png"

    init() throws { fixture = try StoreFixture() }

    private func tree(_ store: DiskPictureStore, origin: String = "dcmfs 1") -> VirtualTree {
        var options = TreeOptions(cacheBytes: 0, log: { _ in })
        options.storing = PictureStoring(store: store, origin: Array(origin.utf8))
        return VirtualTree(source: source, producer: producer, options: options)
    }

    /// The bytes as a new mount gives them, and how many productions that took.
    private func read(_ path: String = picture, origin: String = "dcmfs 1", with limits: DiskPictureStore.Limits? = nil) throws -> (
        bytes: [UInt8], made: Int
    ) {
        let store = try fixture.store(limits)
        let tree = tree(store, origin: origin)
        let before = producer.productions
        let node = try tree.node(at: path)
        let bytes = try tree.open(node.id).contents()
        #expect(bytes.count == node.size)
        store.finish(within: 60)
        return (bytes, producer.productions - before)
    }

    @Test func `a second mount gives the same bytes without making them`() throws {
        let slices = ["00001.png", "00002.jpg", "00003.png"].map { Self.series + "/" + $0 }
        let paths = slices + ["patients/P1/2020-01-02 Thorax/002 XA/00001.frames/0003.png"]
        let first = try paths.map { try read($0) }
        #expect(first.map(\.made) == [1, 1, 1, 1])
        let second = try paths.map { try read($0) }
        #expect(second.map(\.made) == [0, 0, 0, 0])
        #expect(second.map(\.bytes) == first.map(\.bytes))
        #expect(try fixture.files().count == 4)
    }

    @Test func `what was evicted from memory is read from the folder, in the same mount`() throws {
        let store = try fixture.store()
        let tree = tree(store)
        let id = try tree.node(at: Self.picture).id
        let bytes = try tree.open(id).contents()
        store.finish(within: 60)
        #expect(try tree.open(id).contents() == bytes)
        #expect(producer.productions == 1)
    }

    @Test func `texts and what is cheap to make are not stored`() throws {
        _ = try read(Self.series + "/00001.txt")
        producer.state.withLock { $0.cost = 1_999 }
        _ = try read()
        #expect(try fixture.files().isEmpty)
        producer.state.withLock { $0.cost = 2_000 }
        _ = try read()
        #expect(try fixture.files().count == 1)
    }

    @Test func `folders and files are of the owner alone, whatever the umask`() throws {
        for mask: mode_t in [0, 0o022] {
            let before = umask(mask)
            defer { umask(before) }
            let folder = try StoreFolder(path: Array((fixture.folder + "/made-\(mask)").utf8))
            #expect(folder.write([[1, 2, 3]], as: Array(String(repeating: "ab", count: 32).utf8)) == 0)
            let root = fixture.folder + "/made-\(mask)"
            #expect(MountedTree.status(root)?.st_mode == S_IFDIR | 0o700)
            for file in try MountedTree.files(in: root) { #expect(MountedTree.status(file)?.st_mode == S_IFREG | 0o600) }
            #expect(MountedTree.status(root + "/dcmfs-1")?.st_mode == S_IFDIR | 0o700)
        }
    }

    @Test func `a folder that others may enter, of another user, or that is none is refused with the remedy`() throws {
        let path = fixture.folder + "/open"
        mkdir(path, 0o700)
        for mode: mode_t in [0o755, 0o710, 0o701, 0o720] {
            chmod(path, mode)
            #expect { try StoreFolder(path: Array(path.utf8)) } throws: { "\($0)".contains("chmod 700") }
        }
        #expect(try MountedTree.files(in: path).isEmpty)
        chmod(path, 0o700)
        _ = try StoreFolder(path: Array(path.utf8))
        #expect { try StoreFolder(path: Array((fixture.folder + "/no/cache").utf8)) } throws: { "\($0)".contains("must be there") }
        try Data([1]).write(to: URL(fileURLWithPath: fixture.folder + "/file"))
        #expect { try StoreFolder(path: Array((fixture.folder + "/file").utf8)) } throws: { "\($0)".contains("ot a directory") }
        guard getuid() == 0 else { return print("a folder of another user is not tried: only root can make one") }
        #expect(chown(path, 12, 12) == 0)
        #expect { try StoreFolder(path: Array(path.utf8)) } throws: { "\($0)".contains("another user") }
    }

    @Test(arguments: StoreFixture.Damage.allCases)
    func `what does not fit is removed, made anew and stored again`(damage: StoreFixture.Damage) throws {
        let whole = try read().bytes
        let file = try #require(try fixture.files().first)
        _ = try read(Self.series + "/00002.png")
        let sound = try Data(contentsOf: URL(fileURLWithPath: file))
        try fixture.strike(file, damage, other: try #require(try fixture.files().first { $0 != file }))
        let again = try read()
        #expect(again.bytes == whole && again.made == 1)
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == sound)
        #expect(try read().made == 0)
    }

    @Test func `every byte of a stored file is guarded`() throws {
        let whole = try read().bytes
        let file = try #require(try fixture.files().first)
        let sound = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
        for place in sound.indices {
            var struck = sound
            struck[place] ^= 1 << UInt8(place % 8)
            try Data(struck).write(to: URL(fileURLWithPath: file))
            let again = try read()
            #expect(again.made == 1 && again.bytes == whole, "byte \(place)")
        }
    }

    @Test func `a source that was replaced gets a new picture`() throws {
        _ = try read()
        // As the index sees it, once it was indexed again; and before, where the file alone tells.
        source.change { state in
            let old = state.instances[0]
            state.instances[0] = InstanceRow(
                id: old.id, seriesID: old.seriesID, stem: old.stem, uidStem: old.uidStem, size: old.size, mtimeNs: old.mtimeNs,
                contentChangedNs: 99_000_000, headerTextLength: old.headerTextLength, headerTextVersion: 1, pictureState: .available,
                picture: old.picture)
        }
        #expect(try read().made == 1)
        source.change { state in state.sources[1] = state.sources[1].map { Array($0.reversed()) } }
        #expect(try read().made == 1)
        #expect(try read().made == 0)
    }

    @Test func `what is drawn of a source that is written to meanwhile is an error, and not stored`() throws {
        let store = try fixture.store()
        let tree = tree(store)
        let file = try tree.open(try tree.node(at: Self.picture).id)
        let path = try #require(source.state.withLock { state in state.sources[1].flatMap { state.files[$0] } })
        try Data("DICM X 00001".utf8).write(to: URL(fileURLWithPath: path), options: [])
        #expect(throws: TreeError.self) { try file.contents() }
        store.finish(within: 60)
        #expect(try fixture.files().isEmpty)
    }

    @Test func `settings, kinds, frames, programs and archives that differ have files of their own`() throws {
        let names = [
            "window=lung", "window=40_400", "window=40_401", "window=file2", "window=auto", "overlays=off", "size=8", "pixels=stored", "window=auto,overlays=off",
        ]
        var count = 0
        for path in names.map({ "with/\($0)/" + Self.picture }) + [Self.picture, Self.series + "/00001.jpg", Self.series + "/00002.png"] {
            #expect(try read(path).made == 1, "\(path)")
            count += 1
            #expect(try fixture.files().count == count, "\(path)")
        }
        #expect(try read(origin: "dcmfs 2").made == 1)
        #expect(try fixture.files().count == count + 1)
        // The same settings, whatever number a mount gives them, and however they are written.
        for path in names.reversed().map({ "with/\($0)/" + Self.picture }) + ["with/overlays=off,window=auto/" + Self.picture] {
            #expect(try read(path).made == 0, "\(path)")
        }
    }

    @Test func `all that decides about a picture is part of its key`() throws {
        // Whoever adds something here adds it to PictureKey as well, and raises its version.
        let description = PictureDescription(width: 1, height: 1, channels: 1, density: PixelDensity(x: 1, y: 1, isMetric: true))
        let order = PictureOrder(frame: 0, kind: .png, settings: PictureSettings(), description: description, expectedSize: 1)
        #expect(Mirror(reflecting: order).children.map(\.label) == ["frame", "kind", "settings", "description", "expectedSize", "isIcon"])
        #expect(Mirror(reflecting: order.settings).children.map(\.label) == ["window", "overlays", "longestSide", "squarePixels"])
        #expect(
            Mirror(reflecting: description).children.map(\.label)
                == ["width", "height", "channels", "frameCount", "representativeFrame", "density", "iccProfileLength", "assembled"])
        #expect(Mirror(reflecting: FileIdentity()).children.map(\.label) == ["size", "mtimeNs", "ctimeNs", "inode"])
        let row = try #require(try source.instance(id: 1))
        func key(_ change: (inout PictureDescription, inout FileIdentity) -> Void) -> PictureKey {
            var (described, identity) = (description, FileIdentity())
            change(&described, &identity)
            let order = PictureOrder(frame: 0, kind: .png, settings: PictureSettings(), description: described, expectedSize: 1)
            return PictureKey(origin: [], row: row, source: identity, order: order)
        }
        let keys = [
            key { _, _ in }, key { d, _ in d.width = 2 }, key { d, _ in d.height = 2 }, key { d, _ in d.channels = 3 },
            key { d, _ in d.frameCount = 2 }, key { d, _ in d.representativeFrame = 2 }, key { d, _ in d.density = nil },
            key { d, _ in d.density?.x = 2 }, key { d, _ in d.density?.y = 2 },
            key { d, _ in d.density?.isMetric = false }, key { d, _ in d.iccProfileLength = 2 },
            key { d, _ in d.assembled = PictureSides(width: 1, height: 2) }, key { d, _ in d.assembled = PictureSides(width: 2, height: 1) }, key { _, i in i.size = 1 },
            key { _, i in i.mtimeNs = 1 }, key { _, i in i.ctimeNs = 1 }, key { _, i in i.inode = 1 },
        ]
        #expect(Set(keys).count == keys.count && Set(keys.map(\.name)).count == keys.count)
    }
}
