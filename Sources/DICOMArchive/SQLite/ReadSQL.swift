/// Every query of the mount, prepared once per connection. Each must be answered by an index (a test asks SQLite's planner).
enum ReadSQL: Int, CaseIterable {
    case patientsAfter, patientByName, patientByID
    case studiesAfter, studyByName, studyByID
    case seriesAfter, seriesByName, seriesByID
    case instancesAfter, instancesAfterStem, instanceByStem, instanceByID
    case sourcesOfInstance
    case patientByViewName, studyByViewName, studiesOfDayAfter, allStudiesAfter
    case studyByAccession, studiesByAccessionStateAfter
    case studyByUID, studyByUIDName, seriesByUID, seriesByUIDName, instancesBySOP, instanceByUIDStem
    case modalitiesAfter, modalityByName, modalityByID, studyModalitiesAfter, studyModalityOf, studyModalityByID, seriesOfModalityAfter
    case viewFolderByID, viewFolders
    case modalitiesOfStudy, textByID
    case patientsFrom, studiesFrom, seriesFrom
    case patientIDsByKeyRange, studyIDsByAccessionRange, studyIDsOfDays, studyIDsByUID, seriesIDsByUID
    case studyIDsOfPatient, seriesIDsOfStudy, instancesOfSeries, pairIDsOfModality, seriesIDsOfPair
    case newestPatientChange, newestConflict, newestContentChange, newestProblem, nextProblemReason, anyMissing, anyPictureless, goneChanged, totals
    case dataVersion

    static let patient = """
        id, name, modified_ns, name_key, id_key, issuer, patient_id, person_name, \
         birth_date, sex, checksum, view_name, view_key
        """
    static let study = """
        id, patient, name, modified_ns, name_key, identity, date, time, study_id, description, accession, checksum, \
        view_name, view_key, day, accession_name, accession_key, uid_name, uid_key
        """
    static let series = """
        id, study, name, modified_ns, name_key, identity, number, modality, description, checksum, modality_study, uid_name, uid_key, \
        body_part, manufacturer, model, protocol, institution, sop_class
        """
    static let instance = """
        id, series, stem, sop_key, sop_uid, sop_class, transfer_syntax, forgiven, size, mtime_ns, content_changed_ns, text_length, text_version, \
        picture_state, picture_problem, width, height, channels, frames, frame, density_x, density_y, density_metric, icc_length, checksum, uid_stem, \
        frames_ino
        """
    static let modality = "id, name, name_key, value, modified_ns, checksum"
    static let studyModality = "id, study, modality, modified_ns, checksum"
    static let bareSource = "directory, name, kind, gone, size, mtime_ns, ctime_ns, inode, instance, digest, checksum, young"
    /// Without the id, which stands before it or is known.
    static let directory = "root, path, device, checksum, filesystem"
    static let root = "is_relative, path, device, checksum, inode, filesystem"
    /// A source with its folder (from column 12) and its root (from column 17).
    static let sourceColumns: Int32 = 23
    static let source = "\(qualified(bareSource, "s")), \(qualified(directory, "d")), \(qualified(root, "r"))"

