package import DICOMArchive
import Locks

/// A view out of a template. The index has no names for it: its directories are put together in memory when one is looked
/// at, and again after a change of the archive (about 6 us a series, and 70 bytes for it and for each directory).
///
/// A directory's row is that of the first series below it, so that its number stays the same over remounts.
package final class TemplateView: View {
    package let name: [UInt8]
    package let number: Int
    package let showsInstances = true
    private let template: ViewTemplate
    private let kept = Mutex<(counter: Int64, forest: ViewForest)?>(nil)
    private let flights = SingleFlight<Int64, ViewForest, TreeError>()

    /// Numbers of views in node ids that are left for those of a mount.
    package static let numbers = 128...254

    package init(_ template: ViewTemplate, number: Int) {
        self.template = template
        self.number = number
        name = template.name
    }

    package func directory(at place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ViewDirectory? {
        if place == .top { return ViewDirectory(parent: nil, modifiedNs: try index.newestChange()) }
        return try forest(index).directory(at: place)
    }

    package func child(named name: [UInt8], of place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ViewEntry? {
        try forest(index).child(named: name, of: place)
    }

    package func children(of place: ViewPlace, after order: Int64, limit: Int, _ index: TreeIndex) throws(TreeError) -> [ViewEntry] {
        try forest(index).children(of: place, after: order, limit: limit)
    }

    package func place(of series: SeriesRow, _ index: TreeIndex) throws(TreeError) -> ViewPlace {
        guard let place = try forest(index).place(ofSeries: series.id) else { throw TreeError(.stale) }
        return place
    }

    package func isReady(_ index: TreeIndex) throws(TreeError) -> Bool {
        let counter = try asking { () throws(ArchiveError) in try index.source.changeCounter() }
        return kept.withLock { $0?.counter == counter }
    }

    package func prepare(_ index: TreeIndex) throws(TreeError) { _ = try forest(index) }

    // MARK: - Putting it together

    private func forest(_ index: TreeIndex) throws(TreeError) -> ViewForest {
        let counter = try asking { () throws(ArchiveError) in try index.source.changeCounter() }
        if let forest = kept.withLock({ $0?.counter == counter ? $0?.forest : nil }) { return forest }
        return try flights.run(counter) { () throws(TreeError) in
            if let forest = kept.withLock({ $0?.counter == counter ? $0?.forest : nil }) { return forest }
            let forest = try asking { () throws(ArchiveError) in try build(index.source) }
            kept.withLock { $0 = (counter, forest) }
            return forest
        }
    }

    private func build(_ source: any TreeSource) throws(ArchiveError) -> ViewForest {
        var builder = ViewForest.Builder()
        let query = SearchQuery(showsModalities: template.keywords.contains(.modalitiesInStudy))
        try source.find(query) { series throws(ArchiveError) in try builder.add(series, template.path(of: series)) }
        return builder.forest
    }
}
