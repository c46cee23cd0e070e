import DICOM
import DICOMTree
import Glibc
import Locks
import Testing

@testable import DICOMArchive

@Suite struct ProductionTests {
    let source = MemorySource.sample()
    let producer = TestProducer()
    static let picture = "patients/P1/2020-01-02 Thorax/001 CT/00001.png"

    func tree(cacheBytes: Int = 1 << 20) -> VirtualTree {
        VirtualTree(source: source, producer: producer, options: TreeOptions(cacheBytes: cacheBytes))
    }

    @Test func `many readers of one picture make it once`() throws {
        let tree = tree()
        producer.state.withLock { $0.delay = 20_000 }
        let node = try tree.node(at: Self.picture)
        let expected = try Self.inParallel(8) { try tree.open(node.id).contents() }
        #expect(expected.count == 8 && Set(expected).count == 1)
        #expect(producer.productions == 1)
    }

    @Test func `what was evicted is made again, identical, also for who has it open`() throws {
        let tree = tree(cacheBytes: 0)
        let file = try tree.open(try tree.node(at: Self.picture).id)
        let first = try file.contents()
        // Without a budget there is room for one at a time.
        #expect(try file.slice(3, 10) == Array(first[3..<13]))
        #expect(producer.productions == 1)
        _ = try tree.open(try tree.node(at: Self.picture.replacing("00001", with: "00002")).id).contents()
        #expect(try file.slice(3, 10) == Array(first[3..<13]))
        #expect(try file.contents() == first)
        #expect(producer.productions == 3)
    }

