import DICOMArchive

/// The whole tree over views and renditions: look up, list, open, by node id. Knows no FUSE, no SQL and no pixels, keeps
/// no nodes, and may be used from many threads.
///
/// Nothing here opens a source but `open` and `prepare`.
package final class VirtualTree: Sendable {
    package static let views: [any View] = [
        LevelledView.patients, ProblemsView(), LevelledView.names, LevelledView.dates, LevelledView.modalities, LevelledView.accessions,
        LevelledView.uids,
    ]
    package static let renditions: [any Rendition] = [
        RawRendition(), PictureRendition.png, PictureRendition.jpeg, HeaderTextRendition(), IconRendition(),
    ]

    let index: TreeIndex
    let options: TreeOptions
    /// What this mount shows.
    let shown: Shown
    /// Every kind of file, for nodes that are reached by id.
    let everything = Shown(renditions: VirtualTree.renditions)
    let settings: SettingsTable
    let queries: QueryTable
    let results = QueryResults()
    /// Those of every mount, and those of this one.
    let views: [any View]
    let production: Production
    let readAhead: ReadAhead
    let replaced = ReplacedFrames()

    package init(source: any TreeSource, producer: any Producer, options: TreeOptions) {
        index = TreeIndex(source: source)
        self.options = options
        let base = Shown(renditions: Self.renditions.filter { options.shown.contains($0.label) })
        shown = base
        let settings = SettingsTable(base: base)
        self.settings = settings
        queries = QueryTable(settings: settings)
        production = Production(producer: producer, options: options, undrawn: index.undrawn)
        // Without a cache there is nowhere to keep what is made ahead.
        readAhead = ReadAhead(width: options.cacheBytes > 0 ? options.readAhead : 0)
        views = Self.views + options.userViews
    }

    package var source: any TreeSource { index.source }

    /// Memory that what was made takes up now.
    package var heldBytes: Int { production.heldBytes }

    // MARK: - Nodes

    /// What `stat` shows. From the index alone, in constant time.
    package func node(_ id: NodeID) throws(TreeError) -> Node { try dated(try plainNode(id)) }

    private func plainNode(_ id: NodeID) throws(TreeError) -> Node {
        switch id.kind {
        case .fixed: try fixedNode(id)
        case .viewDirectory where id.isQuery: try queryNode(id)
        case .viewDirectory: try .directory(id, modifiedNs: try directory(id).modifiedNs)
        case .viewFile: try viewFile(id)
        case .seriesDirectory: try .directory(id, modifiedNs: try series(id).modifiedNs)
        case .framesDirectory: try framesDirectory(id).node
        case .source, .headerText, .png, .jpeg, .framePNG, .frameJPEG, .framesReadme, .iconPNG: try instanceFile(id)
        case nil: throw TreeError(.stale)
        }
    }

    /// The child of a directory by its exact name.
    /// - Parameter reader: the user on whose account a new number is that settings or a query get.
    package func child(named name: [UInt8], of id: NodeID, reader: UInt32 = 0) throws(TreeError) -> Node {
        try dated(try plainChild(named: name, of: id, reader))
    }

    private func plainChild(named name: [UInt8], of id: NodeID, _ reader: UInt32) throws(TreeError) -> Node {
        switch id.kind {
        case .fixed where id.isRoot:
            return try rootChild(named: name, of: id)
        case .fixed where id == .with:
            return try settingsChild(named: name, reader)
        case .fixed where id.isFind:
            return try findChild(named: name, of: id, reader)
        case .viewDirectory where id.isQuery:
            return try queryChild(named: name, of: id, reader)
        case .viewDirectory:
            let (view, place) = try viewPlace(id)
            guard let entry = try view.child(named: name, of: place, index) else { throw TreeError(.missing) }
            return try node(of: entry, in: view, place, settings: id.settings)
        case .seriesDirectory:
            return try instanceChild(named: name, of: id)
        case .framesDirectory:
            return try frame(named: name, of: id)
        case nil:
            throw TreeError(.stale)
        default:
            throw TreeError(.notADirectory)
        }
    }

    /// The directory that a directory lies in; the root lies in itself.
    package func parent(of id: NodeID) throws(TreeError) -> NodeID {
        switch id.kind {
        case .viewDirectory where id.isQuery:
            return try queryParent(id)
        case .viewDirectory:
            let (view, _) = try viewPlace(id)
            guard let parent = try directory(id).parent else { return try root(settings: id.settings) }
            return try view.id(of: parent, settings: id.settings)
        case .seriesDirectory:
            return try parent(ofSeries: id)
        case .framesDirectory:
            return try .make(.seriesDirectory, row: try instance(id).seriesID, detail: id.detail, settings: id.settings)
        case .fixed where id.isFind:
            return try root(settings: id.settings)
        case .fixed where id == .findReadme:
            return try find(settings: 0)
        case .fixed where id.settings != 0:
            return .with
        default:
            return .root
        }
    }

    /// Hands out the entries of a directory behind a cookie (0: all), without `.` and `..`, until `emit` returns false.
    /// Entries that are added meanwhile appear once, at the end; none is skipped or repeated.
    package func list(_ id: NodeID, after cookie: Int64, emit: (TreeEntry) -> Bool) throws(TreeError) {
        if options.times == .study { try listDated(id, after: cookie, emit) } else { try listPlain(id, after: cookie, emit) }
    }

    func listPlain(_ id: NodeID, after cookie: Int64, _ emit: (TreeEntry) -> Bool) throws(TreeError) {
        switch id.kind {
        case .fixed where id.isRoot: try listRoot(id, after: cookie, emit)
        case .fixed where id == .with: try listSettings(after: cookie, emit)
        case .fixed where id.isFind: try listFind(after: cookie, emit)
        case .viewDirectory where id.isQuery: try listQuery(id, after: cookie, emit)
        case .viewDirectory: try listView(id, after: cookie, emit)
        case .seriesDirectory: try listSeries(id, after: cookie, emit)
        case .framesDirectory: try listFrames(id, after: cookie, emit)
        case nil: throw TreeError(.stale)
        default: throw TreeError(.notADirectory)
        }
    }
}
