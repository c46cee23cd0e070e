/// Goes from candidate to candidate, and to the study and patient of each: rows with their sums checked, and terms compared.
struct SeriesFinder {
    let rows: FoundRows
    private let connection: Connection
    private let patientTerms: [SearchQuery.Term]
    private let studyTerms: [SearchQuery.Term]
    private let modalityTerms: [SearchQuery.Term]
    private let seriesTerms: [SearchQuery.Term]
    private let needsModalities: Bool
    private var lastPatient: (id: Int64, isWanted: Bool)?
    private var lastStudy: (id: Int64, isWanted: Bool)?
    private var sopClasses: [Int64: [UInt8]] = [:]
    private var modalityValues: [Int64: [UInt8]] = [:]

    /// - Parameter areCompared: terms that the candidates were found by need not be compared again: the sum of a row says that
    ///   its columns are what they were.
    init(_ connection: Connection, _ query: SearchQuery, areCompared: Bool) throws(ArchiveError) {
        self.connection = connection
        rows = try FoundRows(connection)
        patientTerms = areCompared ? [] : query.terms(.patient)
        studyTerms = areCompared ? [] : query.terms(.study).filter { $0.keyword != .modalitiesInStudy }
        seriesTerms = areCompared ? [] : query.terms(.series)
        modalityTerms = query.terms.filter { $0.keyword == .modalitiesInStudy }
        needsModalities = !modalityTerms.isEmpty || query.showsModalities
    }

    /// Emits those of the candidates that are wanted.
    static func run(
        _ connection: Connection, _ query: SearchQuery, _ candidates: SearchCandidates, _ ids: ArraySlice<Int64>,
        _ emit: (borrowing SeriesAttributes) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        var finder = try SeriesFinder(connection, query, areCompared: candidates.areCompared)
        for id in ids where try finder.move(to: id) { try emit(SeriesAttributes(finder.rows)) }
    }

    /// False when the series is not there any more, or is not wanted.
    private mutating func move(to id: Int64) throws(ArchiveError) -> Bool {
        guard try rows.series.move(to: id), try isWanted(study: rows.series.statement.int(1)) else { return false }
        let row = rows.series.statement
        for term in seriesTerms where term.keyword != .sopClassUID {
            guard term.matches(row) else { return false }
        }
        rows.sopClass = try sopClass(row.int(SeriesRecord.sopClassColumn))
        for term in seriesTerms where term.keyword == .sopClassUID {
            guard term.pattern.matches(rows.sopClass) else { return false }
        }
        return true
    }

    /// Series of one study often follow each other.
    private mutating func isWanted(study id: Int64) throws(ArchiveError) -> Bool {
        if let last = lastStudy, last.id == id { return last.isWanted }
        lastStudy = (id, false)
        guard try rows.study.move(to: id) else { return false }
        for term in studyTerms { guard term.matches(rows.study.statement) else { return false } }
        guard try isWanted(patient: rows.study.statement.int(1)) else { return false }
        rows.modalities = needsModalities ? try modalities(of: id) : []
        for term in modalityTerms { guard SearchQuery.matches(term, modalities: rows.modalities) else { return false } }
        rows.nameFolders()
        lastStudy = (id, true)
        return true
    }

    private mutating func isWanted(patient id: Int64) throws(ArchiveError) -> Bool {
        if let last = lastPatient, last.id == id { return last.isWanted }
        lastPatient = (id, false)
        guard try rows.patient.move(to: id) else { return false }
        for term in patientTerms { guard term.matches(rows.patient.statement) else { return false } }
        lastPatient = (id, true)
        return true
    }

    private mutating func sopClass(_ id: Int64) throws(ArchiveError) -> [UInt8] {
        if let known = sopClasses[id] { return known }
        let value = try connection.one(.textByID, id) { s in s.bytes(0) } ?? []
        // A damaged archive may name any number of them.
        if sopClasses.count > 4096 { sopClasses = [:] }
        sopClasses[id] = value
        return value
    }

    private mutating func modalities(of study: Int64) throws(ArchiveError) -> [[UInt8]] {
        let ids = try connection.list(.modalitiesOfStudy, 0, .max, in: study) { s throws(ArchiveError) in try StudyModalityRecord(s).modality }
        var values: [[UInt8]] = []
        for id in ids {
            if modalityValues[id] == nil {
                modalityValues[id] = try connection.one(.modalityByID, id) { s throws(ArchiveError) in try ModalityRecord(s).value } ?? []
            }
            values.append(modalityValues[id] ?? [])
        }
        return values
    }
}

extension SearchQuery.Term {
    /// Not for `SOPClassUID` and `ModalitiesInStudy`.
    fileprivate func matches(_ row: SQLStatement) -> Bool { row.withBytes(keyword.place) { matches(column: $0) } }
}
