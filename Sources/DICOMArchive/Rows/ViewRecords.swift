/// A row of `modalities` with every column.
struct ModalityRecord {
    var id: Int64 = 0
    var name: [UInt8] = []
    var nameKey: [UInt8] = []
    /// Modality (0008,0060) as in the file; empty for series without one.
    var value: [UInt8] = []
    var modifiedNs: Int64 = 0

    var checksum: Int64 {
        var sum = RowChecksum(11)
        sum.add(id)
        for column in [name, nameKey, value] { sum.add(column) }
        sum.add(modifiedNs)
        return sum.value
    }

    var row: ModalityRow { ModalityRow(id: id, name: name, modifiedNs: modifiedNs) }

    init() {}

    /// Columns in the order of `ReadSQL.modality`.
    init(_ s: SQLStatement, hasSum: Bool = true) throws(ArchiveError) {
        id = s.int(0)
        name = s.bytes(1)
        nameKey = s.bytes(2)
        value = s.bytes(3)
        modifiedNs = s.int(4)
        try checkRow(RowRange.ids.contains(id) && RowRange.isName(name) && (!hasSum || s.int(5) == checksum), "modalities", id)
    }
}

/// A row of `study_modalities` with every column.
struct StudyModalityRecord {
    var id: Int64 = 0
    var study: Int64 = 0
    var modality: Int64 = 0
    var modifiedNs: Int64 = 0

    var checksum: Int64 {
        var sum = RowChecksum(12)
        for column in [id, study, modality, modifiedNs] { sum.add(column) }
        return sum.value
    }

    var row: StudyModalityRow { StudyModalityRow(id: id, studyID: study, modalityID: modality, modifiedNs: modifiedNs) }

    init() {}

    /// Columns in the order of `ReadSQL.studyModality`, from `first` on.
    init(_ s: SQLStatement, from first: Int32 = 0) throws(ArchiveError) {
        id = s.int(first)
        study = s.int(first + 1)
        modality = s.int(first + 2)
        modifiedNs = s.int(first + 3)
        let isInRange = RowRange.ids.contains(id) && RowRange.ids.contains(study) && RowRange.ids.contains(modality)
        try checkRow(isInRange && s.int(first + 4) == checksum, "study_modalities", id)
    }
}

/// A row of `view_folders` with every column.
struct ViewFolderRecord {
    var id: Int64
    var modifiedNs: Int64

    var checksum: Int64 {
        var sum = RowChecksum(13)
        sum.add(id)
        sum.add(modifiedNs)
        return sum.value
    }

    var row: ViewFolderRow { ViewFolderRow(id: id, modifiedNs: modifiedNs) }

    init(id: Int64, modifiedNs: Int64) {
        self.id = id
        self.modifiedNs = modifiedNs
    }

    /// Columns `id, modified_ns, checksum`.
    init(_ s: SQLStatement) throws(ArchiveError) {
        id = s.int(0)
        modifiedNs = s.int(1)
        let isInRange = RowRange.days.contains(id) || id == ViewFolderRow.noAccession
        try checkRow(isInRange && s.int(2) == checksum, "view_folders", id)
    }
}
