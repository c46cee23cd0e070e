/// How much an archive shows, kept up to date with the rows: what the mount tells without counting.
package struct ArchiveTotals: Hashable, Sendable {
    package var patients = 0
    package var studies = 0
    package var series = 0
    package var instances = 0
    /// Bytes of the instances' source files.
    package var instanceBytes: Int64 = 0

    package init() {}

    /// Wraps rather than traps: sizes in a forged database may be anything.
    mutating func add(_ change: ArchiveTotals) {
        patients &+= change.patients
        studies &+= change.studies
        series &+= change.series
        instances &+= change.instances
        instanceBytes &+= change.instanceBytes
    }

    mutating func add(_ record: InstanceRecord) {
        instances &+= 1
        instanceBytes &+= record.size
    }

    mutating func remove(_ record: InstanceRecord) {
        instances &-= 1
        instanceBytes &-= record.size
    }
}

/// The row of `totals`; an archive in which nothing was ever shown has none.
extension ArchiveTotals {
    private var columns: [Int64] { [Int64(patients), Int64(studies), Int64(series), Int64(instances), instanceBytes] }

    private var checksum: Int64 {
        var sum = RowChecksum(14)
        for column in columns { sum.add(column) }
        return sum.value
    }

    /// Columns in the order of `ReadSQL.totals`.
    init(_ s: SQLStatement) throws(ArchiveError) {
        let counts = (Int32(0)...3).map { s.int($0) }
        instanceBytes = s.int(4)
        let isInRange = counts.allSatisfy { (0..<RowRange.ids.upperBound).contains($0) }
        if isInRange { (patients, studies, series, instances) = (Int(counts[0]), Int(counts[1]), Int(counts[2]), Int(counts[3])) }
        try checkRow(isInRange && s.int(5) == checksum, "totals", 1)
    }

    func write(_ connection: Connection) throws(ArchiveError) {
        let replace = try connection.statement(WriteSQL.replaceTotals)
        for (index, column) in columns.enumerated() { replace.bind(Int32(index + 1), column) }
        replace.bind(6, checksum)
        try replace.run()
    }
}

extension Connection {
    func totals() throws(ArchiveError) -> ArchiveTotals {
        let query = try statement(ReadSQL.totals)
        defer { query.reset() }
        return try query.step() ? try ArchiveTotals(query) : ArchiveTotals()
    }

    /// For what is right whatever they are: none where their row is damaged.
    func roughTotals() throws(ArchiveError) -> ArchiveTotals {
        do throws(ArchiveError) {
            return try totals()
        } catch {
            guard error.code == .damagedRow else { throw error }
            return ArchiveTotals()
        }
    }

    /// The same by counting every row.
    func countedTotals() throws(ArchiveError) -> ArchiveTotals {
        var totals = ArchiveTotals()
        totals.patients = Int(try scalar("SELECT count(*) FROM patients") ?? 0)
        totals.studies = Int(try scalar("SELECT count(*) FROM studies") ?? 0)
        totals.series = Int(try scalar("SELECT count(*) FROM series") ?? 0)
        totals.instances = Int(try scalar("SELECT count(*) FROM instances") ?? 0)
        // Not total(), which is a floating-point number; and sum() fails where it overflows, which `add` does not.
        let low = try scalar("SELECT sum(size & 0x7FFFFFFF) FROM instances") ?? 0
        let high = try scalar("SELECT sum(size >> 31) FROM instances") ?? 0
        totals.instanceBytes = high &* (1 << 31) &+ low
        return totals
    }
}

extension Archive {
    /// From one row, however large the archive.
    package func totals() throws(ArchiveError) -> ArchiveTotals {
        try pool.read { connection throws(ArchiveError) in try connection.totals() }
    }
}
