/// What a value is compared with: `*` and `?`, a range of dates or numbers, or a list of such, any of which suffices.
///
/// `?` is one character. `%XX` is a byte, for what may not stand in a file name and for what would divide a list. An empty pattern
/// matches an empty value.
package struct SearchPattern: Hashable, Sendable {
    private enum Form: Hashable, Sendable {
        /// Scalars, and the two wildcards; bytes that are no UTF-8 lie above all scalars.
        case text([UInt32])
        /// YYYYMMDD, both inclusive.
        case dates(ClosedRange<Int>)
        /// Of Series Number, both inclusive.
        case numbers(ClosedRange<Int>)
    }
    private let form: Form
    /// What suffices as well.
    private let others: [SearchPattern]
    private let keyword: SearchKeyword

    private static let anyCharacter = UInt32.max - 1
    private static let anyText = UInt32.max

    /// Throws where the text has no meaning for the keyword, rather than a pattern that finds nothing and looks like an answer.
    init(_ pattern: [UInt8], for keyword: SearchKeyword) throws(SearchProblem) {
        let values = pattern.split(omittingEmptySubsequences: false) { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: ",") && !keyword.isFreeText }
        guard values.count <= SearchQuery.longest else { throw .tooLong }
        form = try Self.form(Array(values[0]), for: keyword)
        var others: [SearchPattern] = []
        for value in values.dropFirst() { others.append(SearchPattern(try Self.form(Array(value), for: keyword), keyword)) }
        self.others = others
        self.keyword = keyword
    }

    private init(_ form: Form, _ keyword: SearchKeyword) {
        (self.form, self.keyword, others) = (form, keyword, [])
    }

    private static func form(_ pattern: [UInt8], for keyword: SearchKeyword) throws(SearchProblem) -> Form {
        let hasWildcard = pattern.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }
        if keyword.isDate, !pattern.isEmpty, !hasWildcard { return .dates(try SearchDates.range(pattern)) }
        if keyword == .seriesNumber, let numbers = try numbers(pattern) { return .numbers(numbers) }
        guard let tokens = tokens(pattern, for: keyword) else { throw .escape }
        return .text(tokens)
    }

    /// `1-10`, `5-`; nil for what is one number or text.
    private static func numbers(_ pattern: [UInt8]) throws(SearchProblem) -> ClosedRange<Int>? {
        let parts = pattern.split(separator: UInt8(ascii: "-"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let first = number(parts[0]) else { return nil }
        if parts[1].isEmpty { return first...Int.max }
        guard let last = number(parts[1]) else { return nil }
        guard first <= last else { throw .reversed }
        return first...last
    }

    func matches(_ value: [UInt8]) -> Bool { matchesFirst(value) || others.contains { $0.matchesFirst(value) } }

    private func matchesFirst(_ value: [UInt8]) -> Bool {
        switch form {
        case .numbers(let range):
            return Self.number(value[...]).map { range.contains($0) } ?? false
        case .dates(let range):
            guard value.count == 8, let day = Self.number(value[...]) else { return false }
            return range.contains(day)
        case .text(let tokens):
            if keyword != .patientName { return Self.matches(tokens[...], Self.scalars(value, for: keyword)) }
            // The whole name, or any of its component groups (PS3.5 section 6.2.1).
            let groups = value.split(separator: UInt8(ascii: "="), omittingEmptySubsequences: true).map { Array($0) }
            return (groups.count > 1 ? [value] + groups : [value]).contains { Self.matches(tokens[...], Self.scalars($0, for: keyword)) }
        }
    }

    /// As `matches` for a column as it is stored, without a copy of it: of ASCII that needs no rewriting. Nil for all else.
    func matches(plain bytes: UnsafeRawBufferPointer) -> Bool? {
        guard let first = matchesFirst(plain: bytes) else { return nil }
        if first || others.isEmpty { return first }
        for other in others { if other.matchesFirst(plain: bytes) ?? other.matchesFirst(keyword.value(ofColumn: Array(bytes))) { return true } }
        return false
    }

    private func matchesFirst(plain bytes: UnsafeRawBufferPointer) -> Bool? {
        var bytes = bytes
        switch keyword {
        case .studyDate, .patientBirthDate:
            guard bytes.count == 8, bytes.allSatisfy({ (48...57).contains($0) }) else { return nil }
            if case .dates(let range) = form { return range.contains(bytes.reduce(0) { $0 * 10 + Int($1 - 48) }) }
        case .seriesNumber:
            guard (1...18).contains(bytes.count), bytes.allSatisfy({ (48...57).contains($0) }), bytes.count == 1 || bytes[0] != 48 else { return nil }
            if case .numbers(let range) = form { return range.contains(bytes.reduce(0) { $0 * 10 + Int($1 - 48) }) }
        case .studyInstanceUID, .seriesInstanceUID:
            guard bytes.first != 0 else { return nil }
        case .patientName:
            guard !bytes.contains(UInt8(ascii: "=")) else { return nil }
            while bytes.last == UInt8(ascii: "^") { bytes = UnsafeRawBufferPointer(rebasing: bytes.dropLast()) }
        default: break
        }
        guard case .text(let tokens) = form, bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
        if matchesAll { return true }
        let fold: UInt8 = keyword.ignoresCase ? 0x20 : 0
        return Self.matches(tokens[...], bytes.count) { place in
            let byte = bytes[place]
            return UInt32(byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | fold : byte)
        }
    }

    /// `*`
    var matchesAll: Bool {
        if case .text(let tokens) = form, tokens == [Self.anyText] { return true }
        return others.contains { $0.matchesAll }
    }

    // MARK: - For look-ups by index

    /// The days it can match, when it is a range.
    var days: ClosedRange<Int>? { if case .dates(let range) = form, others.isEmpty { range } else { nil } }

    /// The one value it matches; nil with wildcards.
    var exact: [UInt8]? {
        guard case .text(let tokens) = form, !keyword.ignoresCase, others.isEmpty else { return nil }
        var bytes: [UInt8] = []
        for token in tokens {
            guard let scalar = Unicode.Scalar(token), scalar.isASCII else { return nil }
            bytes.append(UInt8(scalar.value))
        }
        return bytes
    }

    /// Letters and digits that every match begins with, as names in the index are folded; empty when none are certain.
    /// One less than there are: a mark behind the last could make another character of it.
    var plainPrefix: [UInt8] {
        guard case .text(let tokens) = form, others.isEmpty else { return [] }
        let plain = tokens.prefix { token in
            Unicode.Scalar(token).map { $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "_") } ?? false
        }
        return caseFolded(plain.prefix(32).dropLast().map { UInt8(truncatingIfNeeded: $0) })
    }

    // MARK: - Text

    private static func tokens(_ pattern: [UInt8], for keyword: SearchKeyword) -> [UInt32]? {
        var tokens: [UInt32] = []
        var literal: [UInt8] = []
        func flush() {
            tokens += scalars(literal, for: keyword, isWhole: false)
            literal = []
        }
        var rest = pattern[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "*"):
                flush()
                if tokens.last != anyText { tokens.append(anyText) }
            case UInt8(ascii: "?"):
                flush()
                tokens.append(anyCharacter)
            case UInt8(ascii: "%"):
                guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
                literal.append(value)
                rest = rest.dropFirst(2)
            default: literal.append(byte)
            }
        }
        flush()
        if keyword == .patientName { while tokens.last == caret { tokens.removeLast() } }
        if keyword == .seriesNumber, tokens.allSatisfy({ (48...57).contains($0) }) {
            while tokens.count > 1, tokens.first == 48 { tokens.removeFirst() }
        }
        return tokens
    }

    private static let caret = UInt32(UInt8(ascii: "^"))

    private static func scalars(_ value: [UInt8], for keyword: SearchKeyword, isWhole: Bool = true) -> [UInt32] {
        var scalars: [UInt32] = []
        scalars.reserveCapacity(value.count)
        forEachScalar(keyword.ignoresCase ? caseFolded(value) : value) { scalar, raw in
            scalars.append(scalar?.value ?? 0x11_0000 + UInt32(raw.first ?? 0))
        }
        // Empty components at the end of a name may be left out.
        if isWhole, keyword == .patientName { while scalars.last == caret { scalars.removeLast() } }
        return scalars
    }

    private static func matches(_ pattern: ArraySlice<UInt32>, _ value: [UInt32]) -> Bool { matches(pattern, value.count) { value[$0] } }

    /// Goes back to the last `*` only: time is the product of the lengths at worst.
    @inline(__always)
    private static func matches(_ pattern: ArraySlice<UInt32>, _ count: Int, _ value: (Int) -> UInt32) -> Bool {
        var (at, place) = (pattern.startIndex, 0)
        var star: (pattern: Int, value: Int)?
        while place < count {
            if at < pattern.endIndex, pattern[at] == anyText {
                star = (at, place)
                at += 1
            } else if at < pattern.endIndex, pattern[at] == anyCharacter || pattern[at] == value(place) {
                at += 1
                place += 1
            } else if let back = star {
                star = (back.pattern, back.value + 1)
                at = back.pattern + 1
                place = back.value + 1
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == anyText }
    }

    /// Digits alone, as many as a number has.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...18).contains(digits.count), digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    }
}
