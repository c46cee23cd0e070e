/// How a search goes about it; tests of small archives take others.
struct SearchEffort {
    /// So many rows are few, whatever the archive's size.
    var alwaysFew = 64
    /// A thread has at least so many candidates: it takes some 100 us to make one ready, and 2 us for each candidate.
    var leastOfPart = 1_000
}

/// Which series a query may match: their ids, in order, without a row of theirs being read whole.
///
/// An index is asked where a term allows it and little is found there; otherwise the columns that terms are about are looked
/// at in all rows, patients first, then studies, then series. What is found is not checked yet (RowCursor does that).
struct SearchCandidates {
    private let connection: Connection
    private let query: SearchQuery
    private let effort: SearchEffort
    private let totals: ArchiveTotals
    private(set) var ids: [Int64] = []
    /// Whether the columns of all terms but those about `ModalitiesInStudy` were compared.
    private(set) var areCompared = false

    /// - Parameter totals: they decide only how it is done.
    init(_ connection: Connection, _ query: SearchQuery, _ effort: SearchEffort, _ totals: ArchiveTotals) throws(ArchiveError) {
        self.connection = connection
        self.query = query
        self.effort = effort
        self.totals = totals
        if let few = try fromIndex() {
            ids = few
        } else {
            try scan()
        }
    }

    /// Going down from so many rows of `total` costs less than looking at all rows.
    private func few(_ total: Int) -> Int { max(effort.alwaysFew, total / 16) }

    /// Terms that some values do not match.
    private func terms(_ level: SearchKeyword.Level) -> [SearchQuery.Term] { query.terms(level).filter { !$0.pattern.matchesAll } }

    private func pattern(_ keyword: SearchKeyword) -> SearchPattern? { query.terms.first { $0.keyword == keyword }?.pattern }

    // MARK: - By index

    /// Nil where no index finds few.
    private func fromIndex() throws(ArchiveError) -> [Int64]? {
        if let uid = pattern(.seriesInstanceUID)?.exact, !uid.isEmpty {
            return try connection.ids(.seriesIDsByUID) { $0.bind(1, uid) }.sorted()
        }
        if let uid = pattern(.studyInstanceUID)?.exact, !uid.isEmpty {
            return try series(ofStudies: try connection.ids(.studyIDsByUID) { $0.bind(1, uid) })
        }
        if let studies = try byPrefix(.accessionNumber, .studyIDsByAccessionRange, of: totals.studies) { return try series(ofStudies: studies) }
        if let patients = try byPrefix(.patientID, .patientIDsByKeyRange, of: totals.patients) { return try series(ofPatients: patients) }
        if let days = pattern(.studyDate)?.days, let studies = try ofDays(days) { return try series(ofStudies: studies) }
        if let wanted = pattern(.modality) { return try ofModality(wanted) }
        return nil
    }

    /// Names that begin with an escape may begin with anything.
    private func byPrefix(_ keyword: SearchKeyword, _ statement: ReadSQL, of total: Int) throws(ArchiveError) -> [Int64]? {
        guard let prefix = pattern(keyword)?.plainPrefix, !prefix.isEmpty else { return nil }
        var found: [Int64] = []
        for start in [prefix, [UInt8(ascii: "%")]] {
            guard let last = start.last else { continue }
            guard let part = try connection.ids(statement, atMost: few(total) - found.count, { s in
                s.bind(1, start)
                s.bind(2, start.dropLast() + [last + 1])
            }) else { return nil }
            found += part
        }
        return found
    }

    /// Those without a valid date as well: what eight digits that are no day stand for is up to the pattern.
    private func ofDays(_ days: ClosedRange<Int>) throws(ArchiveError) -> [Int64]? {
        var found: [Int64] = []
        for range in [0...0, max(1, days.lowerBound)...max(1, days.upperBound)] {
            guard let part = try connection.ids(.studyIDsOfDays, atMost: few(totals.studies) - found.count, { s in
                s.bind(1, Int64(range.lowerBound))
                s.bind(2, Int64(range.upperBound))
            }) else { return nil }
            found += part
        }
        return found
    }

    /// Modalities are few, and lead to their series.
    private func ofModality(_ wanted: SearchPattern) throws(ArchiveError) -> [Int64]? {
        var found: [Int64] = []
        for modality in try modalities(wanted) {
            guard let pairs = try connection.ids(.pairIDsOfModality, atMost: few(totals.studies), { $0.bind(1, modality) }) else { return nil }
            for pair in pairs { found += try connection.ids(.seriesIDsOfPair) { $0.bind(1, pair) } }
            if found.count > few(totals.series) { return nil }
        }
        return found.sorted()
    }

    private func modalities(_ wanted: SearchPattern) throws(ArchiveError) -> [Int64] {
        let modalities = try connection.list(.modalitiesAfter, 0, .max, in: nil) { s throws(ArchiveError) in try ModalityRecord(s) }
        return modalities.filter { wanted.matches($0.value) }.map(\.id)
    }

    private func series(ofPatients patients: [Int64]) throws(ArchiveError) -> [Int64] {
        var studies: [Int64] = []
        for patient in patients { studies += try connection.ids(.studyIDsOfPatient) { $0.bind(1, patient) } }
        return try series(ofStudies: studies)
    }

    private func series(ofStudies studies: [Int64]) throws(ArchiveError) -> [Int64] {
        var series: [Int64] = []
        for study in studies { series += try connection.ids(.seriesIDsOfStudy) { $0.bind(1, study) } }
        return series.sorted()
    }

