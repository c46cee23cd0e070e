import Foundation
import Testing

@testable import DICOM

/// What format 2 adds to format 1, and that format 1 is written as it was.
struct HeaderTextFormatTests {
    private func fixture(creator: String) -> HeaderTextFixture {
        var fixture = HeaderTextFixture()
        fixture.add(9, 0x10, "LO", creator)
        fixture.add(9, 0x1001, "LO", "FORGED")
        fixture.add(9, 0x1102, "LO", "FORGED")
        fixture.add(0x10, 0x20, "LO", "TRUE")
        return fixture
    }

    @Test(arguments: [
        "PatientID", "PatientID (0010,0020) LO = FORGED\nPatientID", "private", "creator", "", "\n", "Ünknown", "PatientName[0]", "PrivateCreator",
        String(repeating: "PatientID", count: 30),
    ])
    func `no private element begins as a public one does, whatever its creator is called`(_ creator: String) throws {
        let fixture = fixture(creator: creator)
        let lines = try fixture.lines()
        #expect(lines.filter { $0.hasPrefix("PatientID") } == ["PatientID (0010,0020) LO = TRUE"])
        #expect(lines.filter { $0.hasPrefix("private:") }.count == 3)
        try HeaderTextLaws.check(HeaderText.text(of: fixture.open()), creator)
    }

    @Test func `nor inside sequences, and what is inside a private one begins as private`() throws {
        var fixture = HeaderTextFixture()
        let item = self.fixture(creator: "PatientID").dataSet
        fixture.add(8, 0x1110, items: [item])
        fixture.add(9, 0x10, "LO", "ReferencedStudySequence[0]")
        fixture.add(9, 0x1010, items: [item])
        let lines = try fixture.lines()
        #expect(lines.filter { $0.contains("].PatientID") }.count == 2)
        #expect(lines.filter { $0.hasPrefix("ReferencedStudySequence[0].PatientID") } == ["ReferencedStudySequence[0].PatientID (0010,0020) LO = TRUE"])
        #expect(lines.contains("ReferencedStudySequence[0].private:PatientID:xx01 (0009,1001) LO = FORGED"))
        #expect(lines.contains("private:ReferencedStudySequence_0_:xx10[0].PatientID (0010,0020) LO = TRUE"))
        try HeaderTextLaws.check(HeaderText.text(of: fixture.open()), "sequences")
    }

