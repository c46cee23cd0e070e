/// Every query of the mount, prepared once per connection. Each must be answered by an index (a test asks SQLite's planner).
enum ReadSQL: Int, CaseIterable {
    case patientsAfter, patientByName, patientByID
    case studiesAfter, studyByName, studyByID
    case seriesAfter, seriesByName, seriesByID
    case instancesAfter, instancesAfterStem, instanceByStem, instanceByID
    case sourcesOfInstance
    case dataVersion

    private static let patient = "id, name, modified_ns, name_key, id_key, issuer, patient_id, person_name, birth_date, sex, checksum"
    private static let study = "id, patient, name, modified_ns, name_key, identity, date, time, study_id, description, accession, checksum"
    private static let series = "id, study, name, modified_ns, name_key, identity, number, modality, description, checksum"
    static let instance = """
        id, series, stem, sop_key, sop_uid, sop_class, transfer_syntax, forgiven, size, mtime_ns, content_changed_ns, text_length, text_version, \
        picture_state, picture_problem, width, height, channels, frames, frame, density_x, density_y, density_metric, icc_length, checksum
        """
    static let source = """
        s.directory, s.name, s.kind, s.gone, s.size, s.mtime_ns, s.ctime_ns, s.inode, s.instance, s.digest, s.checksum, \
        d.root, d.path, d.device, d.checksum, r.is_relative, r.path, r.device, r.checksum
        """

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
        }
    }
}
