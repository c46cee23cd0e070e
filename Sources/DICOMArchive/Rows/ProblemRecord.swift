/// A row of `problems` with every column.
struct ProblemRecord {
    var directory: Int64 = 0
    var name: [UInt8] = []
    var ordinal: Int64 = 0
    /// Row of `texts`.
    var reason: Int64 = 0
    /// Byte offset, -1 where there is none.
    var at: Int64 = -1
    var message: [UInt8] = []
    var changedNs: Int64 = 0

    var checksum: Int64 {
        var sum = RowChecksum(8)
        sum.add(directory)
        sum.add(name)
        sum.add(ordinal)
        sum.add(reason)
        sum.add(at)
        sum.add(message)
        sum.add(changedNs)
        return sum.value
    }

    init() {}

    /// Columns `directory, name, ordinal, reason, at, message, changed_ns, checksum` from `first` on.
    init(_ s: SQLStatement, from first: Int32) throws(ArchiveError) {
        directory = s.int(first)
        name = s.bytes(first + 1)
        ordinal = s.int(first + 2)
        reason = s.int(first + 3)
        at = s.int(first + 4)
        message = s.bytes(first + 5)
        changedNs = s.int(first + 6)
        let isInRange =
            RowRange.places.contains(directory) && RowRange.isName(name) && ordinal >= 0 && RowRange.texts.contains(reason) && at >= -1
        try checkRow(isInRange && s.int(first + 7) == checksum, "problems", directory)
    }
}

/// A row of `conflicts` with every column.
struct ConflictRecord {
    var kind: ConflictKind
    var entity: Int64
    var other: Int64
    var changedNs: Int64

    var checksum: Int64 {
        var sum = RowChecksum(9)
        for column in [Int64(kind.rawValue), entity, other, changedNs] { sum.add(column) }
        return sum.value
    }

    static let columns = "kind, entity, other, changed_ns, checksum"

    init(kind: ConflictKind, entity: Int64, other: Int64, changedNs: Int64) {
        (self.kind, self.entity, self.other, self.changedNs) = (kind, entity, other, changedNs)
    }

    /// Columns in the order of `columns`.
    init(_ s: SQLStatement) throws(ArchiveError) {
        let kind = UInt8(exactly: s.int(0)).flatMap(ConflictKind.init(rawValue:))
        self.init(kind: kind ?? .instance, entity: s.int(1), other: s.int(2), changedNs: s.int(3))
        let isInRange = kind != nil && RowRange.ids.contains(entity) && RowRange.ids.contains(other)
        try checkRow(isInRange && s.int(4) == checksum, "conflicts", entity)
    }
}

/// Why two rows that share an identifier are kept apart, or why one may stand for two. Raw values are stored.
enum ConflictKind: UInt8 {
    /// One SOP Instance UID, different bytes: `entity` and `other` are instances.
    case instance = 0
    /// One Patient ID, birth date or name that contradict: patients.
    case patient = 1
    /// One Study Instance UID under two patients: studies.
    case study = 2
    /// One Series Instance UID under two studies: series.
    case series = 3
    /// One Patient ID under several names or birth dates that do not suffice to tell people apart: a patient, as both.
    case variants = 4
    /// One Patient ID, name and birth date with an Issuer of Patient ID and without, taken for one person: a patient, as both.
    case issuer = 5
}
