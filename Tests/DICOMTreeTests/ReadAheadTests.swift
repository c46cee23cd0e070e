import DICOM
import DICOMTree
import Glibc
import Locks
import Testing

@testable import DICOMArchive

@Suite struct ReadAheadTests {
    let source = MemorySource.sample(instances: 60)
    let producer = TestProducer()
    static let series = "patients/P1/2020-01-02 Thorax/001 CT"

    private func tree(width: Int, cacheBytes: Int = 256 << 20) -> VirtualTree {
        VirtualTree(source: source, producer: producer, options: TreeOptions(cacheBytes: cacheBytes, readAhead: width))
    }

    private func pictures(_ tree: VirtualTree, suffix: String = ".png") throws -> [NodeID] {
        try tree.entries(of: tree.node(at: Self.series).id).filter { String(decoding: $0.name, as: UTF8.self).hasSuffix(suffix) }.map(\.node.id)
    }

    private func read(_ tree: VirtualTree, _ id: NodeID) throws {
        _ = try tree.open(id).contents()
    }

    /// Waits until as many are made, for ten seconds at most.
    private func waitFor(_ count: Int) -> Int {
        for _ in 0..<1_000 where producer.productions < count { usleep(10_000) }
        usleep(50_000)
        return producer.productions
    }

    /// What there is after a while in which more could have been made.
    private func settled() -> Int {
        usleep(300_000)
        return producer.productions
    }

    @Test(arguments: [false, true]) func `a directory read in order is made ahead, a bounded distance`(isReversedByName: Bool) throws {
        let tree = tree(width: 2)
        var ids = try pictures(tree)
        if isReversedByName {
            source.change { state in
                for place in state.instances.indices where state.instances[place].seriesID == 1 {
                    let row = state.instances[place]
                    state.instances[place] = row.renamed(Array(String(99_999 - row.id).utf8))
                }
            }
            ids = try pictures(tree).reversed()
        }
        try read(tree, ids[0])
        #expect(waitFor(1) == 1)
        try read(tree, ids[1])
        #expect(waitFor(6) == 6)
        for id in ids[2..<6] { _ = try tree.open(id).isReady() }
        #expect(settled() <= 10)
        for id in ids { try read(tree, id) }
        #expect(waitFor(ids.count) == ids.count)
    }

    @Test func `short texts are made ahead many at once, each of them once`() throws {
        let tree = tree(width: 2)
        let ids = try pictures(tree, suffix: ".txt")
        for id in ids[0..<2] { try read(tree, id) }
        #expect(waitFor(34) == 34)
        #expect(producer.state.withLock { $0.batches } == [8, 8, 8, 8])
        for id in ids { try read(tree, id) }
        #expect(waitFor(ids.count) == ids.count)
        // What is in memory is not made again, and its source is opened by its reader only.
        let before = source.openings
        for id in ids { try read(tree, id) }
        #expect(settled() == ids.count)
        #expect(source.openings == before + ids.count)
    }

    @Test func `a text that comes out otherwise than promised is an error to its reader only`() throws {
        let tree = tree(width: 2)
        let ids = try pictures(tree, suffix: ".txt")
        source.change { state in
            if let place = state.instances.firstIndex(where: { $0.id == ids[6].row }) {
                state.instances[place] = state.instances[place].promisingAnother
            }
        }
        for (place, id) in ids.enumerated() {
            if place == 6 { #expect(throws: TreeError.self) { try read(tree, id) } } else { try read(tree, id) }
        }
    }

    @Test func `files opened out of order make nothing ahead`() throws {
        let tree = tree(width: 2)
        let ids = try pictures(tree)
        for place in [20, 3, 40, 11, 50, 30] { try read(tree, ids[place]) }
        #expect(settled() == 6)
    }

    @Test func `the same file again is no step`() throws {
        let tree = tree(width: 2)
        let ids = try pictures(tree)
        for _ in 0..<5 { try read(tree, ids[4]) }
        #expect(settled() == 1)
        try read(tree, ids[5])
        #expect(waitFor(6) == 6)
    }

    @Test func `frames are made ahead, too`() throws {
        let tree = tree(width: 2)
        let frames = try tree.entries(of: tree.node(at: "patients/P1/2020-01-02 Thorax/002 XA/00001.frames").id).map(\.node.id)
            .filter { $0.kind == .frameJPEG }
        try read(tree, frames[0])
        try read(tree, frames[1])
        #expect(waitFor(6) == 6)
    }

    @Test func `without a cache, or switched off, nothing is made ahead`() throws {
        for tree in [tree(width: 0), tree(width: 2, cacheBytes: 0)] {
            let before = producer.productions
            let ids = try pictures(tree)
            for id in ids[0..<4] { try read(tree, id) }
            #expect(settled() == before + 4)
        }
    }

    @Test func `failures ahead of a reader are found again by who opens the file`() throws {
        let tree = tree(width: 2)
        let ids = try pictures(tree)
        producer.state.withLock { $0.failure = ProductionError(isDeterministic: true, "damaged") }
        for id in ids[0..<6] { #expect(throws: TreeError.self) { try read(tree, id) } }
    }
}

extension InstanceRow {
    fileprivate var promisingAnother: InstanceRow {
        InstanceRow(
            id: id, seriesID: seriesID, stem: stem, uidStem: uidStem, size: size, mtimeNs: mtimeNs, contentChangedNs: contentChangedNs,
            headerTextLength: headerTextLength + 1, headerTextVersion: headerTextVersion, pictureState: pictureState, picture: picture)
    }

    fileprivate func renamed(_ stem: [UInt8]) -> InstanceRow {
        InstanceRow(
            id: id, seriesID: seriesID, stem: stem, uidStem: uidStem, size: size, mtimeNs: mtimeNs, contentChangedNs: contentChangedNs,
            headerTextLength: headerTextLength, headerTextVersion: headerTextVersion, pictureState: pictureState, picture: picture)
    }
}
