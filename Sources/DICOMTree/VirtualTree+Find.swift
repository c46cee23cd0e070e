import DICOMArchive

/// `/find/<Keyword>=<pattern>/...`: conditions as directories, made when they are looked up. The root does not list `/find`,
/// nor does a query list further conditions: what lists has an end.
extension VirtualTree {
    static let findName = Array("find".utf8)

    func find(settings: Int) throws(TreeError) -> NodeID { try .make(.fixed, row: 0, detail: NodeID.findDetail, settings: settings) }

    /// A query's directory by its id.
    func query(_ id: NodeID) throws(TreeError) -> QueryTable.Directory {
        _ = try shown(in: id)
        guard let directory = queries.directory(Int(id.row)), directory.settings == id.settings else { throw TreeError(.stale) }
        return directory
    }

    private func node(ofQuery number: Int, settings: Int) throws(TreeError) -> Node {
        try node(try .make(.viewDirectory, row: Int64(number), detail: NodeID.queryDetail, settings: settings))
    }

    /// Any change of the archive may change what it finds: finding out what did would be a search for each `stat`.
    func queryNode(_ id: NodeID) throws(TreeError) -> Node {
        _ = try query(id)
        return try .directory(id, modifiedNs: try index.newestChange())
    }

    func queryParent(_ id: NodeID) throws(TreeError) -> NodeID {
        let parent = try query(id).parent
        guard parent != 0 else { return try find(settings: id.settings) }
        return try .make(.viewDirectory, row: Int64(parent), detail: NodeID.queryDetail, settings: id.settings)
    }

    // MARK: - Names

    func findChild(named name: [UInt8], of id: NodeID, _ reader: UInt32) throws(TreeError) -> Node {
        if name == Readme.name { return try fixedNode(.findReadme) }
        return try condition(name, in: 0, settings: id.settings, reader)
    }

    func queryChild(named name: [UInt8], of id: NodeID, _ reader: UInt32) throws(TreeError) -> Node {
        let directory = try query(id)
        if name.contains(UInt8(ascii: "=")), SearchQuery.Term(name) != nil {
            return try condition(name, in: Int(id.row), settings: id.settings, reader)
        }
        let found = try results.found(Int(id.row), directory.query, index)
        guard let entry = found.entry(named: name) else { throw TreeError(.missing) }
        return try node(of: entry, in: id)
    }

    private func condition(_ name: [UInt8], in parent: Int, settings: Int, _ reader: UInt32) throws(TreeError) -> Node {
        _ = try shown(under: settings)
        switch queries.number(of: name, in: parent, settings: settings, reader: reader) {
        case .number(let number): return try node(ofQuery: number, settings: settings)
        case .none: throw TreeError(.missing)
        case .full:
            throw TreeError(.crowded, "user \(reader) has too many queries below /find in use")
        }
    }

    private func node(of entry: FoundSeries.Entry, in id: NodeID) throws(TreeError) -> Node {
        let detail = NodeID.firstQueryPlace + Int(id.row)
        return try .directory(try .make(.seriesDirectory, row: entry.id, detail: detail, settings: id.settings), modifiedNs: entry.modifiedNs)
    }

    // MARK: - Listings

    func listFind(after cookie: Int64, _ emit: (TreeEntry) -> Bool) throws(TreeError) {
        if cookie < 8 { _ = emit(TreeEntry(name: Readme.name, node: try fixedNode(.findReadme), cookie: 8)) }
    }

    func listQuery(_ id: NodeID, after cookie: Int64, _ emit: (TreeEntry) -> Bool) throws(TreeError) {
        let found = try results.found(Int(id.row), try query(id).query, index)
        for place in found.firstPlace(after: max(0, cookie / 8))..<found.count {
            let entry = found[place]
            guard emit(TreeEntry(name: entry.name, node: try node(of: entry, in: id), cookie: entry.id * 8)) else { return }
        }
    }

    // MARK: - Directories of instances, in views and in queries

    /// The view whose file names hold in a directory of instances. A series of a query is found there only.
    func placedView(_ id: NodeID) throws(TreeError) -> any View {
        guard let number = id.queryNumber else { return try view(number: id.detail) }
        guard let directory = queries.directory(number), directory.settings == id.settings else { throw TreeError(.stale) }
        return Self.views[0]
    }

    func parent(ofSeries id: NodeID) throws(TreeError) -> NodeID {
        let series = try series(id)
        if let number = id.queryNumber {
            return try .make(.viewDirectory, row: Int64(number), detail: NodeID.queryDetail, settings: id.settings)
        }
        let view = try view(number: id.detail)
        return try view.id(of: view.place(of: series, index), settings: id.settings)
    }
}
