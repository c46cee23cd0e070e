import DICOMArchive

extension LevelledView {
    /// `/modalities/<CT>/<study>/<series>/`: a study stands under each of its modalities, a series under its own.
    static let modalities = LevelledView("modalities", number: 5, levels: [modality, studies], series: series)

    private static let modality = ViewLevel(
        row: { (source, id) throws(ArchiveError) in try source.modality(id: id) },
        named: { (source, name, _) throws(ArchiveError) in try source.modality(named: name) },
        page: { (source, _, last, limit) throws(ArchiveError) in try source.modalities(after: last, limit: limit) },
        name: { $0.name })

    /// A directory each pair of a study and one of its modalities.
    private static let studies = ViewLevel(
        row: { (source, id) throws(ArchiveError) in try source.studyModality(id: id) },
        parent: { (pair: StudyModalityRow) in pair.modalityID },
        named: { (source, name, modality) throws(ArchiveError) in
            guard let study = try source.study(viewNamed: name), let pair = try source.studyModality(of: study.id, modality: modality)
            else { return nil }
            return ModalityEntryRow(place: pair, study: study)
        },
        page: { (source, modality, last, limit) throws(ArchiveError) in try source.studies(ofModality: modality, after: last, limit: limit) },
        name: { $0.study.viewName })

    private static let series = SeriesLevel(
        named: { (source, name, row) throws(ArchiveError) in
            guard let pair = try source.studyModality(id: row), let series = try source.series(named: name, of: pair.studyID),
                series.modalityStudyID == pair.id
            else { return nil }
            return series
        },
        page: { (source, pair, last, limit) throws(ArchiveError) in try source.series(ofStudyModality: pair, after: last, limit: limit) },
        parent: { $0.modalityStudyID })
}
