/// What people write for dates: a day, month or year, or two of them joined by a dash, one of which may be missing.
///
///     20240131  2024-01-31  2024/01/31  2024.01.31  2024-01  2024  20240101-20240630  2024-01-  -2024
enum SearchDates {
    private static let dash = UInt8(ascii: "-")

    /// The days, as YYYYMMDD.
    static func range(_ text: [UInt8]) throws(SearchProblem) -> ClosedRange<Int> {
        let text = text.map { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ".") ? dash : $0 }
        guard text.allSatisfy({ $0 == dash || (48...57).contains($0) }) else { throw .date }
        if let one = try span(text[...]) { return one }
        for place in text.indices where text[place] == dash {
            let (from, to) = (text[..<place], text[(place + 1)...])
            guard !from.isEmpty || !to.isEmpty, let first = from.isEmpty ? 0...0 : try span(from),
                let last = to.isEmpty ? 99_999_999...99_999_999 : try span(to)
            else { continue }
            guard first.lowerBound <= last.upperBound else { throw .reversed }
            return first.lowerBound...last.upperBound
        }
        throw .date
    }

    /// The days of one date; nil where it has another form, an error where the form is right and there is no such day.
    private static func span(_ text: ArraySlice<UInt8>) throws(SearchProblem) -> ClosedRange<Int>? {
        let parts = text.split(separator: dash, omittingEmptySubsequences: false)
        guard [[4], [6], [8], [4, 2], [4, 2, 2]].contains(parts.map(\.count)) else { return nil }
        let digits = parts.flatMap { $0 }.map { Int($0) - 48 }
        func number(_ range: Range<Int>) -> Int { digits[range].reduce(0) { $0 * 10 + $1 } }
        let year = number(0..<4)
        guard digits.count > 4 else { return year * 10_000...year * 10_000 + 9_999 }
        let month = number(4..<6)
        guard (1...12).contains(month) else { throw .date }
        let start = year * 10_000 + month * 100
        guard digits.count > 6 else { return start...start + 99 }
        guard (1...days(of: month, year)).contains(number(6..<8)) else { throw .date }
        return start + number(6..<8)...start + number(6..<8)
    }

    private static func days(of month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Why a condition has no meaning.
package enum SearchProblem: Error, Hashable, Sendable {
    case form, keyword, date, reversed, escape, tooLong

    /// What would have been accepted.
    package var explanation: String {
        switch self {
        case .form: "expected KEYWORD=PATTERN"
        case .keyword: "no such keyword; there are: \(SearchKeyword.allCases.map(\.rawValue).joined(separator: ", "))"
        case .date: "no such date; dates are written 20240131, 2024-01-31, 2024/01/31, 2024-01 or 2024, ranges 20240101-20240630, 2024- or -2024"
        case .reversed: "the range ends before it begins"
        case .escape: "% stands before two hexadecimal digits of a byte"
        case .tooLong: "a list has at most \(SearchQuery.longest) values"
        }
    }
}
