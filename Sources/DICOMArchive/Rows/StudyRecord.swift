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
    /// Unique in the archive: where studies of several patients stand in one folder.
    var viewName: [UInt8] = []
    var viewKey: [UInt8] = []
    /// YYYYMMDD; 0 without a (valid) date.
    var day: Int64 = 0
    /// In `/accessions`; nil without an accession number.
    var accessionName: [UInt8]?
    var accessionKey: [UInt8]?
    /// In `/uids`; nil where that is the identity itself.
    var uidName: [UInt8]?
    var uidKey: [UInt8]?

    var checksum: Int64 {
        var sum = version1Sum
        for column in [viewName, viewKey] { sum.add(column) }
        sum.add(day)
        for column in [accessionName, accessionKey, uidName, uidKey] { sum.add(column) }
        return sum.value
    }

    /// Of the columns of version 1.
    var version1Sum: RowChecksum {
        var sum = RowChecksum(2)
        sum.add(id)
        sum.add(patient)
        for column in [identity, name, nameKey, date, time, studyID, description, accession] { sum.add(column) }
        sum.add(modifiedNs)
        return sum
    }

    var row: StudyRow {
        StudyRow(
            id: id, patientID: patient, name: name, viewName: viewName, day: day, accessionName: accessionName, uidName: uidName ?? identity,
            modifiedNs: modifiedNs, time: time)
    }

    init() {}

    /// Columns in the order of `ReadSQL.study`.
    init(_ s: SQLStatement, isVersion1: Bool = false, hasSum: Bool = true) throws(ArchiveError) {
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
        viewName = s.bytes(12)
        viewKey = s.bytes(13)
        day = s.int(14)
        accessionName = s.optionalBytes(15)
        accessionKey = s.optionalBytes(16)
        uidName = s.optionalBytes(17)
        uidKey = s.optionalBytes(18)
        try checkRow(isInRange(isVersion1) && (!hasSum || s.int(11) == (isVersion1 ? version1Sum.value : checksum)), "studies", id)
    }
}

extension StudyRecord {
    private func isInRange(_ isVersion1: Bool) -> Bool {
        guard RowRange.ids.contains(id), RowRange.ids.contains(patient), RowRange.isName(name), RowRange.days.contains(day) else { return false }
        if isVersion1 { return true }
        return RowRange.isName(viewName) && RowRange.isName(orNone: accessionName)
            && (uidName.map { RowRange.isName($0) } ?? EntityNames.isPlainUID(identity))
    }
}

extension StudyRecord: StoredRow {
    static var from: ReadSQL { .studiesFrom }
    static var table: String { "studies" }
    static var sumColumn: Int32 { 11 }
    static var nameColumn: Int32 { 2 }
    static var identityColumn: Int32 { 5 }

    static func sum(of s: SQLStatement) -> Int64 {
        var sum = RowChecksum(2)
        sum.add(s, int: 0)
        sum.add(s, int: 1)
        sum.add(s, bytes: identityColumn)
        sum.add(s, bytes: nameColumn)
        sum.add(s, bytes: 4)
        sum.add(s, bytes: 6...10)
        sum.add(s, int: 3)
        sum.add(s, bytes: 12...13)
        sum.add(s, int: 14)
        sum.add(s, optional: 15...18)
        return sum.value
    }
}
