import Foundation
import Testing

@testable import DICOM

/// Header text, parsed back by its own rules (H1 to H11), beside the corpus's header oracle.
struct HeaderTextOracleTests {
    @Test(arguments: HeaderText.Format.allCases)
    func `Header text agrees with the header oracle, but for the listed disagreements`(_ format: HeaderText.Format) throws {
        guard let oracle = try HeaderOracle.load() else {
            print("corpus not found at ../shared/corpus, skipped")
            return
        }
        var differences: [HeaderOracle.Difference] = []
        for row in oracle.rows where row.expectation != "must-reject" {
            let bytes = try oracle.bytes(row.path)
            guard let file = try? Part10File.open(MemoryProvider(bytes)) else { continue }
            let text = try ParsedHeaderText(HeaderText.text(of: file, format: format))
            differences += difference(row, text, bytes)
        }
        for difference in differences where HeaderDisagreements.reason(difference) == nil { Issue.record("\(difference)") }
    }

    private func difference(_ row: HeaderOracle.Row, _ text: ParsedHeaderText, _ bytes: [UInt8]) -> [HeaderOracle.Difference] {
        var theirs: [String: [String: Any]] = [:]
        HeaderOracle.flatten(row.json, into: &theirs)
        let dropped = theirs.filter { $0.value["Dropped"] != nil && $0.value["vr"] as? String == "SQ" }.map { $0.key + "[" }
        var result: [HeaderOracle.Difference] = []
        for tags in Set(text.elements.keys).union(theirs.keys).sorted() where !dropped.contains(where: { tags.hasPrefix($0) }) {
            if row.unconverted.contains(String(tags.prefix(8))) { continue }
            guard let mine = text.elements[tags], let their = theirs[tags] else {
                let ours = text.elements[tags].map { "\($0.vr) \($0.value)" } ?? "absent"
                result.append(.init(file: row.path, tags: tags, ours: String(ours.prefix(100)), theirs: theirs[tags] == nil ? "absent" : "present"))
                continue
            }
            if let reason = mine.difference(from: their, file: bytes, isDeflated: text.isDeflated) {
                let ours = "\(mine.vr) \(mine.value)"
                result.append(.init(file: row.path, tags: tags, ours: String(ours.prefix(100)), theirs: String(reason.prefix(100))))
            }
        }
        return result
    }
}

/// A header text taken apart.
struct ParsedHeaderText {
    struct Element {
        var vr: String
        var value: String
    }
    /// By path of tags, as the oracle names them.
    private(set) var elements: [String: Element] = [:]
    private(set) var comments: [String] = []
    private(set) var isDeflated = false

    struct NotALine: Error { let line: String }

    init(_ bytes: [UInt8]) throws {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw NotALine(line: "not UTF-8") }
        var tagPaths: [String: String] = [:]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            if line.hasPrefix("# ") {
                comments.append(String(line))
                isDeflated = isDeflated || line == "# transfer syntax: Deflated Explicit VR Little Endian"
                continue
            }
            guard let fields = Self.fields(line) else { throw NotALine(line: String(line)) }
            let path = fields.path
            var tags = fields.tag
            if let bracket = path.range(of: "].", options: .backwards) {
                let parent = path[..<bracket.lowerBound]
                guard let open = parent.lastIndex(of: "["), let outer = tagPaths[String(parent[..<open])] else { throw NotALine(line: String(line)) }
                tags = "\(outer)[\(parent[parent.index(after: open)...])].\(fields.tag)"
            }
            if fields.vr == "SQ" { tagPaths[path] = tags }
            if fields.tag.hasSuffix("0000") || tags.hasPrefix("0002") || elements[tags] != nil { continue }
            elements[tags] = Element(vr: fields.vr, value: fields.value)
        }
    }

    /// `PATH (gggg,eeee) VR = VALUE`, or with `UN>VR`, or ending in ` =` (H2, H5).
    static func fields(_ line: Substring) -> (path: String, tag: String, vr: String, value: String)? {
        let bytes = Array(line.utf8)
        guard let blank = bytes.firstIndex(of: 0x20), blank > 0, bytes.count >= blank + 17 else { return nil }
        func text(_ range: Range<Int>) -> String { range.upperBound <= bytes.count ? String(decoding: bytes[range], as: UTF8.self) : "" }
        guard text(blank..<blank + 2) == " (", text(blank + 6..<blank + 7) == ",", text(blank + 11..<blank + 13) == ") " else { return nil }
        let tag = text(blank + 2..<blank + 6) + text(blank + 7..<blank + 11)
        guard UInt32(tag, radix: 16) != nil, tag == tag.lowercased() else { return nil }
        let vr = text(blank + 13..<blank + 16) == "UN>" ? blank + 16 : blank + 13
        guard VR.all.contains(where: { $0.description == text(vr..<vr + 2) }), text(vr + 2..<vr + 4) == " =" else { return nil }
        let value = text(vr + 4..<bytes.count)
        guard value.isEmpty || (value.hasPrefix(" ") && !value.hasSuffix(" ")) else { return nil }
        return (text(0..<blank), tag.uppercased(), text(vr..<vr + 2), String(value.dropFirst()))
    }
}

