import Dispatch
import Foundation
import Locks

extension Archive {
    /// Hands out every series that a query matches, in the order of ids.
    ///
    /// - Parameter emit: gets the series as long as it runs; what it throws ends the search.
    package func find(_ query: SearchQuery, _ emit: (borrowing SeriesAttributes) throws(ArchiveError) -> Void) throws(ArchiveError) {
        try pool.read { connection throws(ArchiveError) in
            // One transaction: all of it as of one moment, and no lock taken anew for each row.
            try connection.transaction { () throws(ArchiveError) in
                let candidates = try SearchCandidates(connection, query)
                try Finder.run(connection, query, candidates, candidates.ids[...], emit)
            }
        }
    }

    /// As `find`, on several threads where much is found.
    ///
    /// - Parameters:
    ///   - empty: what a thread begins with.
    ///   - add: adds a series to what its thread has.
    /// - Returns: what each thread has, in the order of ids.
    package func find<Part: Sendable>(
        _ query: SearchQuery, startingWith empty: Part,
        _ add: @Sendable (inout Part, borrowing SeriesAttributes) throws(ArchiveError) -> Void
    ) throws(ArchiveError) -> [Part] {
        let counter = try changeCounter()
        var parts: [Part] = []
        try pool.read { connection throws(ArchiveError) in
            try connection.transaction { () throws(ArchiveError) in
                let candidates = try SearchCandidates(connection, query)
                let helpers = helpers(for: candidates.ids.count, since: counter)
                defer { dismiss(helpers) }
                parts = try Self.inParts(candidates.ids, [connection] + helpers) { connection, ids throws(ArchiveError) in
                    var part = empty
                    try Finder.run(connection, query, candidates, ids) { series throws(ArchiveError) in try add(&part, series) }
                    return part
                }
            }
        }
        return parts
    }

    /// A thread has at least so many candidates: it takes some 20 us to start one, and 2 us for each candidate.
    private static var leastOfPart: Int { 1_000 }
    private static var mostParts: Int { min(4, ProcessInfo.processInfo.activeProcessorCount) }

    /// Connections that see the same archive as one whose transaction began after `counter` was read: none where there was a
    /// change since. Each is in a transaction.
    private func helpers(for candidates: Int, since counter: Int64) -> [Connection] {
        let spare = pool.takeSpare(min(Self.mostParts, candidates / Self.leastOfPart) - 1)
        do throws(ArchiveError) {
            for connection in spare {
                try connection.execute("BEGIN")
                // The first row that is read is what fixes the moment.
                _ = try connection.totals()
            }
            if try changeCounter() == counter { return spare }
        } catch {
            // Done by one, then.
        }
        dismiss(spare)
        return []
    }

    private func dismiss(_ helpers: [Connection]) {
        for connection in helpers {
            // Fails where no transaction has begun: nothing is left to end.
            try? connection.execute("ROLLBACK")
            pool.give(connection)
        }
    }

    /// Each connection on a thread of its own with its share of the ids.
    private static func inParts<Part: Sendable>(
        _ ids: [Int64], _ connections: [Connection],
        _ body: @Sendable (Connection, ArraySlice<Int64>) throws(ArchiveError) -> Part
    ) throws(ArchiveError) -> [Part] {
        if connections.count == 1 { return [try body(connections[0], ids[...])] }
        let results = Mutex<[Result<Part, ArchiveError>?]>(Array(repeating: nil, count: connections.count))
        DispatchQueue.concurrentPerform(iterations: connections.count) { number in
            let share = ids[(ids.count * number / connections.count)..<(ids.count * (number + 1) / connections.count)]
            let result = Result<Part, ArchiveError> { () throws(ArchiveError) in try body(connections[number], share) }
            results.withLock { $0[number] = result }
        }
        var parts: [Part] = []
        for case let result? in results.withLock({ $0 }) { parts.append(try result.get()) }
        return parts
    }
}

/// Goes from candidate to candidate, and to the study and patient of each: rows with their sums checked, and terms compared.
private struct Finder {
    let rows: FoundRows
    private let connection: Connection
    private let patientTerms: [SearchQuery.Term]
    private let studyTerms: [SearchQuery.Term]
    private let modalityTerms: [SearchQuery.Term]
    private let seriesTerms: [SearchQuery.Term]
    /// User views may ask for them too: they have no terms.
    private let needsModalities: Bool
    private var lastPatient: (id: Int64, isWanted: Bool)?
    private var lastStudy: (id: Int64, isWanted: Bool)?
    private var sopClass: (id: Int64, value: [UInt8])?
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
        needsModalities = !modalityTerms.isEmpty || query.terms.isEmpty
    }

    /// Emits those of the candidates that are wanted.
    static func run(
        _ connection: Connection, _ query: SearchQuery, _ candidates: SearchCandidates, _ ids: ArraySlice<Int64>,
        _ emit: (borrowing SeriesAttributes) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        var finder = try Finder(connection, query, areCompared: candidates.areCompared)
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
        if let sopClass, sopClass.id == id { return sopClass.value }
        let value = try connection.one(.textByID, id) { s in s.bytes(0) } ?? []
        sopClass = (id, value)
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
