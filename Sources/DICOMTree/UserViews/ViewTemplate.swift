import DICOMArchive

/// One line of a file of views: `name = /{PatientID}/{StudyDate:YYYY}/{SeriesNumber:000} {Modality}`.
///
/// Each part of the path is a directory, the last one that of a series' instances. In braces stands a keyword with, at
/// will, a form and what stands for an empty value: `{StudyDate:MM-DD-YYYY}`, `{SeriesInstanceUID:-5}` (the last five
/// characters), `{PatientName:3}` (the first three), `{SeriesNumber:000}` (digits), `{StudyID|NA}`.
package struct ViewTemplate: Hashable, Sendable {
    enum Piece: Hashable, Sendable {
        case text([UInt8])
        case value(SearchKeyword, Form, ifEmpty: [UInt8])
    }
    enum Form: Hashable, Sendable {
        case whole
        case first(Int)
        case last(Int)
        case digits(Int)
        /// Of a YYYYMMDD value: letters Y, M and D stand for its digits in order.
        case date([UInt8])
    }

    package let name: [UInt8]
    /// Names are unique whatever the case, as all names in the tree are.
    package var foldedName: [UInt8] { caseFolded(name) }
    let levels: [[Piece]]

    var keywords: Set<SearchKeyword> {
        Set(levels.joined().compactMap { if case .value(let keyword, _, _) = $0 { keyword } else { nil } })
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
        package init(_ description: String) { self.description = description }
    }

    private static let deepest = 16

    /// Throws what is wrong with the line.
    package init(line: String) throws(Failure) {
        guard let equals = line.firstIndex(of: "=") else { throw Failure("expected NAME = /{Keyword}/...") }
        let name = line[..<equals].trimming
        let path = line[line.index(after: equals)...].trimming
        self.name = Array(name.utf8)
        let reserved = Set(VirtualTree.views.map(\.name) + [Readme.name, VirtualTree.findName, VirtualTree.withName])
        guard !name.isEmpty, FileName.complete(FileName.component(self.name)) == self.name else { throw Failure("'\(name)' is no name for a view") }
        guard !Set(reserved.map { caseFolded($0) }).contains(caseFolded(self.name)) else { throw Failure("there is a '\(name)' already") }
        guard path.hasPrefix("/") else { throw Failure("the path of '\(name)' must begin with /") }
        var levels: [[Piece]] = []
        for part in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard !part.isEmpty else { throw Failure("the path of '\(name)' has an empty part") }
            levels.append(try Self.pieces(part))
        }
        guard levels.count <= Self.deepest else { throw Failure("the path of '\(name)' has more than \(Self.deepest) parts") }
        self.levels = levels
    }

    private static func pieces(_ part: Substring) throws(Failure) -> [Piece] {
        var pieces: [Piece] = []
        var rest = part
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { pieces.append(.text(try literal(rest[..<open]))) }
            guard let close = rest[open...].firstIndex(of: "}") else { throw Failure("{ without } in '\(part)'") }
            pieces.append(try value(rest[rest.index(after: open)..<close]))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { pieces.append(.text(try literal(rest))) }
        return pieces
    }

    private static func literal(_ text: Substring) throws(Failure) -> [UInt8] {
        guard !text.contains("}") else { throw Failure("} without { in '\(text)'") }
        let bytes = Array(text.utf8)
        let component = FileName.component(bytes)
        guard FileName.trimmed(bytes) == component else { throw Failure("'\(text)' may not stand in a file name") }
        return bytes
    }

    private static func value(_ text: Substring) throws(Failure) -> Piece {
        let parts = text.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        let words = (parts.first ?? "").split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let word = words.first ?? ""
        guard let keyword = SearchKeyword(rawValue: String(word)) else {
            if ["InstanceNumber", "SOPInstanceUID"].contains(word) {
                throw Failure("{\(word)} is of the instance: a path ends with the series, whose files are named as everywhere")
            }
            throw Failure("unknown keyword {\(word)}; there are \(SearchKeyword.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let ifEmpty = parts.count == 2 ? try literal(parts[1]) : []
        guard words.count == 2 else { return .value(keyword, .whole, ifEmpty: ifEmpty) }
        return .value(keyword, try form(words[1], of: keyword), ifEmpty: ifEmpty)
    }

    private static func form(_ text: Substring, of keyword: SearchKeyword) throws(Failure) -> Form {
        if keyword.isDate, !text.isEmpty, text.allSatisfy({ "YMD-_. ".contains($0) }) { return .date(Array(text.utf8)) }
        if !text.isEmpty, text.allSatisfy({ $0 == "0" }), text.count <= 12 { return .digits(text.count) }
        if let number = Int(text), (1...64).contains(number.magnitude) { return number < 0 ? .last(-number) : .first(number) }
        throw Failure("{\(keyword.rawValue):\(text)}: a form is a number of characters, zeros, or for dates YYYY, MM, DD")
    }

    /// Names of the directories that lead to a series, its own last.
    func path(of series: borrowing SeriesAttributes) -> [[UInt8]] {
        var path: [[UInt8]] = []
        for pieces in levels {
            var name: [UInt8] = []
            for piece in pieces {
                switch piece {
                case .text(let text): name += text
                case .value(let keyword, let form, let ifEmpty): name += Self.shown(keyword, form, ifEmpty, of: series)
                }
            }
            name = FileName.trimmed(name)
            path.append(FileName.complete(name.isEmpty ? Array("_NONE".utf8) : name))
        }
        return path
    }

    private static func shown(_ keyword: SearchKeyword, _ form: Form, _ ifEmpty: [UInt8], of series: borrowing SeriesAttributes) -> [UInt8] {
        // Two people of one ID have two folders.
        if keyword == .patientID, form == .whole, !series.value(keyword).isEmpty { return series.patientFolder }
        let value = FileName.component(series.value(keyword))
        if value.isEmpty { return ifEmpty }
        switch form {
        case .whole: return value
        case .first(let count): return Array(String(decoding: value, as: UTF8.self).prefix(count).utf8)
        case .last(let count): return Array(String(decoding: value, as: UTF8.self).suffix(count).utf8)
        case .digits(let count): return Array(repeating: UInt8(ascii: "0"), count: max(0, count - value.count)) + value
        case .date(let letters): return date(value, letters) ?? value
        }
    }

    private static func date(_ value: [UInt8], _ letters: [UInt8]) -> [UInt8]? {
        guard value.count == 8, value.allSatisfy({ (48...57).contains($0) }) else { return nil }
        var (year, month, day) = (value[0..<4], value[4..<6], value[6..<8])
        return letters.compactMap { letter in
            switch letter {
            case UInt8(ascii: "Y"): year.popFirst()
            case UInt8(ascii: "M"): month.popFirst()
            case UInt8(ascii: "D"): day.popFirst()
            default: letter
            }
        }
    }
}

extension StringProtocol {
    fileprivate var trimming: String { String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()) }
}
