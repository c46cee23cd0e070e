import Foundation
import Testing

@testable import DICOM

/// Rules K1 to K5 of header-text.md section 8.2 (PS3.18 Annex F.2).
struct HeaderJSONRuleTests {
    private func json(_ change: (inout HeaderTextFixture) -> Void, _ transferSyntax: String = "1.2.840.10008.1.2.1") throws -> String {
        var fixture = HeaderTextFixture(transferSyntax)
        change(&fixture)
        let bytes = HeaderJSON.json(of: try fixture.open(), bulkDataURI: "file:../1.dcm")
        #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(bytes)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The object of one element.
    private func element(_ group: UInt16, _ element: UInt16, _ vr: String, _ value: [UInt8]) throws -> String {
        let text = try json { $0.add(group, element, vr, value) }
        return String(text.dropFirst("{\n\"00000000\":".count).dropLast("\n}\n".count))
    }

    private func element(_ group: UInt16, _ number: UInt16, _ vr: String, _ text: String) throws -> String {
        try element(group, number, vr, Array(text.utf8))
    }

    @Test func `K1: keys ascend in upper case, group lengths and group 0002 are left out, the first of repeated tags counts`() throws {
        let text = try json {
            $0.add(0x20, 0xD, "UI", "1.2")
            $0.add(8, 0, "UL", [1, 0, 0, 0])
            $0.add(8, 0x103E, "LO", "b ")
            $0.add(0x20, 0xD, "UI", "3.4")
        }
        #expect(text == "{\n\"0008103E\":{\"vr\":\"LO\",\"Value\":[\"b\"]},\n\"0020000D\":{\"vr\":\"UI\",\"Value\":[\"1.2\"]}\n}\n")
    }

    @Test func `K2: names by component group, empty values null, empty elements and items bare`() throws {
        #expect(try element(0x10, 0x10, "PN", "A^B=C =D") == #"{"vr":"PN","Value":[{"Alphabetic":"A^B","Ideographic":"C ","Phonetic":"D"}]}"#)
        #expect(try element(0x10, 0x10, "PN", "=C") == #"{"vr":"PN","Value":[{"Ideographic":"C"}]}"#)
        #expect(try element(8, 8, "CS", #"A\\B "#) == #"{"vr":"CS","Value":["A",null,"B"]}"#)
        #expect(try element(8, 0x50, "SH", "") == #"{"vr":"SH"}"#)
        let sequence = try json { $0.add(8, 0x1140, items: [[], HeaderTextFixture.element(8, 0x1155, "UI", Array("1.2\0".utf8))]) }
        #expect(sequence == "{\n\"00081140\":{\"vr\":\"SQ\",\"Value\":[{},{\"00081155\":{\"vr\":\"UI\",\"Value\":[\"1.2\"]}}]}\n}\n")
    }

    @Test func `K3: numbers are numbers where their text survives`() throws {
        #expect(
            try element(0x18, 0x50, "DS", #"40\ 0.5 \1.50\-3\007\1e400\+1\abc\ "#)
                == #"{"vr":"DS","Value":[40,0.5,"1.50",-3,"007","1e400","+1","abc",null]}"#)
        #expect(try element(0x28, 9, "AT", [0x18, 0, 0x63, 0x10, 0, 0x30, 0xAB, 0]) == #"{"vr":"AT","Value":["00181063","300000AB"]}"#)
        let floats: [UInt8] = [0xCD, 0xCC, 0xCC, 0x3D, 0, 0, 0xC0, 0x7F, 0, 0, 0x80, 0xFF]
        #expect(try element(0x18, 0x9461, "FL", floats) == #"{"vr":"FL","Value":[0.1,"NaN","-inf"]}"#)
        #expect(try element(8, 0x40, "SV", [0, 0, 0, 0, 0, 0, 0, 0x80]) == #"{"vr":"SV","Value":["-9223372036854775808"]}"#)
        #expect(try element(8, 0x40, "UV", [5, 0, 0, 0, 0, 0, 0, 0]) == #"{"vr":"UV","Value":[5]}"#)
    }

    @Test func `K4: a backslash splits, but not in LT ST UT UR`() throws {
        #expect(try element(0x10, 0x4000, "LT", #"a\b"#) == #"{"vr":"LT","Value":["a\\b"]}"#)
        #expect(try element(8, 0x1030, "LO", #"a\b "#) == #"{"vr":"LO","Value":["a","b"]}"#)
        #expect(try element(0x10, 0x4000, "LT", "\"a\"\r\n\u{7F}") == "{\"vr\":\"LT\",\"Value\":[\"\\\"a\\\"\\u000d\\u000a\\u007f\"]}")
    }

    @Test func `K5: short binary values inline, long ones by place`() throws {
        #expect(try element(0x28, 0xFFF1, "OB", [0, 1, 2, 255]) == #"{"vr":"OB","InlineBinary":"AAEC/w=="}"#)
        let long = try element(0x42, 0x11, "OB", [UInt8](repeating: 0, count: 2000))
        #expect(long.hasPrefix(#"{"vr":"OB","BulkDataURI":"file:../1.dcm?offset="#))
        #expect(long.hasSuffix(#"&length=2000"}"#))
        let encapsulated = try json({ $0.add(fragments: [[1, 2]]) }, "1.2.840.10008.1.2.4.50")
        #expect(encapsulated.contains("BulkDataURI"))
    }
}
