/// Every statement of the ingest, prepared once. Inserts give ids explicitly, because a row's checksum covers its id.
enum WriteSQL: Int, CaseIterable {
    case begin, commit, rollback
    case findText, insertText
    case findDirectory, insertDirectory, updateDirectory, directoriesOfRoot, anyDirectoryBetween, countSourcesBetween
    case sourcesOfDirectory, sourcesOfInstanceBare, findSource, insertSource, replaceSource, deleteSource
    case instancesBySOP, insertInstance, updateInstance, deleteInstance, stemTaken, anyInstanceOfSeries
    case personKeys, insertPersonKey, deletePersonKeys, insertPatient, updatePatient, learnIssuer, deletePatient, patientNameTaken
    case studiesByIdentity, insertStudy, updateStudy, deleteStudy, studyNameTaken, anyStudyOfPatient
    case seriesByIdentity, insertSeries, updateSeries, describeSeries, deleteSeries, seriesNameTaken, anySeriesOfStudy
    case problemsOf, insertProblem, deleteProblems
    case insertConflict, deleteConflicts, deleteOtherConflicts
    case insertChange
    case setMeta, replaceTotals
    case patientViewTaken, studyViewTaken, accessionTaken, studyUIDTaken, seriesUIDTaken, modalityTaken
    case modalityByValue, insertModality, updateModality, deleteModality, anyStudyOfModality
    case insertStudyModality, updateStudyModality, deleteStudyModality, anySeriesOfStudyModality
    case replaceViewFolder, deleteViewFolder, anyStudyOfDay, anyStudyByAccessionState

    private static let bareSource = ReadSQL.bareSource

