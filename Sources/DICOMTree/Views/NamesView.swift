package import DICOMArchive

/// `/names/<Patient's Name>/<study>/<series>/`: one folder a person, as in `/patients`.
package struct NamesView: View {
    package let name = Array("names".utf8)
    package let number = 3
    package let showsInstances = true

    private static let patientLevel = 1
    private static let studyLevel = 2

    package init() {}

    package func directory(at place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ViewDirectory? {
        switch place.level {
        case 0:
            return ViewDirectory(parent: nil, modifiedNs: try index.newestChange())
        case Self.patientLevel:
            let row = try asking { () throws(ArchiveError) in try index.source.patient(id: place.row) }
            return row.map { ViewDirectory(parent: .top, modifiedNs: $0.modifiedNs) }
        case Self.studyLevel:
            let row = try asking { () throws(ArchiveError) in try index.source.study(id: place.row) }
            return row.map { ViewDirectory(parent: ViewPlace(level: Self.patientLevel, row: $0.patientID), modifiedNs: $0.modifiedNs) }
        default:
            return nil
        }
    }

    package func child(named name: [UInt8], of place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ViewEntry? {
        try asking { () throws(ArchiveError) in
            switch place.level {
            case 0: try index.source.patient(viewNamed: name).map(entry)
            case Self.patientLevel: try index.source.study(named: name, of: place.row).map(entry)
            case Self.studyLevel: try index.source.series(named: name, of: place.row).map { ViewEntry($0) }
            default: nil
            }
        }
    }

    package func children(of place: ViewPlace, after order: Int64, limit: Int, _ index: TreeIndex) throws(TreeError) -> [ViewEntry] {
        try asking { () throws(ArchiveError) in
            switch place.level {
            case 0: try index.source.patients(after: order, limit: limit).map(entry)
            case Self.patientLevel: try index.source.studies(of: place.row, after: order, limit: limit).map(entry)
            case Self.studyLevel: try index.source.series(of: place.row, after: order, limit: limit).map { ViewEntry($0) }
            default: []
            }
        }
    }

    package func place(of series: SeriesRow, _ index: TreeIndex) throws(TreeError) -> ViewPlace {
        ViewPlace(level: Self.studyLevel, row: series.studyID)
    }

    private func entry(_ row: PatientRow) -> ViewEntry {
        ViewEntry(row.viewName, level: Self.patientLevel, row: row.id, modifiedNs: row.modifiedNs)
    }

    private func entry(_ row: StudyRow) -> ViewEntry {
        ViewEntry(row.name, level: Self.studyLevel, row: row.id, modifiedNs: row.modifiedNs)
    }
}
