import DICOM
import DICOMTree
import Testing

@testable import DICOMArchive

/// What takes long is announced before it is asked for, and done once.
@Suite struct ReadinessTests {
    let source = MemorySource.sample()

    private func tree(_ templates: [ViewTemplate] = []) -> VirtualTree {
        var options = TreeOptions()
        options.userViews = templates.enumerated().map { TemplateView($1, number: TemplateView.numbers.lowerBound + $0) }
        return VirtualTree(source: source, producer: TestProducer(), options: options)
    }

    private func isReady(_ tree: VirtualTree, _ id: NodeID, name: String) throws -> Bool {
        try Array(name.utf8).withUnsafeBytes { try tree.isReady(id, for: .name($0)) }
    }

    @Test func `a report has its size although the archive changes before and after every question`() throws {
        let tree = tree()
        source.change { $0.isRestless = true }
        let file = try tree.node(at: "problems/truncated.txt")
        #expect(!file.isSizeExact)
        // What was prepared is out of date by the next question, as it is under an index that commits all the time.
        try tree.prepare(file.id)
        #expect(try !tree.node(file.id).isSizeExact)
        for id in [file.id, NodeID.readme] {
            let node = try #require(try tree.prepare(id))
            #expect(node.isSizeExact && node.size > 0)
            #expect(try tree.open(id).contents().count == node.size)
        }
    }

    @Test func `a query is a search until it was prepared, and again after a change of the archive`() throws {
        let tree = tree()
        let query = try tree.node(at: "find/Modality=CT").id
        #expect(try !tree.isReady(query, for: .list))
        #expect(try !isReady(tree, query, name: "P1 2020-01-02 Thorax 001 CT"))
        // Neither its attributes nor further conditions need what it finds.
        #expect(try tree.isReady(query, for: .attributes))
        #expect(try isReady(tree, query, name: "PatientID=P1"))
        #expect(try !isReady(tree, query, name: "Nothing=1"))

        try tree.prepare(query)
        #expect(try tree.isReady(query, for: .list))
        #expect(try isReady(tree, query, name: "P1 2020-01-02 Thorax 001 CT"))
        let series = try tree.node(at: "find/Modality=CT/P1 2020-01-02 Thorax 001 CT").id
        #expect(try tree.isReady(series, for: .list))

        source.change { $0.modalities[0] = ModalityRow(id: 1, name: Array("MR".utf8), modifiedNs: 10_000) }
        #expect(try !tree.isReady(query, for: .list))
        #expect(try tree.isReady(series, for: .list))
    }

    @Test func `a view of the user is put together before anything in it is asked for`() throws {
        let tree = tree(try ViewPresets.views(in: "mine = /{Modality}/{PatientID}", file: "views"))
        let view = try tree.node(at: "mine").id
        #expect(try tree.isReady(.root, for: .list))
        source.change { $0.modalities[0] = ModalityRow(id: 1, name: Array("MR".utf8), modifiedNs: 10_000) }
        #expect(try !tree.isReady(view, for: .attributes))
        #expect(try !tree.isReady(view, for: .list))
        try tree.prepare(view)
        for question in [DirectoryQuestion.attributes, .list] { #expect(try tree.isReady(view, for: question)) }
        let series = try tree.node(at: "mine/MR/P1").id
        #expect(try tree.isReady(series, for: .list))
        source.change { $0.modalities[0] = ModalityRow(id: 1, name: Array("CT".utf8), modifiedNs: 11_000) }
        #expect(try !tree.isReady(series, for: .list))
        #expect(try tree.isReady(series, for: .attributes))
        try tree.prepare(series)
        #expect(try tree.isReady(series, for: .list))
    }

    @Test(arguments: ["", "patients", "patients/P1", "dates", "problems", "with", "find", "patients/P1/2020-01-02 Thorax/001 CT"])
    func `what comes out of an index is always ready`(path: String) throws {
        let tree = tree()
        let id = try tree.node(at: path).id
        source.change { $0.modalities[0] = ModalityRow(id: 1, name: Array("MR".utf8), modifiedNs: 10_000) }
        #expect(try tree.isReady(id, for: .attributes) && tree.isReady(id, for: .list) && isReady(tree, id, name: "x=y"))
    }
}
