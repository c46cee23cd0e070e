import DICOMArchive

/// Directories and text files that belong to views.
extension VirtualTree {
    /// Rows asked for at a time: about what one answer to the kernel holds.
    static let page = 128

    func view(number: Int) throws(TreeError) -> any View {
        guard let view = views.first(where: { $0.number == number }) else { throw TreeError(.stale) }
        return view
    }

    /// What the id of a view's directory or file stands for.
    func viewPlace(_ id: NodeID) throws(TreeError) -> (view: any View, place: ViewPlace) {
        _ = try shown(in: id)
        return (try view(number: id.detail >> 8), ViewPlace(level: id.detail & 0xff, row: id.row))
    }

    func directory(_ id: NodeID) throws(TreeError) -> ViewDirectory {
        let (view, place) = try viewPlace(id)
        guard let directory = try view.directory(at: place, index) else { throw TreeError(.stale) }
        return directory
    }

    func viewFile(_ id: NodeID) throws(TreeError) -> Node {
        let (view, place) = try viewPlace(id)
        guard let entry = try view.file(id.row, at: ViewPlace(level: place.level, row: 0), index) else { throw TreeError(.stale) }
        return try report(id, modifiedNs: entry.modifiedNs)
    }

    func node(of entry: ViewEntry, in view: any View, _ place: ViewPlace, settings: Int) throws(TreeError) -> Node {
        switch entry.item {
        case .directory(let child):
            return try .directory(try view.id(of: child, settings: settings), modifiedNs: entry.modifiedNs)
        case .series(let row):
            return try .directory(try .make(.seriesDirectory, row: row, detail: view.number, settings: settings), modifiedNs: entry.modifiedNs)
        case .file(let row):
            return try report(try .make(.viewFile, row: row, detail: view.number << 8 | place.level), modifiedNs: entry.modifiedNs)
        }
    }

    func listView(_ id: NodeID, after cookie: Int64, _ emit: (TreeEntry) -> Bool) throws(TreeError) {
        let (view, place) = try viewPlace(id)
        guard try view.directory(at: place, index) != nil else { throw TreeError(.stale) }
        // One entry for each row: a cookie inside a row lies behind its entry.
        var order = max(0, cookie / 8)
        while true {
            let entries = try view.children(of: place, after: order, limit: Self.page, index)
            for entry in entries {
                let node = try node(of: entry, in: view, place, settings: id.settings)
                guard emit(TreeEntry(name: entry.name, node: node, cookie: entry.order * 8)) else { return }
            }
            guard let last = entries.last, entries.count == Self.page else { return }
            order = last.order
        }
    }

    // MARK: - Reports: text files made from the index, whose size is known once they are made

    func report(_ id: NodeID, modifiedNs: Int64) throws(TreeError) -> Node {
        let size = try index.reportSize(of: id)
        var node = try Node.file(id, size: size ?? 0, isSizeExact: size != nil, modifiedNs: modifiedNs)
        node.isReport = true
        return node
    }

    func reportText(_ id: NodeID) throws(TreeError) -> [UInt8] {
        if id == .readme {
            let counts = try asking { () throws(ArchiveError) in try index.source.totals() }
            return Readme.text(counts, shown: shown.renditions, views: views)
        }
        let (view, _) = try viewPlace(id)
        guard let text = try view.text(of: id.row, index) else { throw TreeError(.stale) }
        return text
    }
}

extension View {
    func id(of place: ViewPlace, settings: Int) throws(TreeError) -> NodeID {
        try .make(.viewDirectory, row: place.row, detail: number << 8 | place.level, settings: settings)
    }
}
