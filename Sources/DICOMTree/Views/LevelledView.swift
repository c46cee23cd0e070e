package import DICOMArchive

/// A view whose directories are rows of the index: levels below its folder, then the directories of series.
///
/// The levels are values, so a view is a declaration. `levels[n]` is what a directory `n` deep holds; the directories of
/// the last level hold series.
package struct LevelledView: View {
    package let name: [UInt8]
    package let number: Int
    package let showsInstances = true
    private let levels: [ViewLevel]
    private let series: SeriesLevel

    init(_ name: StaticString, number: Int, levels: [ViewLevel], series: SeriesLevel = .ofStudies) {
        self.name = name.withUTF8Buffer { Array($0) }
        self.number = number
        self.levels = levels
        self.series = series
    }

    package func directory(at place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ViewDirectory? {
        if place.level == 0 { return ViewDirectory(parent: nil, modifiedNs: try index.newestChange()) }
        guard levels.indices.contains(place.level - 1) else { return nil }
        return try asking { () throws(ArchiveError) in try levels[place.level - 1].directory(index.source, place) }
    }

    package func child(named name: [UInt8], of place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ViewEntry? {
        try asking { () throws(ArchiveError) in
            if levels.indices.contains(place.level) { return try levels[place.level].child(index.source, name, place) }
            guard place.level == levels.count, let row = try series.named(index.source, name, place.row) else { return nil }
            return entry(row)
        }
    }

    package func children(of place: ViewPlace, after order: Int64, limit: Int, _ index: TreeIndex) throws(TreeError) -> [ViewEntry] {
        try asking { () throws(ArchiveError) in
            if levels.indices.contains(place.level) { return try levels[place.level].children(index.source, place, order, limit) }
            guard place.level == levels.count else { return [] }
            return try series.page(index.source, place.row, order, limit).map(entry)
        }
    }

    package func place(of row: SeriesRow, _ index: TreeIndex) throws(TreeError) -> ViewPlace {
        ViewPlace(level: levels.count, row: series.parent(row))
    }

    package func stem(of row: InstanceRow) -> [UInt8] { series.stem(row) }

    package func instance(stem: [UInt8], of row: Int64, _ index: TreeIndex) throws(TreeError) -> InstanceRow? {
        try asking { () throws(ArchiveError) in try series.instance(index.source, stem, row) }
    }

    private func entry(_ row: SeriesRow) -> ViewEntry {
        ViewEntry(name: series.name(row), item: .series(row.id), order: row.id, modifiedNs: row.modifiedNs)
    }
}