    @Test func `elements of odd groups that are nobody's begin as private ones`() throws {
        var fixture = HeaderTextFixture()
        fixture.add(0x6001, 0x10, "LO", "x")
        fixture.add(0x6001, 0x3000, "OB", [1, 2])
        fixture.add(0x7FE1, 0, "UL", [4, 0, 0, 0])
        fixture.add(0x7FE1, 1, "LO", "y")
        fixture.add(0x7FE1, 0x1010, "OB", [1, 2])
        #expect(
            try fixture.lines().suffix(5).map { $0.split(separator: " ").first.map { String($0) } } == [
                "private:creator", "private:6001,3000", "private:7fe1,0000", "private:7fe1,0001", "private:7fe1,1010",
            ])
    }

    @Test func `a value with line breaks makes no line of its own, in no format`() throws {
        var fixture = HeaderTextFixture()
        fixture.add(9, 0x10, "LO", "A\nPatientID (0010,0020) LO = FORGED")
        fixture.add(9, 0x1001, "LT", "a\r\nPatientID (0010,0020) LO = FORGED\n# Patient: nobody\n")
        fixture.add(0x10, 0x10, "PN", "Doe^Jane\n# Patient: nobody")
        for format in HeaderText.Format.allCases {
            let lines = try fixture.lines(format)
            #expect(!lines.contains { $0.hasPrefix("PatientID") })
            #expect(lines.filter { $0.hasPrefix("# Patient") }.count == (format == .first ? 0 : 1))
        }
    }

    @Test func `format 1 is written as it was`() throws {
        var fixture = HeaderTextFixture("1.2.840.10008.1.2.4.70")
        fixture.add(8, 0x16, "UI", "1.2.840.10008.5.1.4.1.1.2")
        fixture.add(8, 0x1030, "LO", String(repeating: "x", count: 1030))
        fixture.add(0x10, 0x10, "PN", "Yamada^Tarou")
        fixture.add(0x19, 0, "UL", [4, 0, 0, 0])
        fixture.add(0x19, 0x10, "LO", "SIEMENS MR HEADER")
        fixture.add(0x19, 0x100C, "IS", "1000")
        fixture.add(0x19, 0x110C, "IS", "8")
        fixture.add(0x28, 0x1201, "US", [UInt8](repeating: 1, count: 132))
        let numbers = [String](repeating: "257", count: 64).joined(separator: "\\")
        #expect(
            try fixture.lines(.first) == [
                "# dcmfs header 1",
                "# SOP class: CT Image Storage",
                "# transfer syntax: JPEG Lossless, First-Order Prediction (Process 14 SV1)",
                "FileMetaInformationGroupLength (0002,0000) UL = 30",
                "TransferSyntaxUID (0002,0010) UI = 1.2.840.10008.1.2.4.70  # JPEG Lossless SV1",
                "SOPClassUID (0008,0016) UI = 1.2.840.10008.5.1.4.1.1.2  # CT Image Storage",
                "StudyDescription (0008,1030) LO = \(String(repeating: "x", count: 1024)) ...[+6 characters]",
                "PatientName (0010,0010) PN = Yamada^Tarou",
                "GroupLength (0019,0000) UL = 4",
                "PrivateCreator (0019,0010) LO = SIEMENS MR HEADER",
                "SIEMENS_MR_HEADER:B_value (0019,100c) IS = 1000",
                "Private:0019,110c (0019,110c) IS = 8",
                "RedPaletteColorLookupTableData (0028,1201) US = \(numbers) ...[+2 values]",
            ])
    }

    @Test func `what was tolerated, and where reading ended, stands in the first lines with its offset`() throws {
        var fixture = HeaderTextFixture()
        fixture.add(0x10, 0x20, "LO", "ID")
        fixture.add(8, 0x50, "SH", "AB")
        let lines = try fixture.lines()
        let offset = fixture.file.count - 10
        #expect(lines.contains("# warning at offset \(offset): a tag that is not greater than the one before it (out-of-order)"))
        #expect(try fixture.lines(.first).contains("# warning: out-of-order at offset \(offset)"))
        fixture.add(0x10, 0x4000, "LT", String(repeating: "c", count: 100))
        let cut = try Part10File.open(MemoryProvider(Array(fixture.file.dropLast(104))))
        let text = String(decoding: HeaderText.text(of: cut), as: UTF8.self).split(separator: "\n")
        if let error = cut.parseError {
            #expect(text.prefix { $0.hasPrefix("# ") }.contains { $0.hasPrefix("# damaged: reading ended at offset \(error.offset): ") })
        } else {
            #expect(text.prefix { $0.hasPrefix("# ") }.contains { $0.hasPrefix("# warning at offset ") })
        }
    }

    @Test func `what was cut is found whole at the place that the line names`() throws {
        var fixture = HeaderTextFixture()
        let comment = (0..<9_000).map { "\($0) " }.joined()
        fixture.add(0x10, 0x4000, "LT", comment)
        let line = try #require(try fixture.lines().last)
        let place = try #require(line.firstMatch(of: /\[\+\d+ characters of (\d+) bytes at (\d+)\]$/))
        let (length, offset) = (try #require(Int(place.1)), try #require(Int(place.2)))
        let whole = String(decoding: fixture.file[offset..<offset + length], as: UTF8.self)
        #expect(whole == comment || whole == comment + " ")
    }
}

/// What holds for any text of format 2.
enum HeaderTextLaws {
    /// The last name of a path begins with `private:` exactly where the group is odd; every other is a word of letters and digits.
    static func check(_ text: [UInt8], _ name: String) throws {
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") where !line.hasPrefix("# ") {
            let fields = try #require(ParsedHeaderText.fields(line), "\(name): \(line)")
            let own = fields.path.range(of: "].", options: .backwards).map { fields.path[$0.upperBound...] } ?? fields.path[...]
            let isOdd = UInt32(fields.tag, radix: 16).map { $0 & 0x1_0000 != 0 } ?? false
            #expect(own.hasPrefix("private:") == isOdd, "\(name): \(line.prefix(200))")
            #expect(isOdd || own.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }, "\(name): \(line.prefix(200))")
        }
    }
}
