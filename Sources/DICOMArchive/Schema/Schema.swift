/// The tables. `archive.db` holds exactly these statements; anything else in its schema makes dcmfs refuse it (P17).
///
/// - Ids that become inode numbers are never used again, even after `forget`: AUTOINCREMENT, or for `instances`, where that
///   costs a write to sqlite_sequence for every file, the same table written once per transaction (RowIDs).
/// - `name_key` is the case-folded name: it makes names unique on every kind of disk and finds them with one index.
/// - `checksum` sums the other columns of a row (RowChecksum); integrity of indexes is `verify`'s business.
/// - Sources hang on directories, directories on roots: `relocate` changes a few rows, never a million.
enum Schema {
    /// "dcmf"
    static let applicationID: Int64 = 0x6463_6D66
    static let version: Int64 = 3

    static let statements: [String] = tables + indexes

    /// Columns behind `checksum` came with versions 2 and 3: what `ALTER TABLE` leaves of the statement must be the same text.
    private static let tables: [String] =
        [
            "CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
            "CREATE TABLE texts (id INTEGER PRIMARY KEY, value BLOB NOT NULL)",
            """
            CREATE TABLE roots (id INTEGER PRIMARY KEY AUTOINCREMENT, is_relative INTEGER NOT NULL, path BLOB NOT NULL, device INTEGER NOT NULL, \
            checksum INTEGER NOT NULL, inode INTEGER, filesystem BLOB)
            """,
            """
            CREATE TABLE directories (id INTEGER PRIMARY KEY AUTOINCREMENT, root INTEGER NOT NULL, path BLOB NOT NULL, device INTEGER NOT NULL, \
            checksum INTEGER NOT NULL, filesystem BLOB)
            """,
            """
            CREATE TABLE sources (directory INTEGER NOT NULL, name BLOB NOT NULL, kind INTEGER NOT NULL, gone INTEGER NOT NULL, size INTEGER NOT NULL, \
            mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL, inode INTEGER NOT NULL, instance INTEGER, digest BLOB, checksum INTEGER NOT NULL, young INTEGER, \
            PRIMARY KEY (directory, name)) WITHOUT ROWID
            """,
            """
            CREATE TABLE patients (id INTEGER PRIMARY KEY AUTOINCREMENT, name BLOB NOT NULL, name_key BLOB NOT NULL, id_key BLOB NOT NULL, \
            issuer BLOB NOT NULL, patient_id BLOB NOT NULL, person_name BLOB NOT NULL, birth_date BLOB NOT NULL, sex BLOB NOT NULL, \
            modified_ns INTEGER NOT NULL, checksum INTEGER NOT NULL, view_name BLOB, view_key BLOB)
            """,
            // Every (birth date, name) under which a person was seen: what the matching rules look at.
            """
            CREATE TABLE person_keys (id_key BLOB NOT NULL, birth_date BLOB NOT NULL, name_key BLOB NOT NULL, patient INTEGER NOT NULL, \
            checksum INTEGER NOT NULL, PRIMARY KEY (id_key, birth_date, name_key)) WITHOUT ROWID
            """,
            """
            CREATE TABLE studies (id INTEGER PRIMARY KEY AUTOINCREMENT, patient INTEGER NOT NULL, identity BLOB NOT NULL, name BLOB NOT NULL, \
            name_key BLOB NOT NULL, date BLOB NOT NULL, time BLOB NOT NULL, study_id BLOB NOT NULL, description BLOB NOT NULL, accession BLOB NOT NULL, \
            modified_ns INTEGER NOT NULL, checksum INTEGER NOT NULL, view_name BLOB, view_key BLOB, day INTEGER, accession_name BLOB, \
            accession_key BLOB, uid_name BLOB, uid_key BLOB)
            """,
            """
            CREATE TABLE series (id INTEGER PRIMARY KEY AUTOINCREMENT, study INTEGER NOT NULL, identity BLOB NOT NULL, name BLOB NOT NULL, \
            name_key BLOB NOT NULL, number BLOB NOT NULL, modality BLOB NOT NULL, description BLOB NOT NULL, \
            modified_ns INTEGER NOT NULL, checksum INTEGER NOT NULL, modality_study INTEGER, uid_name BLOB, uid_key BLOB, body_part BLOB, \
            manufacturer BLOB, model BLOB, protocol BLOB, institution BLOB, sop_class INTEGER)
            """,
            """
            CREATE TABLE instances (id INTEGER PRIMARY KEY, series INTEGER NOT NULL, stem BLOB NOT NULL, sop_key INTEGER NOT NULL, \
            sop_uid BLOB NOT NULL, sop_class INTEGER NOT NULL, transfer_syntax INTEGER NOT NULL, forgiven INTEGER NOT NULL, \
            size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, content_changed_ns INTEGER NOT NULL, \
            text_length INTEGER NOT NULL, text_version INTEGER NOT NULL, picture_state INTEGER NOT NULL, picture_problem INTEGER NOT NULL, \
            width INTEGER, height INTEGER, channels INTEGER, frames INTEGER, frame INTEGER, density_x INTEGER, density_y INTEGER, \
            density_metric INTEGER, icc_length INTEGER, checksum INTEGER NOT NULL, uid_stem BLOB, frames_ino INTEGER)
            """,
            // Why an input is set aside (ordinal 0), or what is wrong with the references of a media directory (any number).
            """
            CREATE TABLE problems (directory INTEGER NOT NULL, name BLOB NOT NULL, ordinal INTEGER NOT NULL, reason INTEGER NOT NULL, \
            at INTEGER NOT NULL, message BLOB NOT NULL, changed_ns INTEGER NOT NULL, checksum INTEGER NOT NULL, \
            PRIMARY KEY (directory, name, ordinal)) WITHOUT ROWID
            """,
            // ConflictKind: two rows that share an identifier and are kept apart, or one that may stand for two.
            """
            CREATE TABLE conflicts (kind INTEGER NOT NULL, entity INTEGER NOT NULL, other INTEGER NOT NULL, changed_ns INTEGER NOT NULL, \
            checksum INTEGER NOT NULL, PRIMARY KEY (kind, entity, other)) WITHOUT ROWID
            """,
        ] + viewTables + eventTables

