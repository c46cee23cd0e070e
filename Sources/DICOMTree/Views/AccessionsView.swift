package import DICOMArchive

/// `/accessions/<accession number>/<series>/`: one folder a study; those without a number stand in `_NONE`.
package struct AccessionsView: View {
    package let name = Array("accessions".utf8)
    package let number = 6
    package let showsInstances = true

    private static let noneLevel = 1
    private static let studyLevel = 2
    private static let none = ViewPlace(level: noneLevel, row: 0)
    private static let noneName = Array("_NONE".utf8)
    /// `_NONE` comes first; the order of a study is its row id plus this.
    private static let noneOrder: Int64 = 1

    package init() {}

    package func directory(at place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ViewDirectory? {
        switch place.level {
        case 0:
            return ViewDirectory(parent: nil, modifiedNs: try index.newestChange())
        case Self.noneLevel where place == Self.none:
            return try asking { () throws(ArchiveError) in try none(index.source) }.map {
                ViewDirectory(parent: .top, modifiedNs: $0.modifiedNs)
            }
        case Self.studyLevel:
            let row = try asking { () throws(ArchiveError) in try index.source.study(id: place.row) }
            return row.map { ViewDirectory(parent: $0.accessionName == nil ? Self.none : .top, modifiedNs: $0.modifiedNs) }
        default:
            return nil
        }
    }

    package func child(named name: [UInt8], of place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ViewEntry? {
        try asking { () throws(ArchiveError) in
            switch place.level {
            case 0:
                if name == Self.noneName { return try none(index.source) }
                guard let row = try index.source.study(accessionNamed: name) else { return nil }
                return entry(row, name)
            case Self.noneLevel:
                guard let row = try index.source.study(viewNamed: name), row.accessionName == nil else { return nil }
                return entry(row, name)
            case Self.studyLevel:
                return try index.source.series(named: name, of: place.row).map { ViewEntry($0) }
            default:
                return nil
            }
        }
    }

    package func children(of place: ViewPlace, after order: Int64, limit: Int, _ index: TreeIndex) throws(TreeError) -> [ViewEntry] {
        try asking { () throws(ArchiveError) in
            let last = max(0, order - Self.noneOrder)
            switch place.level {
            case 0:
                var entries: [ViewEntry] = []
                if order < Self.noneOrder, let none = try none(index.source) { entries.append(none) }
                let rows = try index.source.studies(withAccession: true, after: last, limit: limit - entries.count)
                return entries + rows.map { entry($0, $0.accessionName ?? $0.viewName) }
            case Self.noneLevel:
                return try index.source.studies(withAccession: false, after: last, limit: limit).map { entry($0, $0.viewName) }
            case Self.studyLevel:
                return try index.source.series(of: place.row, after: order, limit: limit).map { ViewEntry($0) }
            default:
                return []
            }
        }
    }

    package func place(of series: SeriesRow, _ index: TreeIndex) throws(TreeError) -> ViewPlace {
        ViewPlace(level: Self.studyLevel, row: series.studyID)
    }

    private func none(_ source: any TreeSource) throws(ArchiveError) -> ViewEntry? {
        guard let row = try source.viewFolder(id: ViewFolderRow.noAccession) else { return nil }
        return ViewEntry(name: Self.noneName, item: .directory(Self.none), order: Self.noneOrder, modifiedNs: row.modifiedNs)
    }

    private func entry(_ row: StudyRow, _ name: [UInt8]) -> ViewEntry {
        let item = ViewEntry.Item.directory(ViewPlace(level: Self.studyLevel, row: row.id))
        return ViewEntry(name: name, item: item, order: row.id + Self.noneOrder, modifiedNs: row.modifiedNs)
    }
}
