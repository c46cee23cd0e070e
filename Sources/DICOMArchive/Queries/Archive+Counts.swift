extension Archive {
    func countRows() throws(ArchiveError) -> ArchiveCounts {
        try pool.read { connection throws(ArchiveError) in
            var counts = ArchiveCounts()
            counts.patients = Int(try connection.scalar("SELECT count(*) FROM patients") ?? 0)
            counts.studies = Int(try connection.scalar("SELECT count(*) FROM studies") ?? 0)
            counts.series = Int(try connection.scalar("SELECT count(*) FROM series") ?? 0)
            counts.conflicts = Int(try connection.scalar("SELECT count(*) FROM conflicts") ?? 0)
            counts.gone = Int(try connection.scalar("SELECT count(*) FROM sources WHERE gone = 1") ?? 0)
            let instances = try connection.prepare("SELECT count(*), total(size) FROM instances")
            if try instances.step() {
                counts.instances = Int(instances.int(0))
                counts.instanceBytes = instances.int(1)
            }
            instances.reset()
            let kinds = try connection.prepare("SELECT kind, count(*) FROM sources GROUP BY kind")
            while try kinds.step() { counts.add(Int(kinds.int(1)), of: SourceRow.Kind(rawValue: UInt8(truncatingIfNeeded: kinds.int(0)))) }
            return counts
        }
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
