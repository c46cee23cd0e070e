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

    var checksum: Int64 {
        var sum = RowChecksum(3)
        sum.add(id)
        sum.add(study)
        for column in [identity, name, nameKey, number, modality, description] { sum.add(column) }
        sum.add(modifiedNs)
        return sum.value
    }

    var row: SeriesRow { SeriesRow(id: id, studyID: study, name: name, modifiedNs: modifiedNs) }

    init() {}

    /// Columns in the order of `ReadSQL.series`.
    init(_ s: SQLStatement) throws(ArchiveError) {
        id = s.int(0)
        study = s.int(1)
        name = s.bytes(2)
        modifiedNs = s.int(3)
        nameKey = s.bytes(4)
        identity = s.bytes(5)
        number = s.bytes(6)
        modality = s.bytes(7)
        description = s.bytes(8)
        try checkRow(s.int(9) == checksum, "series", id)
    }
}
