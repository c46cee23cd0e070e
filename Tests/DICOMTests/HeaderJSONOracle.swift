import Foundation

@testable import DICOM

/// The corpus's own reading of its headers (HEADERS.jsonl, made by pydicom), and how ours is compared with it.
struct HeaderOracle {
    /// One file: DICOM JSON as nested dictionaries, and tags that the oracle could not convert.
    struct Row {
        let path: String
        let json: [String: Any]
        let unconverted: Set<String>
        /// MANIFEST.tsv: `valid`, `valid-odd`, `parse-partial`, `must-reject`.
        let expectation: String
        /// The oracle was made to read this by force; we need not.
        var mayBeRefused: Bool { expectation == "must-reject" || expectation == "parse-partial" }
    }

    /// One disagreement: `path/of/file.dcm 00400275[0].00321060 value`.
    struct Difference: Hashable, CustomStringConvertible {
        var file: String
        var tags: String
        var ours: String
        var theirs: String
        var description: String { "\(file) \(tags): \(ours) | \(theirs)" }
    }

    let folder: URL
    let rows: [Row]

    /// Nil where the corpus is absent.
    static func load() throws -> HeaderOracle? {
        var root = URL(fileURLWithPath: #filePath)
        while root.path != "/", !FileManager.default.fileExists(atPath: root.appendingPathComponent("Package.swift").path) {
            root.deleteLastPathComponent()
        }
        let folder = root.deletingLastPathComponent().appendingPathComponent("shared/corpus")
        guard let data = try? Data(contentsOf: folder.appendingPathComponent("HEADERS.jsonl")) else { return nil }
        let expectations = try expectations(folder)
        // Python writes numbers that JSON does not have.
        let text = String(decoding: data, as: UTF8.self).replacingOccurrences(of: "[NaN]", with: "[\"NaN\"]")
            .replacingOccurrences(of: "[-Infinity]", with: "[\"-inf\"]")
        let rows = try text.utf8.split(separator: 0x0A).map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any] ?? [:]
            let path = object["path"] as? String ?? ""
            return Row(
                path: path, json: object["json"] as? [String: Any] ?? [:], unconverted: Set(object["unconverted"] as? [String] ?? []),
                expectation: expectations[path] ?? "")
        }
        return HeaderOracle(folder: folder, rows: rows)
    }

    private static func expectations(_ folder: URL) throws -> [String: String] {
        let lines = try String(contentsOf: folder.appendingPathComponent("MANIFEST.tsv"), encoding: .utf8).split(separator: "\n")
        let columns = lines.first?.split(separator: "\t", omittingEmptySubsequences: false).map { String($0) } ?? []
        guard let column = columns.firstIndex(of: "expectation") else { return [:] }
        var result: [String: String] = [:]
        for line in lines.dropFirst() {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            if fields.count > column { result[String(fields[0])] = String(fields[column]) }
        }
        return result
    }

    func bytes(_ path: String) throws -> [UInt8] { try Array(Data(contentsOf: folder.appendingPathComponent(path))) }

    /// Elements by path of tags (`00400275[0].00321060`), without group 0002 and group lengths; sequences count their items.
    static func flatten(_ json: [String: Any], prefix: String = "", into result: inout [String: [String: Any]]) {
        for (tag, value) in json where !tag.hasSuffix("0000") && !(prefix.isEmpty && tag.hasPrefix("0002")) {
            guard var element = value as? [String: Any] else { continue }
            if element["vr"] as? String == "SQ", element["Dropped"] == nil {
                let items = element["Value"] as? [[String: Any]] ?? []
                for (number, item) in items.enumerated() { flatten(item, prefix: "\(prefix)\(tag)[\(number)].", into: &result) }
                element["Value"] = ["\(items.count)"]
            }
            result[prefix + tag] = element
        }
    }

    /// Values in one comparable form: numbers as Double (FL as Float), names joined with `=`, padding removed.
    static func values(_ element: [String: Any]) -> [String] {
        let vr = element["vr"] as? String ?? ""
        let values = element["Value"] as? [Any] ?? []
        let comparable = values.map { value -> String in
            if let name = value as? [String: Any] {
                return ["Alphabetic", "Ideographic", "Phonetic"].map { name[$0] as? String ?? "" }.joined(separator: "=")
                    .trimmed("=").trimmed(" ")
            }
            let text = value is NSNull ? "" : "\(value)".trimmed(" ").trimmed("\0")
            return number(text, vr)
        }
        return comparable == [""] ? [] : comparable
    }

    static func number(_ text: String, _ vr: String) -> String {
        switch vr {
        case "FL": Float(text).map { "\($0)" } ?? text.lowercased()
        case "FD": Double(text).map { "\($0)" } ?? text.lowercased()
        case "DS", "IS": Double(text.trimmingCharacters(in: .whitespaces)).map { "\($0)" } ?? text.lowercased()
        default: text
        }
    }
}

extension String {
    /// Without that character at the end.
    func trimmed(_ character: Character) -> String {
        var text = Substring(self)
        while text.last == character { text.removeLast() }
        return String(text)
    }
}
