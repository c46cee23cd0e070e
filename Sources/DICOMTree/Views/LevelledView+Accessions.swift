import DICOMArchive

extension LevelledView {
    /// `/accessions/<accession number>/<series>/`: one folder a study; those without a number stand in `_NONE`.
    static let accessions = LevelledView("accessions", number: 6, levels: [.accessions, .studiesWithoutAccession])
}

extension ViewLevel {
    private static let none = ViewPlace(level: 1, row: 0)
    private static let noneName = Array("_NONE".utf8)
    /// `_NONE` comes first; the order of a study is its row id plus this.
    private static let noneOrder: Int64 = 1

    /// `_NONE`, which alone is of this level, and the studies that have a number, which are of the next.
    fileprivate static let accessions = ViewLevel(
        directory: { (source, place) throws(ArchiveError) in
            guard place == none, let entry = try none(source) else { return nil }
            return ViewDirectory(parent: .top, modifiedNs: entry.modifiedNs)
        },
        child: { (source, name, _) throws(ArchiveError) in
            if name == noneName { return try none(source) }
            return try source.study(accessionNamed: name).map { entry($0, name) }
        },
        children: { (source, _, order, limit) throws(ArchiveError) in
            var entries: [ViewEntry] = []
            if order < noneOrder, let none = try none(source) { entries.append(none) }
            let rows = try source.studies(withAccession: true, after: max(0, order - noneOrder), limit: limit - entries.count)
            return entries + rows.map { entry($0, $0.accessionName ?? $0.viewName) }
        })

    /// The studies in `_NONE`; of this level are those with a number too.
    fileprivate static let studiesWithoutAccession = ViewLevel(
        directory: { (source, place) throws(ArchiveError) in
            try source.study(id: place.row).map { ViewDirectory(parent: $0.accessionName == nil ? none : .top, modifiedNs: $0.modifiedNs) }
        },
        child: { (source, name, parent) throws(ArchiveError) in
            guard parent == none, let row = try source.study(viewNamed: name), row.accessionName == nil else { return nil }
            return entry(row, name)
        },
        children: { (source, parent, order, limit) throws(ArchiveError) in
            guard parent == none else { return [] }
            return try source.studies(withAccession: false, after: max(0, order - noneOrder), limit: limit).map { entry($0, $0.viewName) }
        })

    private static func none(_ source: any TreeSource) throws(ArchiveError) -> ViewEntry? {
        guard let row = try source.viewFolder(id: ViewFolderRow.noAccession) else { return nil }
        return ViewEntry(name: noneName, item: .directory(none), order: noneOrder, modifiedNs: row.modifiedNs)
    }

    private static func entry(_ row: StudyRow, _ name: [UInt8]) -> ViewEntry {
        let item = ViewEntry.Item.directory(ViewPlace(level: none.level + 1, row: row.id))
        return ViewEntry(name: name, item: item, order: row.id + noneOrder, modifiedNs: row.modifiedNs)
    }
}