    /// One switch without a default: a case that is forgotten does not compile, rather than becoming another case's statement.
    var sql: String {
        switch self {
        case .patientsAfter: "SELECT \(Self.patient) FROM patients WHERE id > ?1 ORDER BY id LIMIT ?2"
        case .patientByName: "SELECT \(Self.patient) FROM patients WHERE name_key = ?1"
        case .patientByID: "SELECT \(Self.patient) FROM patients WHERE id = ?1"
        case .studiesAfter: "SELECT \(Self.study) FROM studies WHERE patient = ?3 AND id > ?1 ORDER BY id LIMIT ?2"
        case .studyByName: "SELECT \(Self.study) FROM studies WHERE patient = ?2 AND name_key = ?1"
        case .studyByID: "SELECT \(Self.study) FROM studies WHERE id = ?1"
        case .seriesAfter: "SELECT \(Self.series) FROM series WHERE study = ?3 AND id > ?1 ORDER BY id LIMIT ?2"
        case .seriesByName: "SELECT \(Self.series) FROM series WHERE study = ?2 AND name_key = ?1"
        case .seriesByID: "SELECT \(Self.series) FROM series WHERE id = ?1"
        case .instancesAfter: "SELECT \(Self.instance) FROM instances WHERE series = ?3 AND id > ?1 ORDER BY id LIMIT ?2"
        case .instancesAfterStem: "SELECT \(Self.instance) FROM instances WHERE series = ?3 AND stem > ?1 ORDER BY stem LIMIT ?2"
        case .instanceByStem: "SELECT \(Self.instance) FROM instances WHERE series = ?2 AND stem = ?1"
        case .instanceByID: "SELECT \(Self.instance) FROM instances WHERE id = ?1"
        case .sourcesOfInstance:
            """
            SELECT \(Self.source) FROM sources s JOIN directories d ON d.id = s.directory JOIN roots r ON r.id = d.root \
            WHERE s.instance = ?1 ORDER BY s.gone, s.kind = 1, s.kind = 0, s.directory, s.name
            """
        case .dataVersion: "PRAGMA data_version"
        // One value each for the whole archive: the ends of indexes, never a scan.
        case .newestPatientChange: "SELECT max(modified_ns) FROM patients"
        case .newestConflict: "SELECT max(changed_ns) FROM conflicts"
        case .newestContentChange: "SELECT max(changed_ns) FROM changes"
        case .newestProblem: "SELECT max(changed_ns) FROM problems WHERE reason = ?1"
        case .nextProblemReason: "SELECT min(reason) FROM problems WHERE reason > ?1"
        case .anyMissing: "SELECT 1 FROM sources WHERE gone = 1 AND instance IS NOT NULL LIMIT 1"
        case .anyPictureless: "SELECT 1 FROM instances WHERE picture_state > 1 LIMIT 1"
        case .goneChanged: "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'gone-changed-ns'"
        case .totals: "SELECT patients, studies, series, instances, instance_bytes, checksum FROM totals WHERE id = 1"
        // Studies and series under other names.
        case .patientByViewName: "SELECT \(Self.patient) FROM patients WHERE view_key = ?1"
        case .studyByViewName: "SELECT \(Self.study) FROM studies WHERE view_key = ?1"
        case .studiesOfDayAfter: "SELECT \(Self.study) FROM studies WHERE day = ?3 AND id > ?1 ORDER BY id LIMIT ?2"
        case .allStudiesAfter: "SELECT \(Self.study) FROM studies WHERE id > ?1 ORDER BY id LIMIT ?2"
        case .studyByAccession: "SELECT \(Self.study) FROM studies WHERE accession_key = ?1"
        case .studiesByAccessionStateAfter:
            "SELECT \(Self.study) FROM studies WHERE (accession_key IS NULL) = ?3 AND id > ?1 ORDER BY id LIMIT ?2"
        case .studyByUID: "SELECT \(Self.study) FROM studies WHERE identity = ?1 AND uid_key IS NULL"
        case .studyByUIDName: "SELECT \(Self.study) FROM studies WHERE uid_key = ?1"
        case .seriesByUID: "SELECT \(Self.series) FROM series WHERE identity = ?1 AND study = ?2 AND uid_key IS NULL"
        case .seriesByUIDName: "SELECT \(Self.series) FROM series WHERE study = ?2 AND uid_key = ?1"
        // For searches: rows one after the other, and ids out of indexes alone.
        case .patientsFrom: "SELECT \(Self.patient) FROM patients WHERE id >= ?1 ORDER BY id"
        case .studiesFrom: "SELECT \(Self.study) FROM studies WHERE id >= ?1 ORDER BY id"
        case .seriesFrom: "SELECT \(Self.series) FROM series WHERE id >= ?1 ORDER BY id"
        case .patientIDsByKeyRange: "SELECT id FROM patients WHERE name_key >= ?1 AND name_key < ?2"
        case .studyIDsByAccessionRange: "SELECT id FROM studies WHERE accession_key >= ?1 AND accession_key < ?2"
        case .studyIDsOfDays: "SELECT id FROM studies WHERE day >= ?1 AND day <= ?2"
        case .studyIDsByUID: "SELECT id FROM studies WHERE identity = ?1"
        case .seriesIDsByUID: "SELECT id FROM series WHERE identity = ?1"
        case .studyIDsOfPatient: "SELECT id FROM studies WHERE patient = ?1"
        case .seriesIDsOfStudy: "SELECT id FROM series WHERE study = ?1"
        case .instancesOfSeries: "SELECT count(*) FROM instances WHERE series = ?1"
        case .pairIDsOfModality: "SELECT id FROM study_modalities WHERE modality = ?1"
        case .seriesIDsOfPair: "SELECT id FROM series WHERE modality_study = ?1"
        // Views.
        case .instancesBySOP: "SELECT \(Self.instance) FROM instances WHERE sop_key = ?1 ORDER BY id"
        case .instanceByUIDStem: "SELECT \(Self.instance) FROM instances WHERE series = ?2 AND uid_stem = ?1"
        case .modalitiesAfter: "SELECT \(Self.modality) FROM modalities WHERE id > ?1 ORDER BY id LIMIT ?2"
        case .modalityByName: "SELECT \(Self.modality) FROM modalities WHERE name_key = ?1"
        case .modalityByID: "SELECT \(Self.modality) FROM modalities WHERE id = ?1"
        case .studyModalitiesAfter:
            """
            SELECT \(Self.qualified(Self.study, "s")), \(Self.qualified(Self.studyModality, "p")) \
            FROM study_modalities p JOIN studies s ON s.id = p.study WHERE p.modality = ?3 AND p.id > ?1 ORDER BY p.id LIMIT ?2
            """
        case .studyModalityOf: "SELECT \(Self.studyModality) FROM study_modalities WHERE study = ?1 AND modality = ?2"
        case .studyModalityByID: "SELECT \(Self.studyModality) FROM study_modalities WHERE id = ?1"
        case .seriesOfModalityAfter: "SELECT \(Self.series) FROM series WHERE modality_study = ?3 AND id > ?1 ORDER BY id LIMIT ?2"
        case .viewFolderByID: "SELECT id, modified_ns, checksum FROM view_folders WHERE id = ?1"
        case .modalitiesOfStudy: "SELECT \(Self.studyModality) FROM study_modalities WHERE study = ?3 AND id > ?1 LIMIT ?2"
        case .textByID: "SELECT value FROM texts WHERE id = ?1"
        case .viewFolders: "SELECT id, modified_ns, checksum FROM view_folders WHERE id > ?1 AND id < ?3 ORDER BY id LIMIT ?2"
        }
    }

    /// Columns of a table under its short name.
    static func qualified(_ columns: String, _ table: String) -> String {
        columns.split(separator: ", ").map { "\(table).\($0)" }.joined(separator: ", ")
    }
}
