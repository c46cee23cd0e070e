import Dispatch
import Foundation
import Locks

extension Archive {
    /// Hands out every series that a query matches, in the order of ids.
    ///
    /// - Parameter emit: gets the series as long as it runs; what it throws ends the search.
    package func find(_ query: SearchQuery, _ emit: (borrowing SeriesAttributes) throws(ArchiveError) -> Void) throws(ArchiveError) {
        try find(query, SearchEffort(), emit)
    }

    func find(
        _ query: SearchQuery, _ effort: SearchEffort, _ emit: (borrowing SeriesAttributes) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        try pool.read { connection throws(ArchiveError) in
            // One transaction: all of it as of one moment, and no lock taken anew for each row.
            try connection.transaction { () throws(ArchiveError) in
                let candidates = try SearchCandidates(connection, query, effort, try connection.roughTotals())
                try SeriesFinder.run(connection, query, candidates, candidates.ids[...], emit)
            }
        }
    }

    /// How many instances a series holds.
    package func instanceCount(ofSeries id: Int64) throws(ArchiveError) -> Int {
        try pool.read { connection throws(ArchiveError) in Int(try connection.value(.instancesOfSeries, id) ?? 0) }
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
        try find(query, SearchEffort(), startingWith: empty, add)
    }

    func find<Part: Sendable>(
        _ query: SearchQuery, _ effort: SearchEffort, startingWith empty: Part,
        _ add: @Sendable (inout Part, borrowing SeriesAttributes) throws(ArchiveError) -> Void
    ) throws(ArchiveError) -> [Part] {
        var parts: [Part] = []
        try pool.read { connection throws(ArchiveError) in
            let totals = try connection.roughTotals()
            let helpers = totals.series >= 2 * effort.leastOfPart ? pool.takeSpare(Self.mostParts - 1).map(SearchHelper.init) : []
            defer { dismiss(helpers) }
            try connection.transaction { () throws(ArchiveError) in
                let candidates = try SearchCandidates(connection, query, effort, totals)
                let useful = helpers.prefix(max(0, candidates.ids.count / effort.leastOfPart - 1)).filter { $0.join() }
                parts = try Self.inParts(candidates.ids, [connection] + useful.map(\.connection)) { connection, ids throws(ArchiveError) in
                    var part = empty
                    try SeriesFinder.run(connection, query, candidates, ids) { series throws(ArchiveError) in try add(&part, series) }
                    return part
                }
            }
        }
        return parts
    }

    private static var mostParts: Int { min(4, ProcessInfo.processInfo.activeProcessorCount) }

    private func dismiss(_ helpers: [SearchHelper]) {
        for helper in helpers {
            helper.leave()
            pool.give(helper.connection)
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

/// A second connection that sees the archive as of the same moment as a first one, whose transaction begins between `init` and
/// `join`: nothing has changed in between.
private struct SearchHelper {
    let connection: Connection
    private let version: Int64?

    init(_ connection: Connection) {
        self.connection = connection
        // Without it, it does not join: an error of the database reaches the search on the connection that it has.
        version = try? connection.value(.dataVersion)
    }

    /// Begins its own transaction. False where there was a change, or where that could not be told at once: whoever waits to write
    /// keeps new readers out, and waits for the first connection's.
    func join() -> Bool {
        connection.setBusyTimeout(milliseconds: 0)
        defer { connection.setBusyTimeout(milliseconds: Connection.patience) }
        guard let version else { return false }
        do throws(ArchiveError) {
            try connection.execute("BEGIN")
            return try connection.value(.dataVersion) == version
        } catch {
            // Locked, as a rule. Whatever it is, the search goes on without it, and meets it if it is not for this one alone.
            return false
        }
    }

    func leave() {
        // Fails where no transaction has begun: nothing is left to end.
        try? connection.execute("ROLLBACK")
    }
}
