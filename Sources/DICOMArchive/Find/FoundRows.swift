/// The row that a search has come to, and those above it, where SQLite has them.
final class FoundRows {
    let patient: RowCursor<PatientRecord>
    let study: RowCursor<StudyRecord>
    let series: RowCursor<SeriesRecord>
    var sopClass: [UInt8] = []
    var modalities: [[UInt8]] = []
    /// `<patient> <study> `.
    private(set) var folders: [UInt8] = []

    init(_ connection: Connection) throws(ArchiveError) {
        patient = try RowCursor(connection)
        study = try RowCursor(connection)
        series = try RowCursor(connection)
    }

    func nameFolders() {
        folders.removeAll(keepingCapacity: true)
        patient.statement.withBytes(PatientRecord.nameColumn) { folders += $0 }
        folders.append(UInt8(ascii: " "))
        study.statement.withBytes(StudyRecord.nameColumn) { folders += $0 }
        folders.append(UInt8(ascii: " "))
    }
}
