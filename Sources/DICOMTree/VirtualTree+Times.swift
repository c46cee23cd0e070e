import DICOMArchive

/// `TreeOptions.Times.study`: what belongs to one study shows Study Date and Time as its time. The time of the last change
/// stays in `Node.changedNs`, and everything inside goes by that one.
extension VirtualTree {
    func dated(_ node: Node) throws(TreeError) -> Node {
        guard options.times == .study else { return node }
        return node.showing(modifiedNs: try studyTime(of: node.id))
    }

    /// Lists with times of studies.
    func listDated(_ id: NodeID, after cookie: Int64, _ emit: (TreeEntry) -> Bool) throws(TreeError) {
        let isOfOneStudy = id.kind == .seriesDirectory || id.kind == .framesDirectory
        let common = isOfOneStudy ? try studyTime(of: id) : nil
        var failure: TreeError?
        try listPlain(id, after: cookie) { entry in
            do throws(TreeError) {
                let node = isOfOneStudy ? entry.node.showing(modifiedNs: common) : try dated(entry.node)
                return emit(TreeEntry(name: entry.name, node: node, cookie: entry.cookie))
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw failure }
    }

    /// Nil for what belongs to no study, or to several, and where a study has no valid date.
    private func studyTime(of id: NodeID) throws(TreeError) -> Int64? {
        guard let number = try study(of: id) else { return nil }
        let row = try asking { () throws(ArchiveError) in try index.source.study(id: number) }
        return row.flatMap { StudyTime.nanoseconds(day: $0.day, time: $0.time) }
    }

    private func study(of id: NodeID) throws(TreeError) -> Int64? {
        switch try entity(of: id) {
        case .study(let row): row
        case .series(let row): try study(ofSeries: row)
        case .instance(let row): try study(ofSeries: try asking { () throws(ArchiveError) in try index.source.instance(id: row) }?.seriesID)
        case .patient, nil: nil
        }
    }

    private func study(ofSeries row: Int64?) throws(TreeError) -> Int64? {
        guard let row else { return nil }
        return try asking { () throws(ArchiveError) in try index.source.series(id: row) }?.studyID
    }
}
