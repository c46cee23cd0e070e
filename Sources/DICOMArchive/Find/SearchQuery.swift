/// Terms `Keyword=pattern`, all of which must hold.
package struct SearchQuery: Hashable, Sendable {
    package struct Term: Hashable, Sendable {
        package let keyword: SearchKeyword
        let pattern: SearchPattern

        /// Nil where the text does not follow the grammar.
        package init?(_ text: [UInt8]) {
            do { try self.init(parsing: text) } catch { return nil }
        }

        /// The same with what is wrong. Keywords are taken in any case.
        package init(parsing text: [UInt8]) throws(SearchProblem) {
            let parts = text.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = String(validating: parts[0], as: UTF8.self) else { throw .form }
            guard let keyword = SearchKeyword(rawValue: name) ?? SearchKeyword.allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() })
            else { throw .keyword }
            self.keyword = keyword
            pattern = try SearchPattern(Array(parts[1]), for: keyword)
        }

        /// Whether a column's value matches.
        func matches(column bytes: UnsafeRawBufferPointer) -> Bool {
            pattern.matches(plain: bytes) ?? pattern.matches(keyword.value(ofColumn: Array(bytes)))
        }
    }
    package static let longest = 16

    package let terms: [Term]
    /// Whether what is found is asked for its `ModalitiesInStudy`.
    package let showsModalities: Bool

    /// Without terms: everything.
    package init(_ terms: [Term] = [], showsModalities: Bool = false) {
        self.terms = terms
        self.showsModalities = showsModalities
    }

    /// Nil when there are too many terms.
    package func adding(_ term: Term) -> SearchQuery? {
        terms.count < Self.longest ? SearchQuery(terms + [term]) : nil
    }

    func terms(_ level: SearchKeyword.Level) -> [Term] { terms.filter { $0.keyword.level == level } }

    package func matches(_ series: borrowing SeriesAttributes) -> Bool {
        for term in terms {
            let matches =
                term.keyword == .modalitiesInStudy
                ? Self.matches(term, modalities: series.modalities) : term.pattern.matches(series.value(term.keyword))
            guard matches else { return false }
        }
        return true
    }

    /// Any of them; a study always has one, if only an empty one.
    static func matches(_ term: Term, modalities: [[UInt8]]) -> Bool { modalities.contains { term.pattern.matches($0) } }
}
