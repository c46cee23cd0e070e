package import DICOMArchive

/// `/uids/<Study Instance UID>/<Series Instance UID>/<SOP Instance UID>.dcm`: for programs.
///
/// A missing UID is `noUID ~<hash>`; one that is no UID, or that another entry has, carries a hash as well.
package struct UIDsView: View {
    package let name = Array("uids".utf8)
    package let number = 7
    package let showsInstances = true

    private static let studyLevel = 1

    package init() {}

    package func directory(at place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ViewDirectory? {
        switch place.level {
        case 0:
            return ViewDirectory(parent: nil, modifiedNs: try index.newestChange())
        case Self.studyLevel:
            let row = try asking { () throws(ArchiveError) in try index.source.study(id: place.row) }
            return row.map { ViewDirectory(parent: .top, modifiedNs: $0.modifiedNs) }
        default:
            return nil
        }
    }

    package func child(named name: [UInt8], of place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ViewEntry? {
        try asking { () throws(ArchiveError) in
            switch place.level {
            case 0: try index.source.study(uidNamed: name).map(entry)
            case Self.studyLevel: try index.source.series(uidNamed: name, of: place.row).map(entry)
            default: nil
            }
        }
    }

    package func children(of place: ViewPlace, after order: Int64, limit: Int, _ index: TreeIndex) throws(TreeError) -> [ViewEntry] {
        try asking { () throws(ArchiveError) in
            switch place.level {
            case 0: try index.source.studies(after: order, limit: limit).map(entry)
            case Self.studyLevel: try index.source.series(of: place.row, after: order, limit: limit).map(entry)
            default: []
            }
        }
    }

    package func place(of series: SeriesRow, _ index: TreeIndex) throws(TreeError) -> ViewPlace {
        ViewPlace(level: Self.studyLevel, row: series.studyID)
    }

    package func stem(of row: InstanceRow) -> [UInt8] { row.uidStem }

    package func instance(stem: [UInt8], of series: Int64, _ index: TreeIndex) throws(TreeError) -> InstanceRow? {
        try asking { () throws(ArchiveError) in try index.source.instance(uidStem: stem, of: series) }
    }

    private func entry(_ row: StudyRow) -> ViewEntry {
        ViewEntry(row.uidName, level: Self.studyLevel, row: row.id, modifiedNs: row.modifiedNs)
    }

    private func entry(_ row: SeriesRow) -> ViewEntry {
        ViewEntry(name: row.uidName, item: .series(row.id), order: row.id, modifiedNs: row.modifiedNs)
    }
}
