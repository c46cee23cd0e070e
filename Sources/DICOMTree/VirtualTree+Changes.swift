import DICOMArchive

/// What the kernel may keep too long when the archive has changed. What it keeps all the same is never wrong: an id that stands
/// for other content than it did is answered with "stale", and the kernel looks its name up again.
extension VirtualTree {
    package enum Change: Hashable, Sendable {
        /// The attributes of a directory.
        case directory(NodeID)
        /// A name that leads to another node than before.
        case name([UInt8], in: NodeID)
    }

    /// Beyond it the kernel is left to its timeouts.
    private static let changesLimit = 16_384
    private static let changedSeriesLimit = 1_024

    /// Changes since a time (nanoseconds since 1970) in the views of every mount; only some where they are very many.
    package func changes(since time: Int64) throws(TreeError) -> [Change] {
        let series = try asking { () throws(ArchiveError) in
            try index.source.changedSeries(since: time, limit: Self.changedSeriesLimit)
        }
        var changes: [Change] = []
        let levelled = views.filter { $0.showsInstances }
        for id in series {
            for view in levelled {
                if let directory = NodeID(.seriesDirectory, row: id, detail: view.number) { changes.append(.directory(directory)) }
            }
            var last: Int64 = 0
            while changes.count < Self.changesLimit {
                let rows = try asking { () throws(ArchiveError) in try index.source.instances(of: id, after: last, limit: Self.page) }
                for row in rows where row.contentChangedNs >= time { changes += levelled.flatMap { names(of: row, in: $0) } }
                guard let end = rows.last, rows.count == Self.page else { break }
                last = end.id
            }
            guard changes.count < Self.changesLimit else { break }
        }
        return changes
    }

    private func names(of row: InstanceRow, in view: any View) -> [Change] {
        guard let directory = NodeID(.seriesDirectory, row: row.seriesID, detail: view.number) else { return [] }
        let suffixes = everything.renditions.map(\.suffix) + [FramesDirectory.suffix]
        return suffixes.map { .name(view.stem(of: row) + $0, in: directory) }
    }
}
