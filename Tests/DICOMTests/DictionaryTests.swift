import Testing

@testable import DICOM

private typealias Tag = DICOM.Tag

/// Header-text.md section 9: counts and spot checks over the generated tables.
struct DictionaryTests {
    @Test func `Public elements have VR, multiplicity and keyword`() throws {
        let name = try #require(DataDictionary.entry(Tag(0x0010, 0x0010)))
        #expect(name.vr == .single(.PN))
        #expect(name.keyword.string == "PatientName")
        #expect(name.multiplicity.string == "1")
        #expect(DataDictionary.entry(Tag(0x0008, 0x0008))?.multiplicity.string == "2-n")
        #expect(DataDictionary.entry(Tag(0xFFFE, 0xE000))?.vr == DictionaryVR.none)
        #expect(DataDictionary.entry(Tag(0x0010, 0x0011)) == nil)
    }

    @Test func `Repeating groups are found under each of their tags`() {
        for (tag, keyword) in [
            (Tag(0x6002, 0x3000), "OverlayData"), (Tag(0x601E, 0x0010), "OverlayRows"), (Tag(0x5004, 0x3000), "CurveData"),
            (Tag(0x7F02, 0x0010), "VariablePixelData"), (Tag(0x0020, 0x3142), "SourceImageIDs"), (Tag(0x0028, 0x0413), "CoefficientCodingPointers"),
            (Tag(0x0028, 0x0824), "BitsForCodeWord"), (Tag(0x1000, 0x0105), "ShiftTableTriplet"), (Tag(0x1010, 0xABCD), "ZonalMap"),
        ] {
            #expect(DataDictionary.entry(tag)?.keyword.string == keyword)
        }
        #expect(DataDictionary.entry(Tag(0x6001, 0x3000)) == nil)
        #expect(DataDictionary.entry(Tag(0x7FE0, 0x0010))?.keyword.string == "PixelData")
    }

    @Test func `A choice of VRs is resolved by sign, allocation and transfer syntax`() {
        #expect(DataDictionary.vr(for: Tag(0x0028, 0x0106)) == .US)
        #expect(DataDictionary.vr(for: Tag(0x0028, 0x0106), isSigned: true) == .SS)
        #expect(DataDictionary.vr(for: Tag(0x7FE0, 0x0010), isWord: false) == .OB)
        #expect(DataDictionary.vr(for: Tag(0x7FE0, 0x0010), isWord: true) == .OW)
        #expect(DataDictionary.vr(for: Tag(0x0028, 0x3006)) == .OW)
        #expect(DataDictionary.vr(for: Tag(0x0011, 0x1001)) == .UN)
    }

    @Test func `Group lengths and private creators are known in every group`() {
        #expect(DataDictionary.entry(Tag(0x0008, 0x0000))?.keyword.string == "GroupLength")
        #expect(DataDictionary.entry(Tag(0x0002, 0x0000))?.keyword.string == "FileMetaInformationGroupLength")
        #expect(DataDictionary.vr(for: Tag(0x0029, 0x0010)) == .LO)
        #expect(DataDictionary.entry(Tag(0x0029, 0x1010)) == nil)
    }

    @Test func `Private elements are found by creator in any block`() {
        func name(_ creator: String, _ tag: Tag) -> String? { DataDictionary.privateEntry(creator: Array(creator.utf8), tag: tag)?.keyword.string }
        #expect(name("SIEMENS MR HEADER", Tag(0x0019, 0x100C)) == "B_value")
        #expect(name("SIEMENS MR HEADER", Tag(0x0019, 0x230C)) == "B_value")
        #expect(name("SIEMENS MR HEADER", Tag(0x0021, 0x100C)) == nil)
        #expect(name("NOBODY", Tag(0x0019, 0x100C)) == nil)
        #expect(name("ELSCINT1", Tag(0x01F1, 0x1001)) == "Acquisition_Type")
        #expect(name("CANON_MEC_MR3", Tag(0x700D, 0x1005)) == "FOV")
    }

    @Test func `Registered UIDs have names`() {
        func name(_ uid: String) -> String? { UIDDictionary.name(Array(uid.utf8))?.string }
        #expect(name("1.2.840.10008.5.1.4.1.1.2") == "CT Image Storage")
        #expect(name("1.2.840.10008.1.2.4.110") == "JPEG XL Lossless")
        #expect(name("1.2.840.10008.1.2.8.1") == "Deflated Image Frame Compression")
        #expect(name("1.2.3") == nil)
        #expect(name("") == nil)
        #expect(UIDDictionary.shortName(Array("1.2.840.10008.1.2.4.70".utf8))?.string == "JPEG Lossless SV1")
        #expect(UIDDictionary.shortName(Array("1.2.840.10008.1.2.1".utf8))?.string == "Explicit VR Little Endian")
    }

    /// Every line of a table is reachable by the look-up that the table is for, and gives that line's own text.
    @Test func `No line of a table is lost`() {
        var publicLines = 0
        for line in lines(DictionaryTables.elements) where !line.hasPrefix("gggg") {
            let digits = line.prefix(8).map { $0 == "x" ? "2" : $0 }
            guard let tag = UInt32(String(digits), radix: 16) else { continue }
            publicLines += 1
            let fields = line.split(separator: " ", omittingEmptySubsequences: false)
            #expect(DataDictionary.entry(Tag(rawValue: tag))?.keyword.string == (fields.count > 3 ? String(fields[3]) : ""))
        }
        #expect(publicLines == 5_179)
        var creator: [UInt8] = []
        var creators = 0
        var elements = 0
        for line in lines(DictionaryTables.privateElements) {
            if line.hasPrefix("@") {
                creator = Array(line.dropFirst().utf8)
                creators += 1
                continue
            }
            elements += 1
            let digits = line.prefix(8).map { $0 == "x" ? "1" : $0 }
            guard let tag = UInt32(String(digits), radix: 16), Tag(rawValue: tag).isPrivate else { continue }
            #expect(DataDictionary.privateEntry(creator: creator, tag: Tag(rawValue: tag)) != nil, "\(line)")
        }
        #expect(creators == 449)
        #expect(elements > 10_400)
        let uids = lines(DictionaryTables.uids)
        #expect(uids.count == 484)
        for line in uids {
            let blank = line.firstIndex(of: " ") ?? line.endIndex
            #expect(UIDDictionary.name(Array(line[..<blank].utf8))?.string == String(line[blank...].dropFirst()))
        }
    }

    private func lines(_ table: StaticString) -> [Substring] {
        table.withUTF8Buffer { String(decoding: $0, as: UTF8.self).split(separator: "\n") }
    }
}