    /// One switch without a default: a case that is forgotten does not compile, rather than becoming another case's statement.
    var sql: String {
        switch self {
        case .begin: "BEGIN IMMEDIATE"
        case .commit: "COMMIT"
        case .rollback: "ROLLBACK"
        case .findText: "SELECT id FROM texts WHERE value = ?1"
        case .insertText: "INSERT INTO texts (value) VALUES (?1)"
        case .setMeta: "INSERT OR REPLACE INTO meta (key, value) VALUES (CAST(?1 AS TEXT), ?2)"
        case .replaceTotals:
            """
            INSERT OR REPLACE INTO totals (id, patients, studies, series, instances, instance_bytes, checksum) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)
            """
        // Folders and sources.
        case .findDirectory: "SELECT id, \(ReadSQL.directory) FROM directories WHERE root = ?1 AND path = ?2"
        case .insertDirectory: "INSERT INTO directories (id, \(ReadSQL.directory)) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        case .updateDirectory: "UPDATE directories SET root = ?2, path = ?3, device = ?4, checksum = ?5, filesystem = ?6 WHERE id = ?1"
        case .directoriesOfRoot: "SELECT id, \(ReadSQL.directory) FROM directories WHERE root = ?1"
        case .anyDirectoryBetween: "SELECT 1 FROM directories WHERE root = ?1 AND path >= ?2 AND path < ?3 LIMIT 1"
        case .countSourcesBetween:
            """
            SELECT count(*) FROM directories d JOIN sources s ON s.directory = d.id \
            WHERE d.root = ?1 AND (d.path = ?2 OR d.path >= ?3 AND d.path < ?4) AND s.instance IS NOT NULL
            """
        case .sourcesOfDirectory: "SELECT \(Self.bareSource) FROM sources WHERE directory = ?1 AND name > ?2 ORDER BY name LIMIT ?3"
        case .sourcesOfInstanceBare: "SELECT \(Self.bareSource) FROM sources WHERE instance = ?1 ORDER BY gone, kind, directory, name"
        case .findSource: "SELECT \(Self.bareSource) FROM sources WHERE directory = ?1 AND name = ?2"
        case .insertSource: "INSERT INTO sources (\(Self.bareSource)) VALUES (\(Self.parameters(12)))"
        case .replaceSource: "INSERT OR REPLACE INTO sources (\(Self.bareSource)) VALUES (\(Self.parameters(12)))"
        case .deleteSource: "DELETE FROM sources WHERE directory = ?1 AND name = ?2"
        // Instances.
        case .instancesBySOP: "SELECT \(ReadSQL.instance) FROM instances WHERE sop_key = ?1 ORDER BY id"
        case .insertInstance:
            "INSERT INTO instances (\(ReadSQL.instance)) VALUES (\(Self.parameters(27)))"
        case .updateInstance:
            """
            UPDATE instances SET series = ?2, stem = ?3, sop_key = ?4, sop_uid = ?5, sop_class = ?6, transfer_syntax = ?7, forgiven = ?8, size = ?9, \
            mtime_ns = ?10, content_changed_ns = ?11, text_length = ?12, text_version = ?13, picture_state = ?14, picture_problem = ?15, width = ?16, \
            height = ?17, channels = ?18, frames = ?19, frame = ?20, density_x = ?21, density_y = ?22, density_metric = ?23, icc_length = ?24, \
            checksum = ?25, uid_stem = ?26, frames_ino = ?27 WHERE id = ?1
            """
        case .deleteInstance: "DELETE FROM instances WHERE id = ?1"
        case .stemTaken: "SELECT 1 FROM instances WHERE series = ?1 AND stem = ?2"
        case .anyInstanceOfSeries: "SELECT 1 FROM instances WHERE series = ?1 LIMIT 1"
        // Patients, studies, series.
        case .personKeys: "SELECT birth_date, name_key, patient, checksum FROM person_keys WHERE id_key = ?1"
        case .insertPersonKey: "INSERT INTO person_keys (id_key, birth_date, name_key, patient, checksum) VALUES (?1, ?2, ?3, ?4, ?5)"
        case .deletePersonKeys: "DELETE FROM person_keys WHERE patient = ?1"
        case .insertPatient:
            "INSERT INTO patients (\(ReadSQL.patient)) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
        case .updatePatient: "UPDATE patients SET modified_ns = ?2, checksum = ?3 WHERE id = ?1"
        case .learnIssuer: "UPDATE patients SET issuer = ?2, checksum = ?3 WHERE id = ?1"
        case .deletePatient: "DELETE FROM patients WHERE id = ?1"
        case .patientNameTaken: "SELECT 1 FROM patients WHERE name_key = ?1"
        case .studiesByIdentity: "SELECT \(ReadSQL.study) FROM studies WHERE identity = ?1 ORDER BY id"
        case .insertStudy: "INSERT INTO studies (\(ReadSQL.study)) VALUES (\(Self.parameters(19)))"
        case .updateStudy: "UPDATE studies SET modified_ns = ?2, checksum = ?3 WHERE id = ?1"
        case .deleteStudy: "DELETE FROM studies WHERE id = ?1"
        case .studyNameTaken: "SELECT 1 FROM studies WHERE patient = ?2 AND name_key = ?1"
        case .anyStudyOfPatient: "SELECT 1 FROM studies WHERE patient = ?1 LIMIT 1"
        case .seriesByIdentity: "SELECT \(ReadSQL.series) FROM series WHERE identity = ?1 ORDER BY id"
        case .insertSeries: "INSERT INTO series (\(ReadSQL.series)) VALUES (\(Self.parameters(19)))"
        case .updateSeries: "UPDATE series SET modified_ns = ?2, checksum = ?3 WHERE id = ?1"
        case .describeSeries:
            """
            UPDATE series SET body_part = ?2, manufacturer = ?3, model = ?4, protocol = ?5, institution = ?6, sop_class = ?7, checksum = ?8 \
            WHERE id = ?1
            """
        case .deleteSeries: "DELETE FROM series WHERE id = ?1"
        case .seriesNameTaken: "SELECT 1 FROM series WHERE study = ?2 AND name_key = ?1"
        case .anySeriesOfStudy: "SELECT 1 FROM series WHERE study = ?1 LIMIT 1"
        // Views.
        case .patientViewTaken: "SELECT 1 FROM patients WHERE view_key = ?1"
        case .studyViewTaken: "SELECT 1 FROM studies WHERE view_key = ?1"
        case .accessionTaken: "SELECT 1 FROM studies WHERE accession_key = ?1"
        case .studyUIDTaken: "SELECT 1 FROM studies WHERE uid_key = ?1"
        case .seriesUIDTaken: "SELECT 1 FROM series WHERE study = ?2 AND uid_key = ?1"
        case .modalityTaken: "SELECT 1 FROM modalities WHERE name_key = ?1"
        case .modalityByValue: "SELECT \(ReadSQL.modality) FROM modalities WHERE value = ?1"
        case .insertModality: "INSERT INTO modalities (\(ReadSQL.modality)) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        case .updateModality: "UPDATE modalities SET modified_ns = ?2, checksum = ?3 WHERE id = ?1"
        case .deleteModality: "DELETE FROM modalities WHERE id = ?1"
        case .anyStudyOfModality: "SELECT 1 FROM study_modalities WHERE modality = ?1 LIMIT 1"
        case .insertStudyModality: "INSERT INTO study_modalities (\(ReadSQL.studyModality)) VALUES (?1, ?2, ?3, ?4, ?5)"
        case .updateStudyModality: "UPDATE study_modalities SET modified_ns = ?2, checksum = ?3 WHERE id = ?1"
        case .deleteStudyModality: "DELETE FROM study_modalities WHERE id = ?1"
        case .anySeriesOfStudyModality: "SELECT 1 FROM series WHERE modality_study = ?1 LIMIT 1"
        case .replaceViewFolder: "INSERT OR REPLACE INTO view_folders (id, modified_ns, checksum) VALUES (?1, ?2, ?3)"
        case .deleteViewFolder: "DELETE FROM view_folders WHERE id = ?1"
        case .anyStudyOfDay: "SELECT 1 FROM studies WHERE day = ?1 LIMIT 1"
        case .anyStudyByAccessionState: "SELECT 1 FROM studies WHERE (accession_key IS NULL) = ?1 LIMIT 1"
        // Problems and conflicts.
        case .problemsOf:
            """
            SELECT directory, name, ordinal, reason, at, message, changed_ns, checksum, (SELECT value FROM texts WHERE id = reason) \
            FROM problems WHERE directory = ?1 AND name = ?2 ORDER BY ordinal
            """
        case .insertProblem:
            """
            INSERT INTO problems (directory, name, ordinal, reason, at, message, changed_ns, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """
        case .insertChange: "INSERT OR REPLACE INTO changes (\(ChangeRecord.columns)) VALUES (\(Self.parameters(8)))"
        case .deleteProblems: "DELETE FROM problems WHERE directory = ?1 AND name = ?2"
        case .insertConflict: "INSERT OR IGNORE INTO conflicts (kind, entity, other, changed_ns, checksum) VALUES (?1, ?2, ?3, ?4, ?5)"
        case .deleteConflicts: "DELETE FROM conflicts WHERE kind = ?1 AND entity = ?2"
        case .deleteOtherConflicts: "DELETE FROM conflicts WHERE kind = ?1 AND other = ?2"
        }
    }

    private static func parameters(_ count: Int) -> String { (1...count).map { "?\($0)" }.joined(separator: ", ") }
}