    // MARK: - By columns

    private mutating func scan() throws(ArchiveError) {
        var patients: [Int64]?
        let patientTerms = terms(.patient)
        if !patientTerms.isEmpty {
            let found = try scan("patients", nil, nil, patientTerms)
            if found.count <= few(totals.patients) {
                ids = try series(ofPatients: found)
                return
            }
            patients = found
        }
        var studies: [Int64]?
        let studyTerms = terms(.study).filter { $0.keyword != .modalitiesInStudy }
        if !studyTerms.isEmpty || patients != nil { studies = try scan("studies", "patient", patients, studyTerms) }
        for term in query.terms where term.keyword == .modalitiesInStudy { studies = try holding(term, among: studies) }
        if let found = studies, found.count <= few(totals.studies) {
            ids = try series(ofStudies: found)
            return
        }
        ids = try scan("series", "study", studies, terms(.series))
        areCompared = true
    }

    /// Studies with a series of a modality that the term matches.
    private func holding(_ term: SearchQuery.Term, among studies: [Int64]?) throws(ArchiveError) -> [Int64] {
        let wanted = Set(try modalities(term.pattern))
        let pairs = try connection.prepare("SELECT study, modality FROM study_modalities")
        defer { pairs.reset() }
        var members = studies.map { SortedIDs($0) }
        var found: [Int64] = []
        while try pairs.step() {
            guard wanted.contains(pairs.int(1)), members?.contains(pairs.int(0)) ?? true else { continue }
            found.append(pairs.int(0))
        }
        found.sort()
        var last: Int64?
        return found.filter { id in
            defer { last = id }
            return id != last
        }
    }

    /// Rows of a table whose columns match, among those of `parents`.
    private func scan(_ table: String, _ parent: String?, _ parents: [Int64]?, _ terms: [SearchQuery.Term]) throws(ArchiveError) -> [Int64] {
        let first = Int32(parent == nil ? 1 : 2)
        let columns = ["id"] + (parent.map { [$0] } ?? []) + terms.compactMap(\.keyword.column)
        let rows = try connection.prepare("SELECT \(columns.joined(separator: ", ")) FROM \(table)")
        defer { rows.reset() }
        var filters = terms.map { ColumnFilter($0) }
        var members = parents.map { SortedIDs($0) }
        var ids: [Int64] = []
        next: while try rows.step() {
            if members != nil, members?.contains(rows.int(1)) == false { continue }
            for place in filters.indices {
                guard try filters[place].matches(rows, first &+ Int32(truncatingIfNeeded: place), connection) else { continue next }
            }
            ids.append(rows.int(0))
        }
        // By which index SQLite goes, if any, is its own choice.
        return ids.sorted()
    }
}

/// Compares one column of row after row; neighbours often have one value.
private struct ColumnFilter {
    private let term: SearchQuery.Term
    private var last: [UInt8] = []
    private var lastMatches: Bool?
    private var sopClasses: [Int64: Bool] = [:]

    init(_ term: SearchQuery.Term) { self.term = term }

    mutating func matches(_ row: SQLStatement, _ column: Int32, _ connection: Connection) throws(ArchiveError) -> Bool {
        if term.keyword == .sopClassUID { return try matches(sopClass: row.int(column), connection) }
        return row.withBytes(column) { bytes in
            if let lastMatches, last.count == bytes.count, bytes.elementsEqual(last) { return lastMatches }
            last.removeAll(keepingCapacity: true)
            last += bytes
            let matches = term.matches(column: bytes)
            lastMatches = matches
            return matches
        }
    }

    private mutating func matches(sopClass id: Int64, _ connection: Connection) throws(ArchiveError) -> Bool {
        if let known = sopClasses[id] { return known }
        let answer = term.pattern.matches(try connection.one(.textByID, id) { s in s.bytes(0) } ?? [])
        // A damaged row may have any number there.
        if sopClasses.count > 4096 { sopClasses = [:] }
        sopClasses[id] = answer
        return answer
    }
}

/// Ids in order, asked for ids that mostly ascend.
private struct SortedIDs {
    private let ids: [Int64]
    /// Of the last one that was not above what was asked for.
    private var place = 0

    init(_ ids: [Int64]) { self.ids = ids }

    mutating func contains(_ id: Int64) -> Bool {
        guard place < ids.count else { return false }
        if place &+ 1 < ids.count, ids[place &+ 1] == id { place &+= 1 }
        if ids[place] == id { return true }
        if ids[place] < id, place &+ 1 == ids.count || id < ids[place &+ 1] { return false }
        place = max(0, ids.partitioningIndex { $0 > id } &- 1)
        return ids[place] == id
    }
}

extension Connection {
    /// The ids that a statement finds.
    fileprivate func ids(_ query: ReadSQL, _ bind: (SQLStatement) -> Void) throws(ArchiveError) -> [Int64] {
        try ids(query, atMost: .max, bind) ?? []
    }

    /// Nil when there are more.
    fileprivate func ids(_ query: ReadSQL, atMost limit: Int, _ bind: (SQLStatement) -> Void) throws(ArchiveError) -> [Int64]? {
        let statement = try statement(query)
        bind(statement)
        defer { statement.reset() }
        var ids: [Int64] = []
        while try statement.step() {
            guard ids.count < limit else { return nil }
            ids.append(statement.int(0))
        }
        return ids
    }
}
