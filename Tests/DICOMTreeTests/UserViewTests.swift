import DICOM
import DICOMTree
import Testing

@testable import DICOMArchive

/// Views out of templates.
@Suite struct UserViewTests {
    let source = MemorySource.sample()

    private func tree(_ text: String) throws -> VirtualTree {
        let templates = try ViewPresets.views(in: text, file: "views")
        var options = TreeOptions()
        options.userViews = templates.enumerated().map { TemplateView($1, number: TemplateView.numbers.lowerBound + $0) }
        return VirtualTree(source: source, producer: TestProducer(), options: options)
    }

    private func series(_ tree: VirtualTree, _ view: String) throws -> Set<String> {
        Set(try tree.walk().filter { $0.name.hasPrefix(view + "/") && $0.entry.node.id.kind == .seriesDirectory }.map(\.name))
    }

    @Test func `a template makes the folders that it says`() throws {
        let tree = try tree("# mine\n\n mine = /{PatientID}/{StudyDate:YYYY-MM|unknown}/{Modality}_{SeriesInstanceUID:-3} of {StudyInstanceUID:3}\n")
        #expect(
            try series(tree, "mine") == [
                "mine/P1/2020-01/CT_3.1 of 1.2", "mine/P1/2020-01/XA_3.7 of 1.2", "mine/Grüße/unknown/SR_4.9 of noU",
            ])
    }

    @Test func `series that a template does not tell apart stand beside each other, with the files of elsewhere`() throws {
        let tree = try tree("flat = /all\nby = /{PatientSex}/{StudyDate}")
        let flat = try series(tree, "flat")
        #expect(flat.count == 3 && flat.contains("flat/all") && flat.filter { $0.hasPrefix("flat/all ~") }.count == 2)
        #expect(try series(tree, "by").allSatisfy { $0.hasPrefix("by/_NONE/") })
        let file = try tree.node(at: "flat/all/00001.dcm")
        #expect(file == (try tree.node(at: "patients/P1/2020-01-02 Thorax/001 CT/00001.dcm")))
    }

    @Test func `the laws of the tree hold in views of the user`() throws {
        let tree = try tree("a = /{PatientID}/{Modality}\nb = /{Modality}/{StudyDate}/{SeriesNumber:000}\nc = /x/{PatientName}/{SeriesDescription}")
        let all = try tree.walk()
        for found in all {
            #expect(try tree.child(named: found.entry.name, of: found.parent) == found.entry.node, "\(found.name)")
            #expect(try tree.node(found.entry.node.id) == found.entry.node, "\(found.name)")
            if found.entry.node.isDirectory { #expect(try tree.parent(of: found.entry.node.id) == found.parent, "\(found.name)") }
        }
        for directory in Set(all.map(\.parent)) { #expect(try tree.entries(of: directory, portion: 1) == tree.entries(of: directory)) }
        let directories = all.filter(\.entry.node.isDirectory).map(\.entry.node.id)
        #expect(Set(directories).count == directories.count)
        #expect(Set(all.map(\.entry.node.number)).count == Set(all.map(\.entry.node.id)).count)
    }

    @Test func `directories of many levels are found, listed in the order of rows, and their times are those of what is below`() throws {
        source.change { state in
            for id in Int64(20)..<220 {
                let name = Array("\(id % 7) \(id % 3 == 0 ? "ct" : "CT")".utf8)
                state.series.append(
                    SeriesRow(id: id, studyID: id % 2 + 1, name: name, uidName: Array("1.\(id % 50)".utf8), modalityStudyID: id % 3 + 1, modifiedNs: id))
            }
        }
        let tree = try tree("a = /{ModalitiesInStudy}/{SeriesInstanceUID:-1}/{PatientID}/{SeriesInstanceUID}")
        let all = try tree.walk().filter { $0.name.hasPrefix("a/") && $0.entry.node.isDirectory }
        #expect(Set(all.map(\.name)).count == all.count)
        #expect(all.count(where: { $0.entry.node.id.kind == .seriesDirectory }) == 203)
        for found in all {
            #expect(try tree.node(at: found.name) == found.entry.node)
            let below = all.filter { $0.name.hasPrefix(found.name + "/") && $0.entry.node.id.kind == .seriesDirectory }
            if found.entry.node.id.kind == .viewDirectory { #expect(found.entry.node.modifiedNs == below.map(\.entry.node.modifiedNs).max()) }
        }
        for directory in Set(all.map(\.parent)) {
            let entries = try tree.entries(of: directory)
            #expect(try tree.entries(of: directory, portion: 1) == entries)
            #expect(entries.map(\.cookie) == entries.map(\.cookie).sorted())
        }
    }

    @Test func `a change of the archive changes a view of the user`() throws {
        let tree = try tree("a = /{Modality}/{PatientID}")
        #expect(try tree.node(at: "a/CT/P1").isDirectory)
        source.change { $0.series.removeAll { $0.id == 1 } }
        #expect(throws: TreeError.self) { try tree.node(at: "a/CT") }
    }

    @Test(arguments: [
        ("name", "expected NAME"), ("a = x", "must begin with /"), ("a = /{Nothing}", "unknown keyword {Nothing}"),
        ("a = /{PatientID", "{ without }"),
        ("a = /PatientID}", "} without {"), ("a = //x", "empty part"), ("a = /", "empty part"), ("patients = /{PatientID}", "already"),
        ("find = /x", "already"), ("a/b = /x", "no name"), ("a = /{InstanceNumber}", "of the instance"), ("a = /{PatientID:x}", "a form is"),
        ("a = /x\na = /y", "stands above"), ("a = /x\nA = /y", "stands above"), ("Patients = /x", "already"), ("readme.TXT = /x", "already"),
        ("a = /b|c", "may not stand"),
    ])
    func `a bad line is named with its number`(text: String, message: String) {
        #expect {
            try ViewPresets.views(in: "# first\n" + text, file: "my views")
        } throws: { error in
            "\(error)".hasPrefix("my views:\(text.contains("\n") ? 3 : 2): ") && "\(error)".contains(message)
        }
    }

    @Test func `a file that an editor of Windows wrote is read all the same`() throws {
        let tree = try tree("\u{FEFF}a = /{PatientID}\r\n\r\n# more\r\nb = /{Modality}\r\n")
        #expect(try tree.node(at: "a/P1").isDirectory)
        #expect(try tree.node(at: "b/CT").isDirectory)
    }

    @Test func `presets are templates`() throws {
        #expect(Set(ViewPresets.lines.keys) == ["nbia", "idc", "orthanc"])
        let tree = try tree(ViewPresets.lines.values.joined(separator: "\n"))
        #expect(try series(tree, "nbia").contains("nbia/P1/01-02-2020-NA-NA-1.2.3/NA.000000-NA-2.3.1"))
        #expect(try series(tree, "idc").contains("idc/P1/1.2.3/CT_1.2.3.1"))
        #expect(try series(tree, "orthanc").contains("orthanc/P1 Doe^Jane/_NONE/CT"))
    }
}
