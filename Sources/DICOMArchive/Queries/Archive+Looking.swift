/// What is wrong with sources, found by looking at them: for `dcmfs problems`, whose archive may not be written to.
extension Archive {
    /// Roots that are other folders by now, and sources with the size and time of the index and another inode or time of change.
    func lookAtSources() throws(ArchiveError) -> [ProblemEntry] {
        var entries: [ProblemEntry] = []
        var others: Set<Int64> = []
        for root in try roots() {
            do throws(ArchiveError) {
                closeDescriptor(try rootGuard.open(root.path, SourcePlace(root.record)).descriptor)
            } catch {
                others.insert(root.record.id)
                // One that is not there now is told by its sources.
                guard error.code == .otherFolder else { continue }
                entries.append(ProblemEntry(reason: Self.otherFolder, path: root.path, offset: -1, message: Array(error.message.utf8)))
            }
        }
        var last: (directory: Int64, name: [UInt8]) = (0, [])
        while true {
            let page = try shownSources(after: last)
            guard let end = page.last else { return entries }
            last = (end.record.directory, end.record.name)
            for source in page where source.record.state == .present && !others.contains(source.row.place.root) {
                // What cannot be opened is `verify`'s to name.
                guard let file = try? open(source.row), file.isTouched else { continue }
                entries.append(Self.touchedEntry(source.row.path))
            }
        }
    }

    /// Sources of instances in the order of rows, a page at a time. Damaged rows are `verify`'s to name.
    func shownSources(after last: (directory: Int64, name: [UInt8])) throws(ArchiveError) -> [LocatedSource] {
        try pool.read { connection throws(ArchiveError) in
            let query = try connection.prepare(
                """
                SELECT \(ReadSQL.source) FROM sources s JOIN directories d ON d.id = s.directory JOIN roots r ON r.id = d.root \
                WHERE s.instance IS NOT NULL AND (s.directory, s.name) > (?1, ?2) ORDER BY s.directory, s.name LIMIT 500
                """)
            query.bind(1, last.directory)
            query.bind(2, last.name)
            var page: [LocatedSource] = []
            while try query.step() {
                guard let record = try? SourceRecord(query), let row = try? sourceRow(query) else { continue }
                page.append(LocatedSource(record: record, row: row))
            }
            return page
        }
    }
}
