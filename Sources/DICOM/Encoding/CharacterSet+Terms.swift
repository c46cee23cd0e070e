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
        // These stand alone by Table C.12-5; as a further value they are not allowed, and what comes before rules unless it
        // says nothing.
        case .coding(let coding): if isFirst || isUndeclared { self.coding = coding }
        case .set(let set): read(set: set, isFirst: isFirst)
        }
    }

    private mutating func read(set: CodedSet, isFirst: Bool) {
        if isFirst, !set.isDouble, set != .ascii { initialG1 = set }
        // What is declared as a later value and used without an escape. Japanese double-byte sets go to G0 only.
        if fallbackG1 == .none, set != .ascii, set != .jisX0208, set != .jisX0212, !isFirst || set.isDouble { fallbackG1 = set }
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
        if let coding = Self.codings.first(where: { matches($0.name) })?.coding { return .coding(coding) }
        for prefix: StaticString in ["ISO2022IR", "ISOIR", "ISO2022"] {
            if let number = number(after: prefix, digits: 3), let set = CodedSet(registration: number) { return .set(set) }
        }
        // Names that the standard does not have.
        for prefix: StaticString in ["ISO8859", "8859", "ISOLATIN"] {
            if let number = number(after: prefix, digits: 2), let set = CodedSet(part: number) { return .set(set) }
        }
        for prefix: StaticString in ["WINDOWS", "CP", "MS", "WIN"] {
            if let number = number(after: prefix, digits: 4), let set = CodedSet(windows: number) { return .set(set) }
        }
        return Self.sets.first { matches($0.name) }.map { .set($0.set) } ?? .unknown
    }

    private static let codings: [(name: StaticString, coding: SpecificCharacterSet.Coding)] = [
        ("ISOIR192", .utf8), ("UTF8", .utf8), ("ISO2022IR192", .utf8), ("UNICODE11UTF8", .utf8), ("ISO10646UTF8", .utf8),
        ("GB18030", .gb18030), ("GBK", .gb18030), ("ISO2022GB18030", .gb18030), ("ISO2022GBK", .gb18030), ("GB2312", .gb18030),
        ("GB231280", .gb18030), ("EUCCN", .gb18030), ("CP936", .gb18030), ("MS936", .gb18030), ("WINDOWS936", .gb18030),
        ("EUCKR", .eucKR), ("KSX1001", .eucKR), ("KSC5601", .eucKR), ("KSC56011987", .eucKR), ("CP949", .eucKR), ("MS949", .eucKR),
        ("WINDOWS949", .eucKR), ("UHC", .eucKR), ("SHIFTJIS", .shiftJIS), ("SJIS", .shiftJIS), ("XSJIS", .shiftJIS), ("CP932", .shiftJIS),
        ("MS932", .shiftJIS), ("WINDOWS31J", .shiftJIS), ("WINDOWS932", .shiftJIS), ("MSKANJI", .shiftJIS), ("EUCJP", .eucJP),
    ]
    private static let sets: [(name: StaticString, set: CodedSet)] = [
        ("LATIN1", .latin1), ("LATIN2", .latin2), ("LATIN3", .latin3), ("LATIN4", .latin4), ("LATIN5", .latin5), ("LATIN9", .latin9),
        ("KOI8R", .koi8), ("KOI8", .koi8), ("TIS620", .thai), ("ASCII", .ascii), ("USASCII", .ascii), ("ISO646", .ascii), ("ISO646US", .ascii),
        ("JISX0201", .katakana),
    ]

    private func matches(_ text: StaticString) -> Bool { text.withUTF8Buffer { letters.elementsEqual($0) } }

    private func number(after prefix: StaticString, digits most: Int) -> Int? {
        guard prefix.withUTF8Buffer({ letters.starts(with: $0) }) else { return nil }
        let rest = letters.dropFirst(prefix.utf8CodeUnitCount)
        guard (1...most).contains(rest.count), rest.allSatisfy({ $0 < 0x3A }) else { return nil }
        return rest.reduce(0) { $0 * 10 + Int($1 & 0xF) }
    }
}
