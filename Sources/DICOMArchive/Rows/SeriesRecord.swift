/// A row of `series` with every column.
struct SeriesRecord {
    var id: Int64 = 0
    var study: Int64 = 0
    /// Series Instance UID, or a 0 byte and the attributes that stand in for it.
    var identity: [UInt8] = []
    var name: [UInt8] = []
    var nameKey: [UInt8] = []
    var number: [UInt8] = []
    var modality: [UInt8] = []
    var description: [UInt8] = []
    var modifiedNs: Int64 = 0
    /// Row of `study_modalities`.
    var modalityStudy: Int64 = 0
    /// In `/uids`; nil where that is the identity itself.
    var uidName: [UInt8]?
    var uidKey: [UInt8]?
    // Of the first instance; empty in rows that a version without them made, until that is read again.
    var bodyPart: [UInt8] = []
    var manufacturer: [UInt8] = []
    var model: [UInt8] = []
    var protocolName: [UInt8] = []
    var institution: [UInt8] = []
    /// Row of `texts`, 0 where unknown.
    var sopClass: Int64 = 0

    var checksum: Int64 {
        var sum = version1Sum
        sum.add(modalityStudy)
        sum.add(uidName)
        sum.add(uidKey)
        for column in [bodyPart, manufacturer, model, protocolName, institution] { sum.add(column) }
        sum.add(sopClass)
        return sum.value
    }

    /// Of the columns of version 1.
    var version1Sum: RowChecksum {
        var sum = RowChecksum(3)
        sum.add(id)
        sum.add(study)
        for column in [identity, name, nameKey, number, modality, description] { sum.add(column) }
        sum.add(modifiedNs)
        return sum
    }

    var row: SeriesRow {
        SeriesRow(id: id, studyID: study, name: name, uidName: uidName ?? identity, modalityStudyID: modalityStudy, modifiedNs: modifiedNs)
    }

    init() {}

    /// Columns in the order of `ReadSQL.series`.
    init(_ s: SQLStatement, isVersion1: Bool = false, hasSum: Bool = true) throws(ArchiveError) {
        id = s.int(0)
        study = s.int(1)
        name = s.bytes(2)
        modifiedNs = s.int(3)
        nameKey = s.bytes(4)
        identity = s.bytes(5)
        number = s.bytes(6)
        modality = s.bytes(7)
        description = s.bytes(8)
        modalityStudy = s.int(10)
        uidName = s.optionalBytes(11)
        uidKey = s.optionalBytes(12)
        bodyPart = s.bytes(13)
        manufacturer = s.bytes(14)
        model = s.bytes(15)
        protocolName = s.bytes(16)
        institution = s.bytes(17)
        sopClass = s.int(18)
        try checkRow(isInRange(isVersion1) && (!hasSum || s.int(9) == (isVersion1 ? version1Sum.value : checksum)), "series", id)
    }
}

extension SeriesRecord {
    private func isInRange(_ isVersion1: Bool) -> Bool {
        guard RowRange.ids.contains(id), RowRange.ids.contains(study), RowRange.isName(name), RowRange.texts.contains(sopClass) else { return false }
        if isVersion1 { return true }
        return RowRange.ids.contains(modalityStudy) && (uidName.map { RowRange.isName($0) } ?? EntityNames.isPlainUID(identity))
    }
}

extension SeriesRecord: StoredRow {
    static var from: ReadSQL { .seriesFrom }
    static var table: String { "series" }
    static var sumColumn: Int32 { 9 }
    static var nameColumn: Int32 { 2 }
    static var modifiedColumn: Int32 { 3 }
    static var identityColumn: Int32 { 5 }
    static var sopClassColumn: Int32 { 18 }

    static func sum(of s: SQLStatement) -> Int64 {
        var sum = RowChecksum(3)
        sum.add(s, int: 0)
        sum.add(s, int: 1)
        sum.add(s, bytes: identityColumn)
        sum.add(s, bytes: nameColumn)
        sum.add(s, bytes: 4)
        sum.add(s, bytes: 6...8)
        sum.add(s, int: modifiedColumn)
        sum.add(s, int: 10)
        sum.add(s, optional: 11...12)
        sum.add(s, bytes: 13...17)
        sum.add(s, int: sopClassColumn)
        return sum.value
    }
}
