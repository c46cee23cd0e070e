import DICOMArchive

/// What nodes are about.
extension VirtualTree {
    /// The row that a node is about; nil for nodes that are about many, or none.
    func entity(of id: NodeID) throws(TreeError) -> ArchiveEntity? {
        switch id.kind {
        case .viewDirectory where !id.isQuery:
            let (view, place) = try viewPlace(id)
            return try entity(at: place, in: view.number)
        case .seriesDirectory:
            return .series(id.row)
        case .source, .headerText, .png, .jpeg, .framePNG, .frameJPEG, .framesReadme, .iconPNG, .framesDirectory:
            return .instance(id.row)
        default:
            return nil
        }
    }

    /// Numbers of views and their levels are part of node ids: they never change. Views of the user group as they like.
    private func entity(at place: ViewPlace, in view: Int) throws(TreeError) -> ArchiveEntity? {
        switch (view, place.level) {
        case (LevelledView.patients.number, 1), (LevelledView.names.number, 1):
            return .patient(place.row)
        case (LevelledView.patients.number, 2), (LevelledView.names.number, 2), (LevelledView.dates.number, 3), (LevelledView.accessions.number, 2),
            (LevelledView.uids.number, 1):
            return .study(place.row)
        case (LevelledView.modalities.number, 2):
            // Rows of this level are studies under one modality.
            let pair = try asking { () throws(ArchiveError) in try index.source.studyModality(id: place.row) }
            return pair.map { .study($0.studyID) }
        default:
            return nil
        }
    }
}
