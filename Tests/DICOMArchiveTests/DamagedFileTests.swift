import DICOM
import TestSupport
import Testing

@testable import DICOMArchive

@Suite("Damaged files in the index")
struct DamagedFileTests {
    private func file(_ instance: String, _ more: (inout DICOMWriter) -> Void) -> [UInt8] {
        var writer = DICOMWriter()
        writer.identity(instance: instance)
        more(&writer)
        return writer.part10("1.2.840.10008.1.2.1", instance: instance)
    }

    private func pixels(_ writer: inout DICOMWriter) {
        writer.element(.rows, us: 32)
        writer.element(.columns, us: 32)
        writer.element(.bitsAllocated, us: 8)
        writer.element(.pixelData, .OW, [UInt8](repeating: 7, count: 1024))
    }

    @Test func `What is damaged stays shown, and is named with offset and reason`() throws {
        let fixture = try ArchiveFixture()
        let whole = file("1.2.3.1") { pixels(&$0) }
        try fixture.write("cut.dcm", Array(whole.dropLast(500)))
        let junk = file("1.2.3.2") {
            $0.raw([0x8F, 0x9C, 0xE1, 0xD3, 0xB7, 0x8F, 0x9C, 0xE1, 0xD3, 0xB7, 0x8F, 0x9C])
            pixels(&$0)
        }
        try fixture.write("junk.dcm", junk)
        try fixture.write("open.dcm", file("1.2.3.3") { $0.header(Tag(0x0040, 0x0275), .SQ, length: .max) })
        try fixture.write("whole.dcm", file("1.2.3.4") { pixels(&$0) })
        try fixture.index()
        #expect(try fixture.instances().count == 4)
        let problems = try fixture.problems()
        #expect(problems.map(\.reason) == ["header-damaged", "truncated", "truncated"])
        let names = problems.map { String(decoding: $0.path, as: UTF8.self).split(separator: "/").last ?? "" }
        #expect(names == ["junk.dcm", "cut.dcm", "open.dcm"])
        let start = whole.count - 1024 - 12 - 3 * 10
        #expect(problems.map(\.offset) == [Int64(start), Int64(whole.count - 1024 - 12), Int64(start + 12)])

        let archive = try fixture.open()
        defer { archive.close() }
        let text = String(decoding: try archive.problemFile(named: Array("header-damaged.txt".utf8)) ?? [], as: UTF8.self)
        #expect(text.contains("junk.dcm\t") && text.contains("(at byte \(start))"))
        #expect(try archive.counts().forgiven["resynchronised"] == 1)
    }

    @Test func `A damaged file that was replaced by a whole one is no longer named`() throws {
        let fixture = try ArchiveFixture()
        let whole = file("1.2.3.1") { pixels(&$0) }
        try fixture.write("a.dcm", Array(whole.dropLast(500)))
        try fixture.index()
        try fixture.index()
        #expect(try fixture.problems().count == 1)
        try fixture.write("a.dcm", whole)
        try fixture.index()
        #expect(try fixture.problems().isEmpty)
        #expect(try fixture.instances().count == 1)
    }

    @Test func `Instances are counted by what was forgiven in them`() throws {
        let fixture = try ArchiveFixture()
        for number in 1...3 {
            try fixture.write("\(number)", file("1.2.3.\(number)") { $0.element(Tag(0x0028, 0x3006), .UT, [1, 2, 3]) })
        }
        try fixture.write("4", file("1.2.3.4") { pixels(&$0) })
        try fixture.index()
        let archive = try fixture.open()
        defer { archive.close() }
        #expect(try archive.counts().forgiven == ["odd-length": 3])
    }

    /// PS3.10 section 8.2: File IDs are paths from the file-set's root, wherever the directory file lies.
    @Test func `A directory file in a folder of its file-set names files from the file-set's root`() throws {
        let fixture = try ArchiveFixture()
        for medium in ["", "copy/of/a/medium/"] {
            let prefix = medium.isEmpty ? "1.2.3.1" : "1.2.3.2"
            for number in 1...2 { try fixture.write("\(medium)A/IM\(number)", dicom(instance: "\(prefix).\(number)", number: "\(number)")) }
            try fixture.write("\(medium)DICOMDIR", directory(["A\\IM1", "A\\IM2"]))
            try fixture.write("\(medium)A/DIRFILE", directory(["A\\IM1", "A\\IM2"]))
            try fixture.write("\(medium)A/B/DICOMDIR", directory(["A\\IM1", "A\\NONE"]))
        }
        try fixture.index()
        let problems = try fixture.problems().filter { $0.reason.hasPrefix("dicomdir") }
        #expect(problems.map(\.reason) == ["dicomdir-missing", "dicomdir-missing"])
        #expect(problems.allSatisfy { String(decoding: $0.message, as: UTF8.self).hasSuffix("A/NONE") })
    }

    private func directory(_ fileIDs: [String]) -> [UInt8] {
        var writer = DICOMWriter()
        writer.sequence(
            Tag(0x0004, 0x1220),
            items: fileIDs.map { fileID in
                { item in
                    item.element(Tag(0x0004, 0x1430), .CS, "IMAGE")
                    item.element(Tag(0x0004, 0x1500), .CS, fileID)
                }
            })
        return writer.part10("1.2.840.10008.1.2.1", sopClass: MediaDirectory.sopClassUID)
    }
}
