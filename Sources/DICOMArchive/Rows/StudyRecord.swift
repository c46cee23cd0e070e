/// A row of `studies` with every column.
struct StudyRecord {
    var id: Int64 = 0
    var patient: Int64 = 0
    /// Study Instance UID, or a 0 byte and the attributes that stand in for it.
    var identity: [UInt8] = []
    var name: [UInt8] = []
    var nameKey: [UInt8] = []
    var date: [UInt8] = []
    var time: [UInt8] = []
    var studyID: [UInt8] = []
    var description: [UInt8] = []
    var accession: [UInt8] = []
    var modifiedNs: Int64 = 0

    var checksum: Int64 {
        var sum = RowChecksum(2)
        sum.add(id)
        sum.add(patient)
        for column in [identity, name, nameKey, date, time, studyID, description, accession] { sum.add(column) }
        sum.add(modifiedNs)
        return sum.value
    }

    var row: StudyRow { StudyRow(id: id, patientID: patient, name: name, modifiedNs: modifiedNs) }

    init() {}

    /// Columns in the order of `ReadSQL.study`.
    init(_ s: SQLStatement) throws(ArchiveError) {
        id = s.int(0)
        patient = s.int(1)
        name = s.bytes(2)
        modifiedNs = s.int(3)
        nameKey = s.bytes(4)
        identity = s.bytes(5)
        date = s.bytes(6)
        time = s.bytes(7)
        studyID = s.bytes(8)
        description = s.bytes(9)
        accession = s.bytes(10)
        try checkRow(s.int(11) == checksum, "studies", id)
    }
}
