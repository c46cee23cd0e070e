import DICOMTree
import Testing

@Suite struct NodeIDTests {
    @Test func `kind, row and detail come back`() throws {
        for kind in NodeID.Kind.allCases {
            for (row, detail) in [(Int64(0), 0), (1, 1), (NodeID.rowLimit - 1, NodeID.detailLimit - 1), (123_456_789, 77)] {
                let id = try #require(NodeID(kind, row: row, detail: detail))
                #expect(id.kind == kind && id.row == row && id.detail == detail)
                #expect(id.rawValue >> 63 == 0)
            }
        }
    }

    @Test func `what does not fit is refused`() {
        #expect(NodeID(.source, row: NodeID.rowLimit) == nil)
        #expect(NodeID(.source, row: -1) == nil)
        #expect(NodeID(.framePNG, row: 1, detail: NodeID.detailLimit) == nil)
    }

    @Test func `the root is what FUSE calls it`() {
        #expect(NodeID.root.rawValue == 1)
    }

    @Test func `numbers from anywhere are refused or answered, never a crash`() {
        let tree = VirtualTree(source: MemorySource.sample(), producer: TestProducer(), options: TreeOptions())
        var generator = SystemRandomNumberGenerator()
        for kind in UInt64(0)..<64 {
            for _ in 0..<50 {
                let id = NodeID(rawValue: kind << 58 | generator.next() & 0x3_ff00_ff0f)
                _ = try? tree.node(id)
                _ = try? tree.child(named: Array("00001.dcm".utf8), of: id)
                _ = try? tree.parent(of: id)
                _ = try? tree.open(id).contents()
                for cookie in [Int64.min, -1, 0, 7, 8, .max] { try? tree.list(id, after: cookie) { _ in true } }
            }
        }
    }
}

@Suite struct RenditionCacheTests {
    private func key(_ row: Int64) throws -> RenditionKey {
        RenditionKey(node: try #require(NodeID(.png, row: row)), modifiedNs: 0, size: 100)
    }

    @Test func `what was used longest ago goes first`() throws {
        let cache = RenditionCache(budget: 3 * 228)
        for row in Int64(1)...3 { cache.insert([UInt8](repeating: 1, count: 100), for: try key(row)) }
        #expect(cache.bytes(for: try key(1)) != nil)
        cache.insert([UInt8](repeating: 1, count: 100), for: try key(4))
        #expect(cache.bytes(for: try key(2)) == nil)
        #expect(cache.bytes(for: try key(1)) != nil)
        #expect(cache.bytes(for: try key(4)) != nil)
    }

    @Test func `the budget is never exceeded`() throws {
        let cache = RenditionCache(budget: 10_000)
        var generator = SystemRandomNumberGenerator()
        for row in Int64(1)...2_000 {
            cache.insert([UInt8](repeating: 0, count: Int.random(in: 0...12_000, using: &generator)), for: try key(row % 97))
            #expect(cache.usedBytes <= 10_000)
            if let bytes = cache.bytes(for: try key(row % 13)) { #expect(bytes.count <= 10_000) }
        }
    }

    @Test func `a newer version of the same node is another entry`() throws {
        let cache = RenditionCache(budget: 10_000)
        let node = try #require(NodeID(.png, row: 1))
        cache.insert([1], for: RenditionKey(node: node, modifiedNs: 1, size: 1))
        #expect(cache.bytes(for: RenditionKey(node: node, modifiedNs: 2, size: 1)) == nil)
    }
}

@Suite struct SingleFlightTests {
    private struct Failed: Error, Equatable {}

    @Test func `everyone gets the failure of the one who tried`() throws {
        let flight = SingleFlight<Int, Int, Failed>()
        #expect(throws: Failed()) { try flight.run(1) { () throws(Failed) in throw Failed() } }
        #expect(try flight.run(1) { () throws(Failed) in 5 } == 5)
    }
}