    @Test func `open files hold nothing beyond the budget`() throws {
        let tree = tree(cacheBytes: 4_000)
        let files = try (1...2).flatMap { number in
            try ["png", "jpg"].map { try tree.open(try tree.node(at: Self.picture.replacing("00001.png", with: "0000\(number).\($0)")).id) }
        }
        for file in files + files { #expect(try file.slice(0, 1).count == 1) }
        let largest = try files.map { try $0.contents().count }.max() ?? 0
        #expect(tree.heldBytes <= max(4_000, largest + 128))
    }

    @Test func `a picture that cannot be made fails once and is remembered`() throws {
        producer.state.withLock { $0.failure = ProductionError(isDeterministic: true, "damaged-pixels") }
        let tree = tree()
        let id = try tree.node(at: Self.picture).id
        #expect(throws: TreeError.self) { try tree.open(id).contents() }
        #expect(throws: TreeError.self) { try tree.open(id).contents() }
        #expect(throws: TreeError.self) { try tree.open(id).slice(0, 1) }
        #expect(producer.productions == 1)
    }

    @Test func `S2 what was made of a source that was written to meanwhile is an error, and not kept`() throws {
        let tree = tree()
        let id = try tree.node(at: "patients/P1/2020-01-02 Thorax/001 CT/00002.txt").id
        producer.state.withLock { $0.writesSources = true }
        #expect(throws: TreeError.self) { try tree.open(id).contents() }
        producer.state.withLock { $0.writesSources = false }
        #expect(try tree.open(id).contents().count == tree.node(id).size)
        #expect(producer.productions == 2)
    }

    @Test func `a failure of the moment is not remembered`() throws {
        producer.state.withLock { $0.failure = ProductionError(isDeterministic: false, "deadline") }
        let tree = tree()
        let id = try tree.node(at: Self.picture).id
        #expect(throws: TreeError.self) { try tree.open(id).contents() }
        producer.state.withLock { $0.failure = nil }
        let size = try tree.node(id).size
        #expect(try tree.open(id).contents().count == size)
    }

    @Test(arguments: [-1, 1]) func `bytes of another length than promised are an error`(difference: Int) throws {
        producer.state.withLock { $0.sizeError = difference }
        let tree = tree()
        for name in [Self.picture, "patients/P1/2020-01-02 Thorax/001 CT/00001.txt"] {
            let id = try tree.node(at: name).id
            #expect(throws: TreeError.self) { try tree.open(id).contents() }
        }
    }

    @Test func `a source that is gone fails on open and stays listed`() throws {
        source.change { $0.sources[1] = nil }
        let tree = tree()
        for suffix in ["dcm", "txt", "png", "jpg"] {
            let node = try tree.node(at: "patients/P1/2020-01-02 Thorax/001 CT/00001.\(suffix)")
            #expect { try tree.open(node.id) } throws: { ($0 as? TreeError)?.code == .source }
        }
    }

    @Test func `a source shorter than indexed is an error, not a short file`() throws {
        source.change { $0.sources[1] = [1, 2, 3] }
        let tree = tree()
        let node = try tree.node(at: "patients/P1/2020-01-02 Thorax/001 CT/00001.dcm")
        #expect(throws: TreeError.self) { try tree.open(node.id).contents() }
    }

    @Test func `a text of another version gets its exact size by being made`() throws {
        let tree = tree()
        let node = try tree.node(at: "patients/Grüße/study/001 SR/00002.txt")
        #expect(!node.isSizeExact)
        try tree.prepare(node.id)
        let exact = try tree.node(node.id)
        #expect(exact.isSizeExact)
        #expect(try tree.open(node.id).contents().count == exact.size)
    }

    @Test func `a picture that turns out not to be drawable stands in the report, until its source is replaced`() throws {
        producer.state.withLock { $0.failure = ProductionError(isDeterministic: true, "damaged-pixels") }
        let tree = tree()
        #expect(throws: TreeError.self) { try tree.node(at: "problems/no-preview.txt") }
        #expect(throws: TreeError.self) { try tree.open(try tree.node(at: Self.picture).id).contents() }
        let report = try tree.node(at: "problems/no-preview.txt").id
        let text = String(decoding: try tree.open(report).contents(), as: UTF8.self)
        #expect(text.contains("damaged-pixels") && text.split(separator: "\n").count == 1)
        #expect(try tree.entries(of: tree.node(at: "problems").id).contains { $0.name == Array("no-preview.txt".utf8) })
        source.change { $0.replaceFirst(at: 99_000_000) }
        #expect(try tree.open(report).contents().isEmpty)
    }

    @Test func `a report that is open is the text of then, or an error`() throws {
        let tree = tree(cacheBytes: 0)
        let name = "problems/truncated.txt"
        let file = try tree.open(try tree.node(at: name).id)
        let old = try file.contents()
        #expect(try file.slice(0, 5) == Array(old.prefix(5)))
        source.change { $0.problems[Array("truncated.txt".utf8)] = Array("/a/b\ttruncated\n/c\ttruncated\n".utf8) }
        let new = try tree.open(try tree.node(at: name).id).contents()
        #expect(new.count > old.count && file.ownSize == old.count)
        // The old text cannot be made any more once the cache has let go of it.
        _ = try tree.open(try tree.node(at: Self.picture).id).contents()
        #expect { try file.slice(0, 5) } throws: { ($0 as? TreeError)?.code == .stale }
    }

    @Test func `an id of replaced content is stale, and the name leads to another`() throws {
        let tree = tree()
        let series = "patients/P1/2020-01-02 Thorax/001 CT"
        let before = try ["dcm", "txt", "png", "jpg"].map { try tree.node(at: "\(series)/00001.\($0)") }
        source.change { $0.replaceFirst(at: 99_000_000) }
        for (old, suffix) in zip(before, ["dcm", "txt", "png", "jpg"]) {
            #expect { try tree.node(old.id) } throws: { ($0 as? TreeError)?.code == .stale }
            #expect { try tree.open(old.id) } throws: { ($0 as? TreeError)?.code == .stale }
            let new = try tree.node(at: "\(series)/00001.\(suffix)")
            #expect(new.id != old.id && new.number == old.number)
        }
    }

    private static let text = "patients/P1/2020-01-02 Thorax/001 CT/00001.txt"

    /// As an older version described it, or the current one.
    private func describe(_ format: HeaderText.Format, length: Int) {
        source.change { state in
            let old = state.instances[0]
            state.instances[0] = InstanceRow(
                id: old.id, seriesID: old.seriesID, stem: old.stem, uidStem: old.uidStem, size: old.size, mtimeNs: old.mtimeNs,
                contentChangedNs: old.contentChangedNs, headerTextLength: length, headerTextVersion: format.rawValue, pictureState: old.pictureState,
                picture: old.picture)
        }
    }

    @Test func `a text is of the format that the index measured, in its size, and another format has another time`() throws {
        let tree = tree()
        let current = try tree.node(at: Self.text)
        #expect(try tree.open(current.id).contents().count == current.size)
        // What the producer makes of format 1 is a byte shorter.
        describe(.first, length: current.size - 1)
        let first = try tree.node(at: Self.text)
        #expect(first.isSizeExact && first.size == current.size - 1 && first.modifiedNs != current.modifiedNs)
        #expect(try tree.open(first.id).contents().count == first.size)
        describe(.second, length: current.size)
        #expect(try tree.node(at: Self.text).modifiedNs == current.modifiedNs)
        #expect(try tree.open(current.id).contents().count == current.size)
    }

    @Test func `formats of one length are not taken for each other`() throws {
        let key = RenditionKey(node: try tree().node(at: Self.text).id, modifiedNs: 1, size: 5, headerFormat: .first)
        #expect(key != RenditionKey(node: key.node, modifiedNs: 1, size: 5, headerFormat: .second))
    }

    @Test func `an old text that comes out longer today is an error once, then shown in its true size`() throws {
        let tree = tree()
        let length = try tree.node(at: Self.text).size
        describe(.first, length: length - 7)
        let before = try tree.node(at: Self.text)
        #expect(before.size == length - 7)
        #expect(throws: TreeError.self) { try tree.open(before.id).contents() }
        let after = try tree.node(at: Self.text)
        #expect(after.size == length - 1 && after.isSizeExact)
        #expect(try tree.open(after.id).contents().count == after.size)
    }

    @Test func `replaced content gets another modification time and other bytes`() throws {
        let tree = tree()
        let before = try tree.node(at: Self.picture)
        _ = try tree.open(before.id).contents()
        source.change { $0.replaceFirst(at: 1_900_000_000_000_000_000) }
        let after = try tree.node(at: Self.picture)
        #expect(after.modifiedNs == 1_900_000_000_000_000_000)
        _ = try tree.open(after.id).contents()
        #expect(producer.productions == 2)
    }

    static func inParallel<R: Sendable>(_ count: Int, _ body: @escaping @Sendable () throws -> R) throws -> [R] {
        let results = Mutex<[R]>([])
        var threads: [pthread_t] = []
        for _ in 0..<count {
            let box = Unmanaged.passRetained(Work { if let result = try? body() { results.withLock { $0.append(result) } } })
            var thread = pthread_t()
            pthread_create(
                &thread, nil,
                { argument in
                    if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run() }
                    return nil
                }, box.toOpaque())
            threads.append(thread)
        }
        for thread in threads { pthread_join(thread, nil) }
        return results.withLock { $0 }
    }

    private final class Work: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
}

extension MemorySource.State {
    /// Other content under the name of the first instance, as of a time.
    mutating func replaceFirst(at time: Int64) {
        let old = instances[0]
        instances[0] = InstanceRow(
            id: old.id, seriesID: old.seriesID, stem: old.stem, uidStem: old.uidStem, size: old.size, mtimeNs: old.mtimeNs, contentChangedNs: time,
            headerTextLength: old.headerTextLength, headerTextVersion: old.headerTextVersion, pictureState: .available, picture: old.picture)
    }
}
