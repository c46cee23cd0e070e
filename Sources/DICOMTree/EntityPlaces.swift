import DICOMArchive

/// A view in which some directories stand for a patient or a study.
protocol EntityPlaces {
    /// Nil for directories that stand for something else, such as a year.
    func entity(at place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ArchiveEntity?
}

extension PatientsView: EntityPlaces {
    func entity(at place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ArchiveEntity? { .level(place, patients: 1, studies: 2) }
}

extension NamesView: EntityPlaces {
    func entity(at place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ArchiveEntity? { .level(place, patients: 1, studies: 2) }
}

extension DatesView: EntityPlaces {
    func entity(at place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ArchiveEntity? { .level(place, studies: 3) }
}

extension AccessionsView: EntityPlaces {
    func entity(at place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ArchiveEntity? { .level(place, studies: 2) }
}

extension UIDsView: EntityPlaces {
    func entity(at place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ArchiveEntity? { .level(place, studies: 1) }
}

extension ModalitiesView: EntityPlaces {
    /// Rows of its second level are studies under one modality.
    func entity(at place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ArchiveEntity? {
        guard place.level == 2 else { return nil }
        let pair = try asking { () throws(ArchiveError) in try index.source.studyModality(id: place.row) }
        return pair.map { .study($0.studyID) }
    }
}

extension ArchiveEntity? {
    /// Of a view whose levels are rows of patients and studies. The levels are part of node numbers: they never change.
    fileprivate static func level(_ place: ViewPlace, patients: Int? = nil, studies: Int) -> ArchiveEntity? {
        switch place.level {
        case patients: .patient(place.row)
        case studies: .study(place.row)
        default: nil
        }
    }
}

extension VirtualTree {
    /// The row that a node is about; nil for nodes that are about many, or none.
    func entity(of id: NodeID) throws(TreeError) -> ArchiveEntity? {
        switch id.kind {
        case .viewDirectory where !id.isQuery:
            let (view, place) = try viewPlace(id)
            return try (view as? any EntityPlaces)?.entity(at: place, index)
        case .seriesDirectory:
            return .series(id.row)
        case .source, .headerText, .png, .jpeg, .framePNG, .frameJPEG, .framesReadme, .iconPNG, .framesDirectory:
            return .instance(id.row)
        default:
            return nil
        }
    }
}