extension ParsedHeaderText.Element {
    /// What the oracle has instead; nil where both agree.
    func difference(from their: [String: Any], file: [UInt8], isDeflated: Bool) -> String? {
        let theirVR = their["vr"] as? String ?? ""
        if vr != theirVR { return "\(theirVR) \(their)" }
        if value.hasPrefix("<"), value.hasSuffix(">"), let place = value.firstMatch(of: /(\d+) bytes at (inflated )?(\d+)/) {
            return difference(length: Int(place.1) ?? -1, offset: place.2 == nil ? Int(place.3) : nil, their: their, file: file)
        }
        if vr == "SQ" {
            let count = (their["Value"] as? [String])?.first ?? "\(their["Dropped"] ?? 0)"
            return value == (count == "1" ? "1 item" : "\(count) items") ? nil : count
        }
        if let inline = their["InlineBinary"] as? String { return difference(inline: inline) }
        if their["Dropped"] != nil { return nil }
        return difference(values: HeaderOracle.values(their).joined(separator: "\\"))
    }

    private func difference(length: Int, offset: Int?, their: [String: Any], file: [UInt8]) -> String? {
        if value.contains("fragment") { return nil }
        if let dropped = their["Dropped"] as? Int { return dropped == length ? nil : "\(dropped) bytes" }
        guard let inline = their["InlineBinary"] as? String, let bytes = Data(base64Encoded: inline) else { return "\(their)" }
        guard bytes.count == length else { return "\(bytes.count) bytes" }
        guard let offset else { return nil }
        guard offset + length <= file.count else { return "beyond the file" }
        return Data(file[offset..<offset + length]) == bytes ? nil : "other bytes at \(offset)"
    }

    private func difference(inline: String) -> String? {
        let bytes = Data(base64Encoded: inline) ?? Data()
        let theirs = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: "\\")
        return theirs == value ? nil : theirs
    }

    private func difference(values: String) -> String? {
        var ours = value
        let tags = values.split(separator: "\\").map { "(\($0.prefix(4)),\($0.suffix(4)))".lowercased() }
        var expected = vr == "AT" ? tags.joined(separator: "\\") : visible(values)
        if vr == "UI", let name = ours.range(of: "  # ") { ours = String(ours[..<name.lowerBound]) }
        if vr == "PN" {
            ours = ours.split(separator: "\\", omittingEmptySubsequences: false).map { String($0).trimmed("=").trimmed(" ") }.joined(separator: "\\")
        }
        if let cut = ours.firstMatch(of: /\ \.\.\.\[\+(\d+) (characters|values)(?: of \d+ bytes at (?:inflated )?\d+)?\]$/) {
            let kept = String(ours[..<cut.range.lowerBound])
            ours = kept
            if cut.2 == "values" {
                expected = expected.split(separator: "\\", omittingEmptySubsequences: false).prefix(64).joined(separator: "\\")
            } else {
                let count = expected.unicodeScalars.count
                guard count == kept.unicodeScalars.count + (Int(cut.1) ?? -1) else { return "\(count) characters" }
                expected = String(String.UnicodeScalarView(expected.unicodeScalars.prefix(kept.unicodeScalars.count)))
            }
        }
        if ["FL", "FD", "DS", "IS"].contains(vr) {
            ours = ours.split(separator: "\\", omittingEmptySubsequences: false).map { HeaderOracle.number(String($0), vr) }.joined(separator: "\\")
        }
        return ours.trimmed(" ") == expected.trimmed(" ") ? nil : expected
    }

    /// H6, written once more and independently.
    private func visible(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0..<0x20: result.append(Unicode.Scalar(0x2400 + scalar.value) ?? " ")
            case 0x7F...0x9F, 0x61C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069:
                let digits = String(scalar.value, radix: 16)
                result.append(contentsOf: ("\\u{" + String(repeating: "0", count: 4 - digits.count) + digits + "}").unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
