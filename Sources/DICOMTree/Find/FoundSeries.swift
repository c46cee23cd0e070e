import DICOMArchive
import Locks

/// The series that a query found, with names that are unique among them.
final class FoundSeries: Sendable {
    struct Entry: Sendable {
        let id: Int64
        let name: [UInt8]
        let modifiedNs: Int64
    }
    /// By row id.
    private let rows: [(id: Int64, modifiedNs: Int64)]
    /// Of the series at the same places.
    private let names: NameSet

    init(_ query: SearchQuery, in source: any TreeSource) throws(ArchiveError) {
        var parts = try source.find(query, startingWith: Part()) { part, series throws(ArchiveError) in try part.add(series) }
        var whole = parts.isEmpty ? Part() : parts.removeFirst()
        for part in parts { try whole.add(part) }
        (rows, names) = (whole.rows, whole.names)
    }

    /// What one thread has found. Whoever came first keeps the bare name.
    private struct Part: Sendable {
        var rows: [(id: Int64, modifiedNs: Int64)] = []
        var names = NameSet()
        private var identities: [UInt8] = []
        private var ends: [Int] = []

        mutating func add(_ series: borrowing SeriesAttributes) throws(ArchiveError) {
            try names.add(FoundSeries.noCondition(series.longName), identity: series.identity)
            rows.append((series.id, series.modifiedNs))
            series.addIdentity(to: &identities)
            ends.append(identities.count)
        }

        mutating func add(_ later: Part) throws(ArchiveError) {
            rows += later.rows
            try names.add(later.names) { Array(later.identities[($0 == 0 ? 0 : later.ends[$0 - 1])..<later.ends[$0]]) }
        }
    }

    /// A name that reads like a condition would never be found: its first `=` is written as an escape.
    private static func noCondition(_ name: [UInt8]) -> [UInt8] {
        guard let place = name.firstIndex(of: UInt8(ascii: "=")), SearchQuery.Term(name) != nil else { return name }
        return FileName.complete(name[..<place] + Array("%3D".utf8) + name[(place + 1)...])
    }

    var count: Int { rows.count }

    subscript(_ place: Int) -> Entry { Entry(id: rows[place].id, name: names[place], modifiedNs: rows[place].modifiedNs) }

    func entry(named name: [UInt8]) -> Entry? {
        guard let place = names.place(of: name), names[place] == name else { return nil }
        return self[place]
    }

    func contains(_ series: Int64) -> Bool {
        let place = firstPlace(after: series - 1)
        return place < count && rows[place].id == series
    }

    /// The place of the first entry whose id is above `id`.
    func firstPlace(after id: Int64) -> Int {
        rows.partitioningIndex { $0.id > id }
    }
}

/// What recent queries found, as of the archive's last change.
///
/// No lock is held while a query runs; threads that want the same wait for one.
final class QueryResults: Sendable {
    private struct Kept {
        let number: Int
        let counter: Int64
        let found: FoundSeries
    }
    private let kept = Mutex<[Kept]>([])
    private let flights = SingleFlight<Int, FoundSeries, TreeError>()
    private static let keptLists = 16
    private static let keptEntries = 250_000

    func found(_ number: Int, _ query: SearchQuery, _ index: TreeIndex) throws(TreeError) -> FoundSeries {
        let counter = try asking { () throws(ArchiveError) in try index.source.changeCounter() }
        if let found = recall(number, counter) { return found }
        return try flights.run(number) { () throws(TreeError) in
            if let found = recall(number, counter) { return found }
            let found = try asking { () throws(ArchiveError) in try FoundSeries(query, in: index.source) }
            keep(Kept(number: number, counter: counter, found: found))
            return found
        }
    }

    /// Whether the answer is at hand.
    func isKept(_ number: Int, _ index: TreeIndex) throws(TreeError) -> Bool {
        let counter = try asking { () throws(ArchiveError) in try index.source.changeCounter() }
        return kept.withLock { $0.contains { $0.number == number && $0.counter == counter } }
    }

    private func recall(_ number: Int, _ counter: Int64) -> FoundSeries? {
        kept.withLock { kept in
            guard let place = kept.firstIndex(where: { $0.number == number }) else { return nil }
            let known = kept.remove(at: place)
            guard known.counter == counter else { return nil }
            kept.append(known)
            return known.found
        }
    }

    private func keep(_ new: Kept) {
        kept.withLock { kept in
            kept.removeAll { $0.number == new.number || $0.counter != new.counter }
            kept.append(new)
            while kept.count > Self.keptLists || kept.count > 1 && kept.reduce(0, { $0 + $1.found.count }) > Self.keptEntries {
                kept.removeFirst()
            }
        }
    }
}
