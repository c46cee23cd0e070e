package import DICOMArchive

/// `/modalities/<CT>/<study>/<series>/`: a study stands under each of its modalities, a series under its own.
package struct ModalitiesView: View {
    package let name = Array("modalities".utf8)
    package let number = 5
    package let showsInstances = true

    private static let modalityLevel = 1
    private static let studyLevel = 2

    package init() {}

    package func directory(at place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ViewDirectory? {
        switch place.level {
        case 0:
            return ViewDirectory(parent: nil, modifiedNs: try index.newestChange())
        case Self.modalityLevel:
            let row = try asking { () throws(ArchiveError) in try index.source.modality(id: place.row) }
            return row.map { ViewDirectory(parent: .top, modifiedNs: $0.modifiedNs) }
        case Self.studyLevel:
            let row = try asking { () throws(ArchiveError) in try index.source.studyModality(id: place.row) }
            return row.map { ViewDirectory(parent: ViewPlace(level: Self.modalityLevel, row: $0.modalityID), modifiedNs: $0.modifiedNs) }
        default:
            return nil
        }
    }

    package func child(named name: [UInt8], of place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ViewEntry? {
        try asking { () throws(ArchiveError) in
            switch place.level {
            case 0:
                return try index.source.modality(named: name).map(entry)
            case Self.modalityLevel:
                guard let study = try index.source.study(viewNamed: name),
                    let row = try index.source.studyModality(of: study.id, modality: place.row)
                else { return nil }
                return entry(row, study)
            case Self.studyLevel:
                guard let pair = try index.source.studyModality(id: place.row),
                    let row = try index.source.series(named: name, of: pair.studyID), row.modalityStudyID == pair.id
                else { return nil }
                return ViewEntry(row)
            default:
                return nil
            }
        }
    }

    package func children(of place: ViewPlace, after order: Int64, limit: Int, _ index: TreeIndex) throws(TreeError) -> [ViewEntry] {
        try asking { () throws(ArchiveError) in
            switch place.level {
            case 0: try index.source.modalities(after: order, limit: limit).map(entry)
            case Self.modalityLevel: try index.source.studies(ofModality: place.row, after: order, limit: limit).map { entry($0.place, $0.study) }
            case Self.studyLevel: try index.source.series(ofStudyModality: place.row, after: order, limit: limit).map { ViewEntry($0) }
            default: []
            }
        }
    }

    package func place(of series: SeriesRow, _ index: TreeIndex) throws(TreeError) -> ViewPlace {
        ViewPlace(level: Self.studyLevel, row: series.modalityStudyID)
    }

    private func entry(_ row: ModalityRow) -> ViewEntry {
        ViewEntry(row.name, level: Self.modalityLevel, row: row.id, modifiedNs: row.modifiedNs)
    }

    private func entry(_ row: StudyModalityRow, _ study: StudyRow) -> ViewEntry {
        ViewEntry(study.viewName, level: Self.studyLevel, row: row.id, modifiedNs: row.modifiedNs)
    }
}
