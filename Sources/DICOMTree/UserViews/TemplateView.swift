package import DICOMArchive
import Locks

/// A view out of a template. The index has no names for it: its directories are put together in memory when one is looked
/// at, and again after a change of the archive (about 5 us and 300 bytes a series).
///
/// A directory's row is that of the first series below it, so that its number stays the same over remounts.
package final class TemplateView: View {
    package let name: [UInt8]
    package let number: Int
    package let showsInstances = true
    private let template: ViewTemplate
    private let kept = Mutex<(counter: Int64, forest: Forest)?>(nil)
    private let flights = SingleFlight<Int64, Forest, TreeError>()

    /// Numbers of views in node ids that are left for those of a mount.
    package static let numbers = 128...254

    package init(_ template: ViewTemplate, number: Int) {
        self.template = template
        self.number = number
        name = template.name
    }

    fileprivate final class Forest: Sendable {
        let folders: [ViewPlace: Folder]
        /// Where each series stands.
        let places: [Int64: ViewPlace]

        init(folders: [ViewPlace: Folder], places: [Int64: ViewPlace]) {
            self.folders = folders
            self.places = places
        }
    }

    fileprivate struct Folder: Sendable {
        var parent: ViewPlace?
        var modifiedNs: Int64 = 0
        /// In the order of rows.
        var entries: [ViewEntry] = []
        /// Of the entries at the same places.
        private(set) var names = NameSet()

        /// The name that an entry gets; the entry must follow.
        mutating func add(_ name: [UInt8], identity: @autoclosure () -> [UInt8]) throws(ArchiveError) -> [UInt8] {
            try names.add(name, identity: identity())
            return names[names.count - 1]
        }
    }

    package func directory(at place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ViewDirectory? {
        if place == .top { return ViewDirectory(parent: nil, modifiedNs: try index.newestChange()) }
        return try forest(index).folders[place].map { ViewDirectory(parent: $0.parent, modifiedNs: $0.modifiedNs) }
    }

    package func child(named name: [UInt8], of place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ViewEntry? {
        guard let folder = try forest(index).folders[place], let found = folder.names.place(of: name) else { return nil }
        let entry = folder.entries[found]
        return entry.name == name ? entry : nil
    }

    package func children(of place: ViewPlace, after order: Int64, limit: Int, _ index: TreeIndex) throws(TreeError) -> [ViewEntry] {
        guard let entries = try forest(index).folders[place]?.entries else { return [] }
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].order > order { high = middle } else { low = middle + 1 }
        }
        return Array(entries[low...].prefix(limit))
    }

    package func place(of series: SeriesRow, _ index: TreeIndex) throws(TreeError) -> ViewPlace {
        guard let place = try forest(index).places[series.id] else { throw TreeError(.stale) }
        return place
    }

    package func isReady(_ index: TreeIndex) throws(TreeError) -> Bool {
        let counter = try asking { () throws(ArchiveError) in try index.source.changeCounter() }
        return kept.withLock { $0?.counter == counter }
    }

    package func prepare(_ index: TreeIndex) throws(TreeError) { _ = try forest(index) }

    // MARK: - Putting it together

    private func forest(_ index: TreeIndex) throws(TreeError) -> Forest {
        let counter = try asking { () throws(ArchiveError) in try index.source.changeCounter() }
        if let forest = kept.withLock({ $0?.counter == counter ? $0?.forest : nil }) { return forest }
        return try flights.run(counter) { () throws(TreeError) in
            if let forest = kept.withLock({ $0?.counter == counter ? $0?.forest : nil }) { return forest }
            let forest = try asking { () throws(ArchiveError) in try build(index.source) }
            kept.withLock { $0 = (counter, forest) }
            return forest
        }
    }

    private func build(_ source: any TreeSource) throws(ArchiveError) -> Forest {
        // Whoever came first keeps the bare name.
        var builder = Builder()
        try source.find(SearchQuery()) { series throws(ArchiveError) in try builder.add(series, template.path(of: series)) }
        return Forest(folders: builder.folders, places: builder.places)
    }

    private struct Builder {
        var folders: [ViewPlace: Folder] = [.top: Folder()]
        var places: [Int64: ViewPlace] = [:]

        mutating func add(_ series: borrowing SeriesAttributes, _ path: [[UInt8]]) throws(ArchiveError) {
            let (id, modifiedNs) = (series.id, series.modifiedNs)
            var place = ViewPlace.top
            for (depth, name) in path.dropLast().enumerated() { place = try enter(name, of: place, level: depth + 1, id, modifiedNs) }
            guard let last = path.last else { return }
            let name = try folders[place]?.add(last, identity: series.identity) ?? last
            folders[place]?.entries.append(ViewEntry(name: name, item: .series(id), order: id, modifiedNs: modifiedNs))
            places[id] = place
        }

        /// The directory of a name, made when it is new. Names that differ in case only are one directory.
        private mutating func enter(_ name: [UInt8], of parent: ViewPlace, level: Int, _ row: Int64, _ modifiedNs: Int64) throws(ArchiveError) -> ViewPlace {
            if let found = folders[parent]?.names.place(of: name), let entry = folders[parent]?.entries[found],
                case .directory(let place) = entry.item
            {
                let newest = max(entry.modifiedNs, modifiedNs)
                folders[parent]?.entries[found] = ViewEntry(name: entry.name, item: entry.item, order: entry.order, modifiedNs: newest)
                folders[place]?.modifiedNs = newest
                return place
            }
            let place = ViewPlace(level: level, row: row)
            let name = try folders[parent]?.add(name, identity: name) ?? name
            folders[parent]?.entries.append(ViewEntry(name, level: level, row: row, modifiedNs: modifiedNs))
            folders[place] = Folder(parent: parent, modifiedNs: modifiedNs)
            return place
        }
    }
}
