import DICOMArchive

extension LevelledView {
    /// `/uids/<Study Instance UID>/<Series Instance UID>/<SOP Instance UID>.dcm`: for programs.
    ///
    /// A missing UID is `noUID ~<hash>`; one that is no UID, or that another entry has, carries a hash as well.
    static let uids = LevelledView("uids", number: 7, levels: [studies], series: series)

    private static let studies = ViewLevel(
        row: { (source, id) throws(ArchiveError) in try source.study(id: id) },
        named: { (source, name, _) throws(ArchiveError) in try source.study(uidNamed: name) },
        page: { (source, _, last, limit) throws(ArchiveError) in try source.studies(after: last, limit: limit) },
        name: { $0.uidName })

    private static let series = SeriesLevel(
        named: { (source, name, study) throws(ArchiveError) in try source.series(uidNamed: name, of: study) },
        page: SeriesLevel.ofStudies.page,
        parent: { $0.studyID },
        name: { $0.uidName },
        stem: { $0.uidStem },
        instance: { (source, stem, series) throws(ArchiveError) in try source.instance(uidStem: stem, of: series) })
}