    /// What came with version 2: folders of the views that no patient, study or series stands for, and the totals.
    static let viewTables: [String] = [
        """
        CREATE TABLE modalities (id INTEGER PRIMARY KEY AUTOINCREMENT, name BLOB NOT NULL, name_key BLOB NOT NULL, value BLOB NOT NULL, \
        modified_ns INTEGER NOT NULL, checksum INTEGER NOT NULL)
        """,
        // A study stands once under each modality that a series of it has.
        """
        CREATE TABLE study_modalities (id INTEGER PRIMARY KEY AUTOINCREMENT, study INTEGER NOT NULL, modality INTEGER NOT NULL, \
        modified_ns INTEGER NOT NULL, checksum INTEGER NOT NULL)
        """,
        // Times of folders: days of studies as YYYYMMDD (0 for none), and ViewFolderRow.noAccession.
        "CREATE TABLE view_folders (id INTEGER PRIMARY KEY, modified_ns INTEGER NOT NULL, checksum INTEGER NOT NULL)",
        // One row, written with the rows it counts.
        """
        CREATE TABLE totals (id INTEGER PRIMARY KEY, patients INTEGER NOT NULL, studies INTEGER NOT NULL, series INTEGER NOT NULL, \
        instances INTEGER NOT NULL, instance_bytes INTEGER NOT NULL, checksum INTEGER NOT NULL)
        """,
    ]

    /// What came with version 3: sources whose content changed although its digest was known, until somebody acknowledges it.
    static let eventTables: [String] = [
        """
        CREATE TABLE changes (directory INTEGER NOT NULL, name BLOB NOT NULL, changed_ns INTEGER NOT NULL, old_digest BLOB NOT NULL, \
        new_digest BLOB NOT NULL, old_size INTEGER NOT NULL, new_size INTEGER NOT NULL, checksum INTEGER NOT NULL, \
        PRIMARY KEY (directory, name, changed_ns)) WITHOUT ROWID
        """,
        "CREATE INDEX changes_changed ON changes (changed_ns)",
    ]

    private static let indexes: [String] =
        [
            "CREATE UNIQUE INDEX texts_value ON texts (value)",
            "CREATE UNIQUE INDEX roots_path ON roots (is_relative, path)",
            "CREATE UNIQUE INDEX directories_path ON directories (root, path)",
            "CREATE INDEX sources_instance ON sources (instance) WHERE instance IS NOT NULL",
            "CREATE INDEX sources_gone ON sources (gone) WHERE gone = 1",
            "CREATE UNIQUE INDEX patients_name ON patients (name_key)",
            "CREATE INDEX patients_identity ON patients (id_key)",
            "CREATE INDEX person_keys_patient ON person_keys (patient)",
            "CREATE UNIQUE INDEX studies_identity ON studies (identity, patient)",
            "CREATE UNIQUE INDEX studies_name ON studies (patient, name_key)",
            "CREATE INDEX studies_patient ON studies (patient)",
            "CREATE UNIQUE INDEX series_identity ON series (identity, study)",
            "CREATE UNIQUE INDEX series_name ON series (study, name_key)",
            "CREATE INDEX series_study ON series (study)",
            "CREATE UNIQUE INDEX instances_stem ON instances (series, stem)",
            "CREATE INDEX instances_series ON instances (series)",
            "CREATE INDEX instances_sop ON instances (sop_key)",
            "CREATE INDEX problems_reason ON problems (reason)",
        ] + viewIndexes

    static let viewIndexes: [String] = [
        "CREATE UNIQUE INDEX patients_view ON patients (view_key)",
        "CREATE UNIQUE INDEX studies_view ON studies (view_key)",
        "CREATE INDEX studies_day ON studies (day)",
        "CREATE UNIQUE INDEX studies_accession ON studies (accession_key) WHERE accession_key IS NOT NULL",
        // For listing those that have one, and those that have none.
        "CREATE INDEX studies_has_accession ON studies (accession_key IS NULL)",
        "CREATE UNIQUE INDEX studies_uid ON studies (uid_key) WHERE uid_key IS NOT NULL",
        "CREATE INDEX series_modality ON series (modality_study)",
        "CREATE UNIQUE INDEX series_uid ON series (study, uid_key) WHERE uid_key IS NOT NULL",
        "CREATE UNIQUE INDEX instances_uid ON instances (series, uid_stem) WHERE uid_stem IS NOT NULL",
        "CREATE UNIQUE INDEX modalities_name ON modalities (name_key)",
        "CREATE UNIQUE INDEX modalities_value ON modalities (value)",
        "CREATE UNIQUE INDEX study_modalities_pair ON study_modalities (study, modality)",
        "CREATE INDEX study_modalities_modality ON study_modalities (modality)",
        // PictureState unsupported or inconsistent: what `/problems/no-preview.txt` lists.
        "CREATE INDEX instances_pictureless ON instances (picture_state) WHERE picture_state > 1",
        // Newest changes, for times of the root and of the files of `/problems`.
        "CREATE INDEX patients_modified ON patients (modified_ns)",
        "CREATE INDEX problems_changed ON problems (reason, changed_ns)",
        "CREATE INDEX conflicts_changed ON conflicts (changed_ns)",
    ]
}
