import DICOM
import Glibc
import Testing

@testable import DICOMArchive
@testable import DICOMTree

@Suite struct AttributeTests {
    let source = MemorySource.sample()
    var tree: VirtualTree { VirtualTree(source: source, producer: TestProducer(), options: TreeOptions()) }

    private func value(_ name: String, _ path: String, _ tree: VirtualTree) throws -> String? {
        let id = try tree.node(at: path).id
        let value = try Array(name.utf8).withUnsafeBytes { bytes in
            try Result { () throws(TreeError) in try tree.extendedAttribute(bytes, of: id) }.get()
        }
        return value.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `every listed attribute has a value, and none takes a source`() throws {
        let tree = tree
        for found in try tree.walk() {
            let names = try tree.extendedAttributeNames(of: found.entry.node.id)
            #expect(Set(names).count == names.count)
            for name in names {
                let value = try name.withUnsafeBytes { bytes in
                    try Result { () throws(TreeError) in try tree.extendedAttribute(bytes, of: found.entry.node.id) }.get()
                }
                #expect(value?.isEmpty == false, "\(found.name)")
            }
        }
        #expect(source.openings == 0)
    }

    @Test func `a directory has the attributes of what it stands for, in every view`() throws {
        let tree = tree
        let studies = [
            "patients/P1/2020-01-02 Thorax", "names/Doe^Jane/2020-01-02 Thorax", "dates/2020/2020-01-02/2020-01-02 Thorax",
            "modalities/CT/2020-01-02 Thorax", "accessions/A1", "uids/1.2.3",
        ]
        for path in studies {
            #expect(try value("user.dicom.StudyInstanceUID", path, tree) == "1.2.3", "\(path)")
            #expect(try value("user.dicom.PatientID", path, tree) == "P1")
            #expect(try value("user.dicom.SeriesInstanceUID", path, tree) == nil)
            #expect(try value("user.mime_type", path, tree) == nil)
        }
        #expect(try value("user.dicom.SeriesInstanceUID", studies[0] + "/001 CT", tree) == "1.2.3.1")
        #expect(try value("user.dicom.SOPInstanceUID", studies[0] + "/002 XA/00001.frames", tree) == "1.2.3.4.6")
        #expect(try value("user.dicom.SOPInstanceUID", studies[0] + "/002 XA/00001.frames/0002.png", tree) == "1.2.3.4.6")
        for path in ["", "patients", "dates/2020", "dates/2020/2020-01-02", "problems", "README.txt"] {
            #expect(try tree.extendedAttributeNames(of: tree.node(at: path).id).isEmpty, "\(path)")
        }
    }

    @Test func `kinds of file say what they are`() throws {
        let stem = "patients/P1/2020-01-02 Thorax/001 CT/00001"
        for (suffix, type) in [("dcm", "application/dicom"), ("png", "image/png"), ("jpg", "image/jpeg"), ("txt", "text/plain;charset=utf-8")] {
            #expect(try value("user.mime_type", "\(stem).\(suffix)", tree) == type)
        }
    }
}

@Suite struct StudyTimeTests {
    let source = MemorySource.sample()
    var tree: VirtualTree {
        var options = TreeOptions()
        options.times = .study
        return VirtualTree(source: source, producer: TestProducer(), options: options)
    }

    @Test(arguments: [
        (20_240_131, "", "20240131000000.000000000"), (20_240_131, "1011", "20240131101100.000000000"),
        (20_240_131, "101112.25 ", "20240131101112.250000000"), (20_240_131, "10:11:12", "20240131101112.000000000"),
        (20_240_131, "10", "20240131100000.000000000"), (20_240_131, "25", "20240131000000.000000000"),
        (20_240_131, "abc", "20240131000000.000000000"), (20_240_131, "101112.x", "20240131000000.000000000"),
        (19_010_203, "235959.999999", "19010203235959.999999000"), (20_991_231, "12", "20991231120000.000000000"),
        (20_161_231, "235960", "20170101000000.000000000"), (20_150_630, "235960.5", "20150701000000.500000000"),
        (17_000_101, "12", "17000101120000.000000000"), (22_500_101, "12", "22500101120000.000000000"),
    ]) func `a date with or without a time is that digit by digit in local time`(day: Int64, time: String, shown: String) throws {
        let ns = try #require(StudyTime.nanoseconds(day: day, time: Array(time.utf8)))
        #expect(Self.digits(ns) == shown)
    }

    @Test(arguments: [0, -1, 101, 10_101, 99_991_231, 16_000_101, 23_000_101, 20_240_230, 20_230_431, .max])
    func `what is no date, or out of reach, is none`(day: Int64) {
        #expect(StudyTime.nanoseconds(day: day, time: Array("12".utf8)) == nil)
    }

    @Test func `listing, name and number of a node agree, and what has no date keeps its own time`() throws {
        source.change { $0.studies[0].time = Array("101112".utf8) }
        let (tree, plain) = (tree, VirtualTree(source: source, producer: TestProducer(), options: TreeOptions()))
        let expected = try #require(StudyTime.nanoseconds(day: 20_200_102, time: Array("101112".utf8)))
        var dated = 0
        for found in try tree.walk() {
            #expect(try tree.child(named: found.entry.name, of: found.parent) == found.entry.node, "\(found.name)")
            #expect(try tree.node(found.entry.node.id) == found.entry.node, "\(found.name)")
            let own = try plain.node(found.entry.node.id)
            #expect(found.entry.node.changedNs == own.modifiedNs)
            let isOfStudy = found.path.contains { name in ["2020-01-02 Thorax", "A1", "1.2.3"].contains { Array($0.utf8) == name } }
            #expect(found.entry.node.modifiedNs == (isOfStudy ? expected : own.modifiedNs), "\(found.name)")
            dated += isOfStudy ? 1 : 0
        }
        #expect(dated > 100)
        let series = try tree.node(at: "find/PatientID=P1").id
        #expect(try tree.entries(of: series).allSatisfy { $0.node.modifiedNs == expected })
    }

    @Test func `bytes that changed are made anew although the time stays`() throws {
        let tree = tree
        let path = "patients/P1/2020-01-02 Thorax/001 CT/00001.png"
        let node = try tree.node(at: path)
        #expect(try !tree.open(node.id).isReady())
        _ = try tree.open(node.id).contents()
        #expect(try tree.open(node.id).isReady())
        source.change { state in
            let row = state.instances[0]
            state.instances[0] = InstanceRow(
                id: row.id, seriesID: row.seriesID, stem: row.stem, uidStem: row.uidStem, size: row.size, mtimeNs: row.mtimeNs + 1,
                contentChangedNs: 0,
                headerTextLength: row.headerTextLength, headerTextVersion: 1, pictureState: .available, picture: row.picture)
        }
        #expect(try tree.node(at: path).modifiedNs == node.modifiedNs)
        #expect(try !tree.open(node.id).isReady())
    }

    private static func digits(_ ns: Int64) -> String {
        var seconds = Int(ns / 1_000_000_000)
        var rest = ns % 1_000_000_000
        if rest < 0 { (seconds, rest) = (seconds - 1, rest + 1_000_000_000) }
        var parts = tm()
        localtime_r(&seconds, &parts)
        func padded(_ value: Int, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date = padded(Int(parts.tm_year) + 1900, 4) + padded(Int(parts.tm_mon) + 1, 2) + padded(Int(parts.tm_mday), 2)
        return date + padded(Int(parts.tm_hour), 2) + padded(Int(parts.tm_min), 2) + padded(Int(parts.tm_sec), 2) + "." + padded(Int(rest), 9)
    }
}
