import DICOM
import DICOMTree
import Testing

@testable import DICOMArchive

/// `/find`: conditions as directories.
@Suite struct FindTests {
    let source = MemorySource.sample()
    let producer = TestProducer()
    private func tree() -> VirtualTree { VirtualTree(source: source, producer: producer, options: TreeOptions()) }

    private func names(_ path: String, _ tree: VirtualTree) throws -> [String] {
        try tree.entries(of: tree.node(at: path).id).map { String(decoding: $0.name, as: UTF8.self) }
    }

    @Test func `the root does not list it, and it lists its README only`() throws {
        let tree = tree()
        #expect(try !names("", tree).contains("find"))
        #expect(try names("find", tree) == ["README.txt"])
        let text = try tree.open(tree.node(at: "find/README.txt").id).contents()
        #expect(text.count == (try tree.node(at: "find/README.txt").size))
        for keyword in SearchKeyword.allCases { #expect(String(decoding: text, as: UTF8.self).contains(keyword.rawValue)) }
        #expect(try tree.parent(of: tree.node(at: "find").id) == .root)
    }

    @Test(arguments: [
        ("PatientID=P1", ["P1 2020-01-02 Thorax 001 CT", "P1 2020-01-02 Thorax 002 XA"]),
        ("PatientName=doe*/Modality=XA", ["P1 2020-01-02 Thorax 002 XA"]), ("StudyDate=2019-2021/Modality=?T", ["P1 2020-01-02 Thorax 001 CT"]),
        ("StudyDate=-20191231", []), ("Modality=ct/PatientID=P1", ["P1 2020-01-02 Thorax 001 CT"]), ("StudyDate=", ["Grüße study 001 SR"]),
    ])
    func `conditions narrow each other`(path: String, expected: [String]) throws {
        #expect(try names("find/\(path)", tree()) == expected)
    }

    @Test func `what is no condition is not there`() throws {
        let tree = tree()
        for wrong in ["PatientID", "Nothing=1", "StudyDate=yesterday", "PatientID=%2", "PatientID=%GG"] {
            #expect(throws: TreeError.self) { try tree.node(at: "find/\(wrong)") }
            #expect(throws: TreeError.self) { try tree.node(at: "find/PatientID=P1/\(wrong)") }
        }
        let deep = "find" + String(repeating: "/PatientID=P1", count: SearchQuery.longest)
        #expect(try tree.node(at: deep).isDirectory)
        #expect(throws: TreeError.self) { try tree.node(at: deep + "/PatientID=P1") }
    }

    @Test(arguments: ["find/PatientID=*", "find/PatientID=P*/Modality=*", "with/size=64/find/Modality=CT"])
    func `below a query the laws of the tree hold`(path: String) throws {
        let tree = tree()
        let top = try tree.node(at: path)
        var open = [top.id]
        var count = 0
        while let id = open.popLast() {
            let whole = try tree.entries(of: id)
            #expect(try tree.entries(of: id, portion: 1) == whole)
            for entry in whole {
                #expect(try tree.child(named: entry.name, of: id) == entry.node)
                #expect(try tree.node(entry.node.id) == entry.node)
                guard entry.node.isDirectory else { continue }
                #expect(try tree.parent(of: entry.node.id) == id)
                open.append(entry.node.id)
                count += 1
            }
        }
        #expect(count >= 1)
        #expect(try tree.parent(of: top.id) == tree.node(at: String(path[..<path.lastIndex(of: "/")!])).id)
    }

    @Test func `files are the nodes that they are elsewhere`() throws {
        let tree = tree()
        let file = try tree.node(at: "find/Modality=CT/P1 2020-01-02 Thorax 001 CT/00001.dcm")
        #expect(file == (try tree.node(at: "patients/P1/2020-01-02 Thorax/001 CT/00001.dcm")))
        let series = try tree.node(at: "find/Modality=CT/P1 2020-01-02 Thorax 001 CT")
        #expect(series.id != (try tree.node(at: "patients/P1/2020-01-02 Thorax/001 CT").id))
        #expect(series.id != (try tree.node(at: "find/PatientID=P1/P1 2020-01-02 Thorax 001 CT").id))
    }

    @Test func `a change of the archive changes what is found`() throws {
        let tree = tree()
        let query = try tree.node(at: "find/Modality=MR")
        #expect(try tree.entries(of: query.id).isEmpty)
        source.change { $0.modalities[0] = ModalityRow(id: 1, name: Array("MR".utf8), modifiedNs: 10_000) }
        #expect(try tree.entries(of: query.id).count == 1)
        #expect(try tree.node(at: "find/Modality=MR").id == query.id)
    }

    @Test func `ids of queries that nobody asked for are stale`() throws {
        let tree = tree()
        for (kind, row, detail) in [
            (NodeID.Kind.viewDirectory, Int64(9), NodeID.queryDetail), (.seriesDirectory, 1, NodeID.firstQueryPlace + 9),
            (.framesDirectory, 6, NodeID.firstQueryPlace + 9),
        ] {
            let id = try #require(NodeID(kind, row: row, detail: detail))
            #expect(throws: TreeError.self) { try tree.node(id) }
        }
    }

    @Test func `names that coincide are told apart, and those that read like conditions are found`() throws {
        source.change { state in
            state.patients[0] = PatientRow(id: 1, name: Array("PatientID=a".utf8), viewName: Array("x".utf8), modifiedNs: 1)
            state.series[1] = SeriesRow(
                id: 7, studyID: 1, name: Array("001 ct".utf8), uidName: Array("1.2.3.7".utf8), modalityStudyID: 2, modifiedNs: 5_000)
        }
        let tree = tree()
        let query = try tree.node(at: "find/StudyDate=2020")
        let entries = try tree.entries(of: query.id)
        #expect(entries.count == 2)
        for entry in entries { #expect(try tree.child(named: entry.name, of: query.id) == entry.node) }
        #expect(String(decoding: entries[1].name, as: UTF8.self).contains(" ~"))
    }

    @Test func `queries that nobody refers to cost nothing in the end, and what had their numbers is stale`() throws {
        let tree = tree()
        let find = try tree.node(at: "find").id
        let first = try tree.referredChild(named: Array("PatientID=0".utf8), of: find, reader: 7)
        let nested = try tree.referredChild(named: Array("Modality=CT".utf8), of: first.id, reader: 7)
        // The kernel refers to the inner one only: the outer one keeps its number all the same.
        tree.forget(first.id)
        var ids: Set<NodeID> = []
        for number in 1...5_000 {
            let node = try tree.referredChild(named: Array("PatientID=\(number)".utf8), of: find, reader: 7)
            ids.insert(node.id)
            tree.forget(node.id)
        }
        #expect(ids.count < 1_100)
        #expect(try tree.parent(of: nested.id) == first.id)
        #expect(try tree.node(at: "find/PatientID=0/Modality=CT").id == nested.id)
        tree.forget(nested.id)
        for number in 5_001...10_000 { tree.forget(try tree.referredChild(named: Array("PatientID=\(number)".utf8), of: find, reader: 7).id) }
        #expect(try tree.referredNode(first.id).generation != first.generation)
    }

    @Test func `a reader who keeps queries open is refused more at some point, and nobody else is`() throws {
        let tree = tree()
        let find = try tree.node(at: "find").id
        var count = 0
        #expect {
            while count < 100_000 {
                _ = try tree.referredChild(named: Array("PatientID=\(count)".utf8), of: find, reader: 7)
                count += 1
            }
        } throws: { ($0 as? TreeError)?.code == .crowded }
        #expect(count == 4_096)
        #expect(try tree.referredChild(named: Array("PatientID=x".utf8), of: find, reader: 8).isDirectory)
    }
}
