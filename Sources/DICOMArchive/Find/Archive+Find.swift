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
                let candidates = try SearchCandidates(connection, query, effort)
                try SeriesFinder.run(connection, query, candidates, candidates.ids[...], emit)
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
        try find(query, SearchEffort(), startingWith: empty, add)
    }

    func find<Part: Sendable>(
        _ query: SearchQuery, _ effort: SearchEffort, startingWith empty: Part,
        _ add: @Sendable (inout Part, borrowing SeriesAttributes) throws(ArchiveError) -> Void
    ) throws(ArchiveError) -> [Part] {
        let counter = try changeCounter()
        var parts: [Part] = []
        try pool.read { connection throws(ArchiveError) in
            try connection.transaction { () throws(ArchiveError) in
                let candidates = try SearchCandidates(connection, query, effort)
                let helpers = helpers(candidates.ids.count / effort.leastOfPart - 1, since: counter)
                defer { dismiss(helpers) }
                parts = try Self.inParts(candidates.ids, [connection] + helpers) { connection, ids throws(ArchiveError) in
                    var part = empty
                    try SeriesFinder.run(connection, query, candidates, ids) { series throws(ArchiveError) in try add(&part, series) }
                    return part
                }
            }
        }
        return parts
    }

    private static var mostParts: Int { min(4, ProcessInfo.processInfo.activeProcessorCount) }

    /// Connections that see the same archive as one whose transaction began after `counter` was read: none where there was a
    /// change since. Each is in a transaction.
    private func helpers(_ count: Int, since counter: Int64) -> [Connection] {
        let spare = pool.takeSpare(min(Self.mostParts - 1, count))
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
