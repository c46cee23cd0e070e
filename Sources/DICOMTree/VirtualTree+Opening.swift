import DICOMArchive

/// The only place where the tree touches sources.
extension VirtualTree {
    /// Opens a file. Its source is opened, and compared with the index, even when the bytes are in memory: what is gone
    /// or replaced fails at once and always, not when something happens to be evicted.
    package func open(_ id: NodeID) throws(TreeError) -> TreeFile {
        switch id.kind {
        case .fixed where id == .readme, .viewFile:
            _ = try node(id)
            return TreeFile(.report { [self] () throws(TreeError) in try reportText(id) }, production: production, log: options.log)
        case .fixed where id == .withReadme:
            return TreeFile(.report { SettingsReadme.text }, production: production, log: options.log)
        case .fixed where id == .findReadme:
            return TreeFile(.report { FindReadme.text }, production: production, log: options.log)
        case .framesReadme:
            let row = try instance(id)
            _ = try instanceFile(id, of: row)
            return TreeFile(.report { [self] in framesReadmeText(of: row) }, production: production, log: options.log)
        case .source:
            return TreeFile(try content(of: id, try located(id)), production: production, log: options.log)
        case .headerText, .png, .jpeg, .framePNG, .frameJPEG, .iconPNG:
            let instance = try located(id)
            let content = try content(of: id, instance)
            try noteOpening(id, instance.row)
            return TreeFile(content, production: production, log: options.log)
        case nil:
            throw TreeError(.stale)
        default:
            throw TreeError(.isADirectory)
        }
    }

    /// Makes the size of a file exact, so that `node` answers with it from now on, or finds what a directory shows
    /// (`isReady`). May take long.
    package func prepare(_ id: NodeID) throws(TreeError) {
        switch id.kind {
        case .fixed where id == .readme, .viewFile: _ = try reportText(id)
        case .headerText: try open(id).prepare()
        case .viewDirectory, .seriesDirectory: try prepareDirectory(id)
        default: return
        }
    }

    /// A node whose size is that of bytes which were made for this answer. To ask for `node` after `prepare` is not the same: when
    /// the archive changes in between, what was prepared is no longer what `node` goes by.
    package func preparedNode(_ id: NodeID) throws(TreeError) -> Node {
        let size: Int
        switch id.kind {
        case .fixed where id == .readme, .viewFile: size = try reportText(id).count
        case .headerText: size = try open(id).contents().count
        default:
            try prepare(id)
            return try node(id)
        }
        let node = try node(id)
        return node.isSizeExact ? node : node.sized(size)
    }

    func content(of id: NodeID, _ instance: LocatedInstance) throws(TreeError) -> TreeFile.Content {
        let row = instance.row
        let node = try instanceFile(id, of: row)
        let source = try openSource(instance)
        guard let (work, size) = try work(id, row) else {
            guard source.size == row.size else { throw TreeError(.broken, "source is not the file that was indexed") }
            return .source(source, size: node.size, instance: row.id)
        }
        var promised: Int? = if case .exact(let size) = size { size } else { nil }
        if case .picture = work, !options.promisesPictureSizes { promised = nil }
        let key = key(node, row, size)
        return .produced(Production.Order(key: key, size: promised, row: row, source: source, work: work, log: options.log))
    }

    /// Whether the bytes of a file are in memory. Its source is not looked at.
    func isMade(_ id: NodeID, _ row: InstanceRow) throws(TreeError) -> Bool {
        let node = try instanceFile(id, of: row)
        guard let (_, size) = try work(id, row) else { return true }
        return production.isMade(key(node, row, size))
    }

    private func key(_ node: Node, _ row: InstanceRow, _ size: RenditionSize) -> RenditionKey {
        RenditionKey(node: node.id, modifiedNs: row.changed(epoch: node.modifiedNs), size: size.value)
    }

    private func openSource(_ instance: LocatedInstance) throws(TreeError) -> SourceFile {
        do {
            return try asking { () throws(ArchiveError) in try index.source.openSource(of: instance, strict: options.isStrict) }
        } catch {
            options.log("instance:\(instance.row.id): \(error.description)")
            throw error
        }
    }

    /// How to make the bytes of a node, and how many they are; nil for the source's own.
    private func work(_ id: NodeID, _ row: InstanceRow) throws(TreeError) -> (RenditionWork, RenditionSize)? {
        let drawn = try fileSettings(of: id).picture
        for picture in everything.pictures where picture.frameKind == id.kind {
            guard let work = picture.work(for: row, frame: id.detail, with: drawn), let size = picture.size(of: row, with: drawn) else {
                return nil
            }
            return (work, size)
        }
        guard let rendition = everything.renditions.first(where: { $0.kind == id.kind }), let work = rendition.work(for: row, with: drawn),
            let size = rendition.size(of: row, with: drawn)
        else { return nil }
        return (work, size)
    }
}
