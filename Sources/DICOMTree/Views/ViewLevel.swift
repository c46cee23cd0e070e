import DICOMArchive

/// The directories of one depth in a `LevelledView`, as questions to the index.
struct ViewLevel: Sendable {
    /// The directory at a place of this level itself.
    let directory: @Sendable (_ source: any TreeSource, _ place: ViewPlace) throws(ArchiveError) -> ViewDirectory?
    /// The entry of a name in a directory one level up.
    let child: @Sendable (_ source: any TreeSource, _ name: [UInt8], _ parent: ViewPlace) throws(ArchiveError) -> ViewEntry?
    /// Entries of a directory one level up, as `View.children`.
    let children: @Sendable (_ source: any TreeSource, _ parent: ViewPlace, _ order: Int64, _ limit: Int) throws(ArchiveError) -> [ViewEntry]
}

/// What the index has of a directory.
protocol ViewRow: Sendable {
    var id: Int64 { get }
    var modifiedNs: Int64 { get }
}

extension PatientRow: ViewRow {}
extension StudyRow: ViewRow {}
extension ModalityRow: ViewRow {}
extension StudyModalityRow: ViewRow {}
extension ModalityEntryRow: ViewRow {
    var id: Int64 { place.id }
    var modifiedNs: Int64 { place.modifiedNs }
}

extension ViewLevel {
    /// A directory each row, whose order is the row's id and which lies one level up.
    /// - Parameters:
    ///   - parent: the row of the directory it lies in; 0 for the view's folder.
    ///   - named: the row of a name in the directory of a row.
    ///   - page: rows of the directory of a row, after an id, as many as a limit.
    init<Row: ViewRow, Listed: ViewRow>(
        row: @escaping @Sendable (any TreeSource, Int64) throws(ArchiveError) -> Row?,
        parent: @escaping @Sendable (Row) -> Int64 = { _ in 0 },
        named: @escaping @Sendable (any TreeSource, [UInt8], Int64) throws(ArchiveError) -> Listed?,
        page: @escaping @Sendable (any TreeSource, Int64, Int64, Int) throws(ArchiveError) -> [Listed],
        name: @escaping @Sendable (Listed) -> [UInt8]
    ) {
        directory = { (source, place) throws(ArchiveError) in
            guard let row = try row(source, place.row) else { return nil }
            return ViewDirectory(parent: ViewPlace(level: place.level - 1, row: parent(row)), modifiedNs: row.modifiedNs)
        }
        child = { (source, wanted, place) throws(ArchiveError) in
            guard let row = try named(source, wanted, place.row) else { return nil }
            return ViewEntry(name(row), level: place.level + 1, row: row.id, modifiedNs: row.modifiedNs)
        }
        children = { (source, place, order, limit) throws(ArchiveError) in
            try page(source, place.row, order, limit).map {
                ViewEntry(name($0), level: place.level + 1, row: $0.id, modifiedNs: $0.modifiedNs)
            }
        }
    }

    /// Patients, in the view's folder.
    static func patients(
        named: @escaping @Sendable (any TreeSource, [UInt8]) throws(ArchiveError) -> PatientRow?, name: @escaping @Sendable (PatientRow) -> [UInt8]
    ) -> ViewLevel {
        ViewLevel(
            row: { (source, id) throws(ArchiveError) in try source.patient(id: id) },
            named: { (source, name, _) throws(ArchiveError) in try named(source, name) },
            page: { (source, _, last, limit) throws(ArchiveError) in try source.patients(after: last, limit: limit) },
            name: name)
    }

    /// Studies, by the names they have in the directory of their patient.
    static let studiesOfPatient = ViewLevel(
        row: { (source, id) throws(ArchiveError) in try source.study(id: id) },
        parent: { (study: StudyRow) in study.patientID },
        named: { (source, name, patient) throws(ArchiveError) in try source.study(named: name, of: patient) },
        page: { (source, patient, last, limit) throws(ArchiveError) in try source.studies(of: patient, after: last, limit: limit) },
        name: { $0.name })
}
