/// The tables with row checksums, and how to check a row of each.
struct VerifiedTable {
    let query: String
    let check: (SQLStatement) throws(ArchiveError) -> Void

    static var all: [VerifiedTable] {
        [
            VerifiedTable(
                query: "SELECT \(ReadSQL.patient) FROM patients",
                check: { s throws(ArchiveError) in _ = try PatientRecord(s) }),
            VerifiedTable(
                query: "SELECT \(ReadSQL.study) FROM studies",
                check: { s throws(ArchiveError) in _ = try StudyRecord(s) }),
            VerifiedTable(
                query: "SELECT \(ReadSQL.series) FROM series",
                check: { s throws(ArchiveError) in _ = try SeriesRecord(s) }),
            VerifiedTable(query: "SELECT \(ReadSQL.instance) FROM instances", check: { s throws(ArchiveError) in _ = try InstanceRecord(s) }),
            VerifiedTable(query: "SELECT \(ReadSQL.modality) FROM modalities", check: { s throws(ArchiveError) in _ = try ModalityRecord(s) }),
            VerifiedTable(
                query: "SELECT \(ReadSQL.studyModality) FROM study_modalities",
                check: { s throws(ArchiveError) in _ = try StudyModalityRecord(s) }),
            VerifiedTable(
                query: "SELECT id, modified_ns, checksum FROM view_folders", check: { s throws(ArchiveError) in _ = try ViewFolderRecord(s) }),
            VerifiedTable(query: ReadSQL.totals.sql, check: { s throws(ArchiveError) in _ = try ArchiveTotals(s) }),
            VerifiedTable(
                query: "SELECT \(ReadSQL.bareSource) FROM sources",
                check: { s throws(ArchiveError) in _ = try SourceRecord(s) }),
            VerifiedTable(
                query: "SELECT id, \(ReadSQL.directory) FROM directories",
                check: { s throws(ArchiveError) in _ = try DirectoryRecord(id: s.int(0), s, from: 1) }),
            VerifiedTable(
                query: "SELECT id, \(ReadSQL.root) FROM roots",
                check: { s throws(ArchiveError) in _ = try RootRecord(id: s.int(0), s, from: 1) }),
            VerifiedTable(
                query: "SELECT directory, name, ordinal, reason, at, message, changed_ns, checksum FROM problems",
                check: { s throws(ArchiveError) in _ = try ProblemRecord(s, from: 0) }),
            VerifiedTable(
                query: "SELECT \(ConflictRecord.columns) FROM conflicts", check: { s throws(ArchiveError) in _ = try ConflictRecord(s) }),
            VerifiedTable(
                query: "SELECT \(ChangeRecord.columns) FROM changes", check: { s throws(ArchiveError) in _ = try ChangeRecord(s) }),
            VerifiedTable(
                query: "SELECT id_key, birth_date, name_key, patient, checksum FROM person_keys",
                check: { s throws(ArchiveError) in
                    _ = try PersonMatcher.Known(s, from: 1, idKey: s.bytes(0))
                }),
        ]
    }
}
