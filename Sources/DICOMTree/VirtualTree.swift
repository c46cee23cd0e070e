import DICOMArchive

/// The whole tree over views and renditions: look up, list, open, by node id. Knows no FUSE, no SQL and no pixels, keeps
/// no nodes, and may be used from many threads.
///
/// Nothing here opens a source but `open` and `prepare`.
package final class VirtualTree: Sendable {
    package static let views: [any View] = [PatientsView(), ProblemsView()]
    package static let renditions: [any Rendition] = [
        RawRendition(), PictureRendition.png, PictureRendition.jpeg, HeaderTextRendition(),
    ]

    let index: TreeIndex
    let options: TreeOptions
    /// Those of `renditions` that this mount shows, in the order of listings.
    let shown: [any Rendition]
    let shownPictures: [PictureRendition]
    let production: Production
    /// How many paths each file of an instance has.
    let instanceLinks: Int

    package init(source: any TreeSource, producer: any Producer, options: TreeOptions) {
        index = TreeIndex(source: source)
        self.options = options
        shown = Self.renditions.filter { options.shown.contains($0.label) }.sorted { $0.variant < $1.variant }
        shownPictures = shown.compactMap { $0 as? PictureRendition }
        production = Production(producer: producer, options: options)
        instanceLinks = Self.views.count { $0.showsInstances }
    }

    package var source: any TreeSource { index.source }

    // MARK: - Nodes

    /// What `stat` shows. From the index alone, in constant time.
    package func node(_ id: NodeID) throws(TreeError) -> Node {
        switch id.kind {
        case .fixed: try fixedNode(id)
        case .viewDirectory: .directory(id, modifiedNs: try directory(id).modifiedNs)
        case .viewFile: try viewFile(id)
        case .seriesDirectory: .directory(id, modifiedNs: try series(id).modifiedNs)
        case .framesDirectory: try framesDirectory(id).node
        case .source, .headerText, .png, .jpeg, .framePNG, .frameJPEG, .framesReadme: try instanceFile(id)
        case nil: throw TreeError(.stale)
        }
    }

    /// The child of a directory by its exact name.
    package func child(named name: [UInt8], of id: NodeID) throws(TreeError) -> Node {
        switch id.kind {
        case .fixed where id == .root:
            if name == Readme.name { return try fixedNode(.readme) }
            guard let view = Self.views.first(where: { $0.name == name }) else { throw TreeError(.missing) }
            return try node(view.id(of: .top))
        case .viewDirectory:
            let (view, place) = try viewPlace(id)
            guard let entry = try view.child(named: name, of: place, index) else { throw TreeError(.missing) }
            return try node(of: entry, in: view, place)
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
        case .viewDirectory:
            let (view, _) = try viewPlace(id)
            guard let parent = try directory(id).parent else { return .root }
            return try view.id(of: parent)
        case .seriesDirectory:
            let view = try view(number: id.detail)
            return try view.id(of: view.place(of: try series(id)))
        case .framesDirectory:
            return try .make(.seriesDirectory, row: try instance(id).seriesID, detail: id.detail)
        default:
            return .root
        }
    }

    /// Hands out the entries of a directory behind a cookie (0: all), without `.` and `..`, until `emit` returns false.
    /// Entries that are added meanwhile appear once, at the end; none is skipped or repeated.
    package func list(_ id: NodeID, after cookie: Int64, emit: (TreeEntry) -> Bool) throws(TreeError) {
        switch id.kind {
        case .fixed where id == .root: try listRoot(after: cookie, emit)
        case .viewDirectory: try listView(id, after: cookie, emit)
        case .seriesDirectory: try listSeries(id, after: cookie, emit)
        case .framesDirectory: try listFrames(id, after: cookie, emit)
        case nil: throw TreeError(.stale)
        default: throw TreeError(.notADirectory)
        }
    }

    // MARK: - The root

    private func fixedNode(_ id: NodeID) throws(TreeError) -> Node {
        switch id {
        case .root:
            return .directory(id, modifiedNs: try index.newestChange())
        case .readme:
            return try report(id, modifiedNs: try index.newestChange())
        default:
            throw TreeError(.stale)
        }
    }

    private func listRoot(after cookie: Int64, _ emit: (TreeEntry) -> Bool) throws(TreeError) {
        if cookie < 8 {
            guard emit(TreeEntry(name: Readme.name, node: try fixedNode(.readme), cookie: 8)) else { return }
        }
        for view in Self.views.sorted(by: { $0.number < $1.number }) {
            let own = Int64(view.number + 1) * 8
            guard own > cookie else { continue }
            guard emit(TreeEntry(name: view.name, node: try node(view.id(of: .top)), cookie: own)) else { return }
        }
    }
}
