extension Archive {
    /// Counts every row: for `dcmfs status`. The mount asks for `totals`.
    package func counts() throws(ArchiveError) -> ArchiveCounts {
        var counts = ArchiveCounts()
        try pool.read { connection throws(ArchiveError) in
            // As of one moment: rows may come and go meanwhile.
            try connection.transaction { () throws(ArchiveError) in try count(into: &counts, connection) }
        }
        return counts
    }

    private func count(into counts: inout ArchiveCounts, _ connection: Connection) throws(ArchiveError) {
        let totals = try connection.countedTotals()
        (counts.patients, counts.studies, counts.series) = (totals.patients, totals.studies, totals.series)
        (counts.instances, counts.instanceBytes) = (totals.instances, totals.instanceBytes)
        counts.conflicts = Int(try connection.scalar("SELECT count(*) FROM conflicts") ?? 0)
        counts.gone = Int(try connection.scalar("SELECT count(*) FROM sources WHERE gone = 1") ?? 0)
        counts.unreadable = Int(try connection.scalar("SELECT count(*) FROM sources WHERE gone = \(SourceRow.State.unreadable.rawValue)") ?? 0)
        counts.older = Int(try connection.scalar("SELECT count(*) FROM instances WHERE text_version <> \(DescriptionVersion.current)") ?? 0)
        let kinds = try connection.prepare("SELECT kind, count(*) FROM sources GROUP BY kind")
        while try kinds.step() { counts.add(Int(kinds.int(1)), of: SourceRow.Kind(rawValue: UInt8(truncatingIfNeeded: kinds.int(0)))) }
        counts.forgiven = try forgiven(connection)
    }

    /// How many instances each thing was forgiven in.
    private func forgiven(_ connection: Connection) throws(ArchiveError) -> [String: Int] {
        let query = try connection.prepare(
            "SELECT t.value, count(*) FROM instances i JOIN texts t ON t.id = i.forgiven WHERE i.forgiven > 0 GROUP BY i.forgiven")
        var counts: [String: Int] = [:]
        while try query.step() {
            for code in String(decoding: query.bytes(0), as: UTF8.self).split(separator: " ") {
                counts[String(code), default: 0] += Int(query.int(1))
            }
        }
        return counts
    }
}

extension ArchiveCounts {
    fileprivate mutating func add(_ count: Int, of kind: SourceRow.Kind?) {
        switch kind {
        case .instance: shown += count
        case .duplicate: duplicates += count
        case .copy: copies += count
        case .setAside: setAside += count
        case .notDICOM: notDICOM += count
        case .mediaDirectory: mediaDirectories += count
        case .skipped: skipped += count
        case nil: break
        }
    }
}
