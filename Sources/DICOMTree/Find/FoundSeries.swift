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
    let entries: [Entry]
    /// Places in `entries`.
    private let names: NameSet

    init(_ query: SearchQuery, in source: any TreeSource) throws(ArchiveError) {
        // Only what is needed of each row is kept: rows are large.
        var found: [(entry: Entry, identity: [UInt8])] = []
        try source.find(query) {
            found.append((Entry(id: $0.id, name: Self.noCondition($0.longName), modifiedNs: $0.modifiedNs), $0.identity))
        }
        found.sort { $0.entry.id < $1.entry.id }
        var names = NameSet()
        names.reserveCapacity(found.count)
        var entries: [Entry] = []
        entries.reserveCapacity(found.count)
        for (place, row) in found.enumerated() {
            let name = try names.add(row.entry.name, identity: row.identity, place: place)
            entries.append(Entry(id: row.entry.id, name: name, modifiedNs: row.entry.modifiedNs))
        }
        self.entries = entries
        self.names = names
    }

    /// A name that reads like a condition would never be found: its first `=` is written as an escape.
    private static func noCondition(_ name: [UInt8]) -> [UInt8] {
        guard let place = name.firstIndex(of: UInt8(ascii: "=")), SearchQuery.Term(name) != nil else { return name }
        return FileName.complete(name[..<place] + Array("%3D".utf8) + name[(place + 1)...])
    }

    func entry(named name: [UInt8]) -> Entry? {
        guard let place = names.place(of: name), entries[place].name == name else { return nil }
        return entries[place]
    }

    func contains(_ series: Int64) -> Bool {
        let place = firstPlace(after: series - 1)
        return place < entries.count && entries[place].id == series
    }

    /// The place of the first entry whose id is above `id`.
    func firstPlace(after id: Int64) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].id > id { high = middle } else { low = middle + 1 }
        }
        return low
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
            while kept.count > Self.keptLists || kept.count > 1 && kept.reduce(0, { $0 + $1.found.entries.count }) > Self.keptEntries {
                kept.removeFirst()
            }
        }
    }
}
