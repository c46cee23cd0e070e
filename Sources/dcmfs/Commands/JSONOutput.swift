import DICOMArchive

/// JSON for scripts: written in the order given, one object a line.
indirect enum JSONOutput {
    case text(String)
    case number(Int)
    case flag(Bool)
    case object([(String, JSONOutput)])
    case list([JSONOutput])

    static func counts(_ counts: [String: Int]) -> JSONOutput {
        .object(counts.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) })
    }

    var line: String { text + "\n" }

    private var text: String {
        switch self {
        case .text(let value): Self.quoted(value)
        case .number(let value): "\(value)"
        case .flag(let value): value ? "true" : "false"
        case .object(let members): "{" + members.map { Self.quoted($0.0) + ":" + $0.1.text }.joined(separator: ",") + "}"
        case .list(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
        }
    }

    /// RFC 8259 section 7. What a terminal would obey or not show is escaped, too; it is the same text to a reader of JSON.
    private static func quoted(_ value: String) -> String {
        var out = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\t": out += "\\t"
            default:
                if scalar.value < 0x1_0000, !isVisible(scalar) {
                    let digits = String(scalar.value, radix: 16)
                    out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    out.unicodeScalars.append(scalar)
                }
            }
        }
        return out + "\""
    }
}
