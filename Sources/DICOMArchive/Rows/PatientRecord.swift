/// A row of `patients` with every column.
struct PatientRecord {
    var id: Int64 = 0
    var name: [UInt8] = []
    var nameKey: [UInt8] = []
    /// First 16 bytes of SHA-256 over issuer and ID: who may be the same person.
    var idKey: [UInt8] = []
    var issuer: [UInt8] = []
    var patientID: [UInt8] = []
    var personName: [UInt8] = []
    var birthDate: [UInt8] = []
    var sex: [UInt8] = []
    var modifiedNs: Int64 = 0
    /// In `/names`.
    var viewName: [UInt8] = []
    var viewKey: [UInt8] = []

    var checksum: Int64 {
        var sum = version1Sum
        sum.add(viewName)
        sum.add(viewKey)
        return sum.value
    }

    /// Of the columns of version 1.
    var version1Sum: RowChecksum {
        var sum = RowChecksum(1)
        sum.add(id)
        for column in [name, nameKey, idKey, issuer, patientID, personName, birthDate, sex] { sum.add(column) }
        sum.add(modifiedNs)
        return sum
    }

    var row: PatientRow { PatientRow(id: id, name: name, viewName: viewName, modifiedNs: modifiedNs) }

    init() {}

    /// Columns in the order of `ReadSQL.patient`.
    ///
    /// - Parameter hasSum: false where the row was checked before, and its keys have been changed since (`dcmfs rename`).
    init(_ s: SQLStatement, isVersion1: Bool = false, hasSum: Bool = true) throws(ArchiveError) {
        id = s.int(0)
        name = s.bytes(1)
        modifiedNs = s.int(2)
        nameKey = s.bytes(3)
        idKey = s.bytes(4)
        issuer = s.bytes(5)
        patientID = s.bytes(6)
        personName = s.bytes(7)
        birthDate = s.bytes(8)
        sex = s.bytes(9)
        viewName = s.bytes(11)
        viewKey = s.bytes(12)
        let isInRange = RowRange.ids.contains(id) && RowRange.isName(name) && (isVersion1 || RowRange.isName(viewName))
        try checkRow(isInRange && (!hasSum || s.int(10) == (isVersion1 ? version1Sum.value : checksum)), "patients", id)
    }
}

extension PatientRecord: StoredRow {
    static var from: ReadSQL { .patientsFrom }
    static var table: String { "patients" }
    static var sumColumn: Int32 { 10 }
    static var nameColumn: Int32 { 1 }

    static func sum(of s: SQLStatement) -> Int64 {
        var sum = RowChecksum(1)
        sum.add(s, int: 0)
        sum.add(s, bytes: nameColumn)
        sum.add(s, bytes: 3...9)
        sum.add(s, int: 2)
        sum.add(s, bytes: 11...12)
        return sum.value
    }
}

/// Nothing of a row whose checksum is wrong may be served.
func checkRow(_ isIntact: Bool, _ table: String, _ id: Int64) throws(ArchiveError) {
    guard isIntact else {
        throw ArchiveError(.damagedRow, "row \(id) of table \(table) is damaged: restore the archive's database or make it anew")
    }
}
