import DICOMArchive

/// The directories of series in a `LevelledView`, and what their files are called.
struct SeriesLevel: Sendable {
    /// The series of a name in the directory of a row of the last level.
    var named: @Sendable (_ source: any TreeSource, _ name: [UInt8], _ row: Int64) throws(ArchiveError) -> SeriesRow?
    var page: @Sendable (_ source: any TreeSource, _ row: Int64, _ last: Int64, _ limit: Int) throws(ArchiveError) -> [SeriesRow]
    /// The row of the last level that a series lies in.
    var parent: @Sendable (SeriesRow) -> Int64
    var name: @Sendable (SeriesRow) -> [UInt8] = { $0.name }
    /// As in `View`.
    var stem: @Sendable (InstanceRow) -> [UInt8] = { $0.stem }
    var instance: @Sendable (_ source: any TreeSource, _ stem: [UInt8], _ series: Int64) throws(ArchiveError) -> InstanceRow? = {
        (source, stem, series) throws(ArchiveError) in try source.instance(stem: stem, of: series)
    }

    /// All series of a study.
    static let ofStudies = SeriesLevel(
        named: { (source, name, study) throws(ArchiveError) in try source.series(named: name, of: study) },
        page: { (source, study, last, limit) throws(ArchiveError) in try source.series(of: study, after: last, limit: limit) },
        parent: { $0.studyID })
}
