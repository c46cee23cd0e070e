/// The few kinds of token that a file of Python dictionary literals has.
enum PythonToken: Equatable {
    case string(String)
    case number(UInt32)
    case symbol(Character)
}

/// Splits dictionary literals into tokens; comments, docstrings and everything before the first `= {` are skipped.
func pythonTokens(_ text: String) -> [PythonToken] {
    var tokens: [PythonToken] = []
    for line in text.split(separator: "\n") {
        tokens += lineTokens(line)
    }
    return tokens
}

private func lineTokens(_ line: Substring) -> [PythonToken] {
    var tokens: [PythonToken] = []
    var rest = line
    while let c = rest.first {
        switch c {
        case "#": return tokens
        case "'", "\"": tokens.append(.string(quoted(&rest)))
        case "0"..."9": tokens.append(.number(number(&rest)))
        case "{", "}", "(", ")", ":", ",":
            tokens.append(.symbol(c))
            rest.removeFirst()
        default: rest.removeFirst()
        }
    }
    return tokens
}

private func quoted(_ rest: inout Substring) -> String {
    let quote = rest.removeFirst()
    var result = ""
    while let c = rest.popFirst(), c != quote {
        result.append(c == "\\" ? rest.popFirst() ?? c : c)
    }
    return result
}

private func number(_ rest: inout Substring) -> UInt32 {
    let digits = rest.prefix { $0.isHexDigit || $0 == "x" }
    rest = rest.dropFirst(digits.count)
    return digits.hasPrefix("0x") ? UInt32(digits.dropFirst(2), radix: 16) ?? 0 : UInt32(digits) ?? 0
}

/// Rows `key: (string, string, ...)`.
struct PythonRow {
    var key: PythonToken
    var values: [String]
}

/// All rows of a token list, and the names of enclosing dictionaries as rows without values.
func pythonRows(_ tokens: [PythonToken]) -> [PythonRow] {
    var rows: [PythonRow] = []
    var index = 0
    while index + 2 < tokens.count {
        guard tokens[index + 1] == .symbol(":") else {
            index += 1
            continue
        }
        let key = tokens[index]
        if tokens[index + 2] == .symbol("{") {
            rows.append(PythonRow(key: key, values: []))
        } else if tokens[index + 2] == .symbol("(") {
            let end = tokens[index...].firstIndex(of: .symbol(")")) ?? tokens.endIndex
            let values = tokens[index + 3..<end].compactMap { if case .string(let text) = $0 { text } else { nil } }
            rows.append(PythonRow(key: key, values: values))
            index = end
        }
        index += 1
    }
    return rows
}
