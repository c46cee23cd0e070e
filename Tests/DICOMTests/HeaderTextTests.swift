import Testing

@testable import DICOM

private typealias Tag = DICOM.Tag

/// Rules H1 to H12 of header-text.md section 8.1, one test each or more.
struct HeaderTextTests {
    private func line(_ group: UInt16, _ element: UInt16, _ vr: String, _ value: [UInt8]) throws -> String? {
        var fixture = HeaderTextFixture()
        fixture.add(group, element, vr, value)
        return try fixture.lines().last
    }

    private func line(_ group: UInt16, _ element: UInt16, _ vr: String, _ text: String) throws -> String? {
        var fixture = HeaderTextFixture()
        fixture.add(group, element, vr, text)
        return try fixture.lines().last
    }

    @Test func `H1 H2: comments first, then one line per element in file order`() throws {
        var fixture = HeaderTextFixture("1.2.840.10008.1.2.4.70")
        fixture.add(8, 0x16, "UI", "1.2.840.10008.5.1.4.1.1.2")
        fixture.add(8, 0x50, "SH", "")
        fixture.add(0x10, 0x10, "PN", "Yamada^Tarou")
        #expect(
            try fixture.lines() == [
                "# dcmfs header 2",
                "# Patient: Tarou Yamada",
                "# SOP class: CT Image Storage",
                "# transfer syntax: JPEG Lossless, First-Order Prediction (Process 14 SV1)",
                "FileMetaInformationGroupLength (0002,0000) UL = 30",
                "TransferSyntaxUID (0002,0010) UI = 1.2.840.10008.1.2.4.70  # JPEG Lossless SV1",
                "SOPClassUID (0008,0016) UI = 1.2.840.10008.5.1.4.1.1.2  # CT Image Storage",
                "AccessionNumber (0008,0050) SH =",
                "PatientName (0010,0010) PN = Yamada^Tarou",
            ])
    }

    @Test func `H1: the preview comment names the rule of the window`() throws {
        func preview(_ change: (inout HeaderTextFixture) -> Void) throws -> String? {
            var fixture = HeaderTextFixture()
            change(&fixture)
            fixture.add(0x7FE0, 0x10, "OW", [UInt8](repeating: 1, count: 20))
            return try fixture.lines().first { $0.hasPrefix("# preview") }
        }
        #expect(try preview { $0.add(0x28, 4, "CS", "MONOCHROME2") } == "# preview: window auto")
        #expect(try preview { $0.add(0x28, 4, "CS", "RGB") } == "# preview: color")
        #expect(
            try preview {
                $0.add(0x28, 4, "CS", "MONOCHROME2")
                $0.add(0x28, 0x1050, "DS", " 40 \\300")
                $0.add(0x28, 0x1051, "DS", "00400\\2000")
            } == "# preview: window 40/400 LINEAR (file)")
        #expect(
            try preview {
                $0.add(0x28, 4, "CS", "MONOCHROME1")
                $0.add(0x28, 0x1050, "DS", "0.5")
                $0.add(0x28, 0x1051, "DS", "0")
                let descriptor = HeaderTextFixture.element(0x28, 0x3002, "US", [2, 0, 0, 0, 16, 0])
                $0.add(0x28, 0x3010, items: [descriptor + HeaderTextFixture.element(0x28, 0x3006, "US", [0, 0, 1, 0])])
            } == "# preview: VOI LUT (file)")
        var noPixels = HeaderTextFixture()
        noPixels.add(0x10, 0x20, "LO", "ID")
        #expect(try noPixels.lines().contains { $0.hasPrefix("# preview") } == false)
    }

    @Test func `H3: nested elements have the full path with item numbers from 0`() throws {
        var fixture = HeaderTextFixture()
        let inner = HeaderTextFixture.element(0x300A, 0x84, "DS", Array("1.50".utf8))
        var beams = HeaderTextFixture()
        beams.add(0x300C, 0x04, items: [[], inner])
        fixture.add(0x300A, 0x70, items: [beams.dataSet])
        fixture.add(0x300A, 0xB0, items: [])
        #expect(
            try fixture.lines().suffix(4) == [
                "FractionGroupSequence (300a,0070) SQ = 1 item",
                "FractionGroupSequence[0].ReferencedBeamSequence (300c,0004) SQ = 2 items",
                "FractionGroupSequence[0].ReferencedBeamSequence[1].BeamDose (300a,0084) DS = 1.50",
                "BeamSequence (300a,00b0) SQ = 0 items",
            ])
    }

    @Test func `H4: private elements are named by creator, unknown ones by what is known`() throws {
        var fixture = HeaderTextFixture()
        fixture.add(0x19, 0x10, "LO", "SIEMENS MR HEADER")
        fixture.add(0x19, 0x100C, "IS", "1000")
        fixture.add(0x19, 0x10FE, "IS", "7")
        fixture.add(0x19, 0x110C, "IS", "8")
        fixture.add(0x28, 0x9, "LO", "x")
        fixture.add(0x28, 0xFFF1, "LO", "y")
        fixture.add(0x6000, 0x10, "US", [0x2C, 1])
        #expect(
            try fixture.lines().suffix(7) == [
                "private:creator (0019,0010) LO = SIEMENS MR HEADER",
                "private:SIEMENS_MR_HEADER:B_value (0019,100c) IS = 1000",
                "private:SIEMENS_MR_HEADER:xxfe (0019,10fe) IS = 7",
                "private:0019,110c (0019,110c) IS = 8",
                "FrameIncrementPointer (0028,0009) LO = x",
                "Unknown (0028,fff1) LO = y",
                "OverlayRows (6000,0010) US = 300",
            ])
    }

    @Test func `H5: the VR shown is the one used to decode`() throws {
        #expect(try line(0x10, 0x20, "UN", "ID1 ") == "PatientID (0010,0020) UN>LO = ID1")
        #expect(try line(0x28, 0xFFF1, "UN", [1, 2]) == "Unknown (0028,fff1) UN = 01\\02")
        var fixture = HeaderTextFixture("1.2.840.10008.1.2")
        fixture.add(0x28, 0x103, "US", [1, 0])
        fixture.add(0x28, 0x106, "US", [0xFF, 0xFF])
        fixture.add(0x28, 0xFFF1, "UN", [1, 2])
        #expect(
            try fixture.lines().suffix(3) == [
                "PixelRepresentation (0028,0103) US = 1", "SmallestImagePixelValue (0028,0106) SS = -1", "Unknown (0028,fff1) UN = 01\\02",
            ])
    }

    @Test func `H6: one element is one line, and nothing in it is hidden`() throws {
        #expect(try line(0x10, 0x4000, "LT", "a\r\nb\tc\u{1B}[31m") == "PatientComments (0010,4000) LT = a␍␊b␉c␛[31m")
        #expect(try line(8, 8, "CS", "ORIGINAL \\PRIMARY\\ ") == "ImageType (0008,0008) CS = ORIGINAL\\PRIMARY\\")
        #expect(try line(8, 0x1030, "LO", [0x41, 0x7F]) == "StudyDescription (0008,1030) LO = A\\u{007f}")
        #expect(try line(0x10, 0x20, "LO", "ID1\0\0\0") == "PatientID (0010,0020) LO = ID1")
        #expect(try line(0x10, 0x10, "PN", "A^B^=C=") == "PatientName (0010,0010) PN = A^B^=C=")
        var fixture = HeaderTextFixture()
        fixture.add(8, 5, "CS", "ISO_IR 192")
        fixture.add(8, 0x1030, "LO", "a\u{202E}b\u{2028}c\u{85}d\u{200F}é")
        #expect(try fixture.lines().last == "StudyDescription (0008,1030) LO = a\\u{202e}b\\u{2028}c\\u{0085}d\\u{200f}é")
    }

    @Test func `H6: bytes outside the character set are U+FFFD, and a comment says so`() throws {
        var fixture = HeaderTextFixture()
        fixture.add(8, 5, "CS", "ISO_IR 192")
        fixture.add(0x10, 0x20, "LO", [0x41, 0xFF])
        #expect(try fixture.lines().last == "PatientID (0010,0020) LO = A\u{FFFD}")
        #expect(try fixture.lines().contains("# warning: text with bytes that its character set does not have"))
        #expect(try line(0x10, 0x20, "LO", [0x41, 0xFC]) == "PatientID (0010,0020) LO = Aü")
    }

    @Test func `H7: numbers are decimal, floats shortest`() throws {
        #expect(try line(0x28, 0x10, "US", [0xFF, 0xFF]) == "Rows (0028,0010) US = 65535")
        #expect(try line(0x18, 0x9461, "FL", [0, 0, 0x80, 0x3F, 0xCD, 0xCC, 0xCC, 0x3D])?.hasSuffix(" FL = 1\\0.1") == true)
        #expect(try line(0x18, 0x9328, "FD", [0, 0, 0, 0, 0, 0, 0xF8, 0x7F, 0, 0, 0, 0, 0, 0, 0xF0, 0xFF])?.hasSuffix(" FD = nan\\-inf") == true)
        #expect(try line(0x28, 9, "AT", [0x18, 0, 0x63, 0x10]) == "FrameIncrementPointer (0028,0009) AT = (0018,1063)")
        #expect(try line(0x18, 0x6020, "SL", [0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0])?.hasSuffix(" SL = -1\\2") == true)
        #expect(try line(8, 0x40, "UV", [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])?.hasSuffix(" UV = 18446744073709551615") == true)
        #expect(try line(8, 0x40, "SV", [0, 0, 0, 0, 0, 0, 0, 0x80])?.hasSuffix(" SV = -9223372036854775808") == true)
    }

    @Test func `H8: registered UIDs are named`() throws {
        #expect(try line(8, 0x16, "UI", "1.2.840.10008.5.1.4.1.1.2") == "SOPClassUID (0008,0016) UI = 1.2.840.10008.5.1.4.1.1.2  # CT Image Storage")
        #expect(try line(8, 0x18, "UI", "1.2.3") == "SOPInstanceUID (0008,0018) UI = 1.2.3")
    }

    @Test func `H9: short binary values in hexadecimal, others by length and place`() throws {
        #expect(try line(0x42, 0x11, "OB", [0, 1]) == "EncapsulatedDocument (0042,0011) OB = 00\\01")
        var fixture = HeaderTextFixture()
        fixture.add(0x28, 2, "US", [1, 0])
        fixture.add(0x42, 0x11, "OB", [UInt8](repeating: 7, count: 40))
        let line = try #require(try fixture.lines().last)
        #expect(line == "EncapsulatedDocument (0042,0011) OB = <40 bytes at \(fixture.file.count - 40)>")
    }

    @Test func `H9: pixel data say what they are`() throws {
        var fixture = HeaderTextFixture()
        fixture.add(0x28, 8, "IS", "3")
        fixture.add(0x28, 0x10, "US", [2, 0])
        fixture.add(0x28, 0x11, "US", [4, 0])
        fixture.add(0x28, 0x100, "US", [8, 0])
        fixture.add(0x7FE0, 0x10, "OB", [UInt8](repeating: 1, count: 24))
        #expect(try fixture.lines().last == "PixelData (7fe0,0010) OB = <native 4x2x3 8 bit, 24 bytes at \(fixture.file.count - 24)>")
        var encapsulated = HeaderTextFixture("1.2.840.10008.1.2.4.70")
        encapsulated.add(fragments: [[1, 2], [3, 4, 5, 6]])
        let offset = encapsulated.file.count - 8 - 14 - 8 - 8
        #expect(try encapsulated.lines().last == "PixelData (7fe0,0010) OB = <2 fragments, 6 bytes at \(offset), JPEG Lossless SV1>")
    }

    @Test func `H10: long values are cut, with a count of what is missing and the place of the whole`() throws {
        // Behind preamble, mark, two elements of group 0002, and the header of the element itself.
        let place = 128 + 4 + 12 + 28 + 8
        let text = String(repeating: "x", count: 1030)
        #expect(try line(8, 0x1030, "LO", text) == "StudyDescription (0008,1030) LO = " + text.prefix(1024) + " ...[+6 characters of 1030 bytes at \(place)]")
        let comment = String(repeating: "y", count: 16_390)
        #expect(try line(0x10, 0x4000, "LT", comment)?.hasSuffix("y ...[+6 characters of 16390 bytes at \(place)]") == true)
        let numbers = try #require(try line(0x28, 0x1201, "US", [UInt8](repeating: 1, count: 132)))
        #expect(numbers.hasSuffix("257 ...[+2 values of 132 bytes at \(place)]"))
        #expect(numbers.split(separator: "\\").count == 64)
    }

    @Test func `H10: of a huge text only the start is read`() throws {
        var fixture = HeaderTextFixture()
        fixture.add(0x40, 0xA160, "UT", [UInt8](repeating: 0x7A, count: 2 << 20))
        let line = try #require(try fixture.lines().last)
        #expect(line == "TextValue (0040,a160) UT = " + String(repeating: "z", count: 16_384) + " ...[+\((2 << 20) - 16_384) bytes of \(2 << 20) bytes at 184]")
    }

    @Test func `H11: what precedes the damage is there, then the error`() throws {
        var fixture = HeaderTextFixture()
        fixture.add(0x10, 0x20, "LO", "ID")
        fixture.add(0x10, 0x4000, "LT", String(repeating: "c", count: 100))
        let whole = fixture.file
        let file = try Part10File.open(MemoryProvider(Array(whole.dropLast(50))))
        let lines = String(decoding: HeaderText.text(of: file), as: UTF8.self).split(separator: "\n")
        #expect(lines.contains("PatientID (0010,0020) LO = ID"))
        #expect(lines.last?.hasPrefix("# error at offset ") == true || lines.contains { $0.hasPrefix("# warning: ") })
    }

    @Test func `H12: the length is that of the text`() throws {
        var fixture = HeaderTextFixture()
        fixture.add(0x10, 0x20, "LO", "ID")
        let file = try fixture.open()
        #expect(HeaderText.length(of: file) == HeaderText.text(of: file).count)
    }
}
