/// Reading the defined terms (PS3.3 Tables C.12-2 to C.12-5).
extension SpecificCharacterSet {
    mutating func read(terms: UnsafeRawBufferPointer) {
        var isFirst = true
        var start = 0
        for end in 0...terms.count where end == terms.count || terms[end] == 0x5C {
            read(term: Term(UnsafeRawBufferPointer(rebasing: terms[start..<end])), isFirst: isFirst)
            isFirst = false
            start = end + 1
        }
    }

    private mutating func read(term: Term, isFirst: Bool) {
        switch term.meaning {
        case .empty: break
        case .unknown: hasUnknownTerm = true
        // Both stand alone by Table C.12-5; as a further value they are not allowed, and the first value rules.
        case .coding(let coding): if isFirst { self.coding = coding }
        case .set(let set): read(set: set, isFirst: isFirst)
        }
    }

    private mutating func read(set: CodedSet, isFirst: Bool) {
        if isFirst, !set.isDouble, set != .ascii { initialG1 = set }
        // Japanese double-byte sets go to G0 only.
        if fallbackG1 == .none, set == .ksX1001 || set == .gb2312 { fallbackG1 = set }
    }
}

/// One term, reduced to upper-case letters and digits: `iso_ir 100`, `ISO IR 100` and `ISO-IR 100` are all ISOIR100.
private struct Term {
    enum Meaning {
        case empty, unknown
        case coding(SpecificCharacterSet.Coding)
        case set(CodedSet)
    }
    private var letters: [UInt8] = []

    init(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes {
            switch byte {
            case 0x30...0x39, 0x41...0x5A: letters.append(byte)
            case 0x61...0x7A: letters.append(byte - 0x20)
            default: break
            }
        }
    }

    var meaning: Meaning {
        if letters.isEmpty { return .empty }
        if matches("ISOIR192") || matches("UTF8") || matches("ISO2022IR192") { return .coding(.utf8) }
        if matches("GB18030") || matches("GBK") || matches("ISO2022GB18030") || matches("ISO2022GBK") { return .coding(.gb18030) }
        for prefix: StaticString in ["ISO2022IR", "ISOIR", "ISO2022"] {
            if let number = number(after: prefix), let set = CodedSet(registration: number) { return .set(set) }
        }
        return .unknown
    }

    private func matches(_ text: StaticString) -> Bool { text.withUTF8Buffer { letters.elementsEqual($0) } }

    private func number(after prefix: StaticString) -> Int? {
        guard prefix.withUTF8Buffer({ letters.starts(with: $0) }) else { return nil }
        let digits = letters.dropFirst(prefix.utf8CodeUnitCount)
        guard (1...3).contains(digits.count), digits.allSatisfy({ $0 < 0x3A }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 & 0xF) }
    }
}
