import DICOMArchive

/// The only place where the tree touches sources.
extension VirtualTree {
    /// Opens a file. Its source is opened, and compared with the index, even when the bytes are in memory: what is gone
    /// or replaced fails at once and always, not when something happens to be evicted.
    package func open(_ id: NodeID) throws(TreeError) -> TreeFile {
        switch id.kind {
        case .fixed where id == .readme, .viewFile:
            _ = try node(id)
            return TreeFile(.report(ReportHandle { [self] moment throws(TreeError) in try report(id, as: moment) }, id), self)
        case .fixed where id == .withReadme:
            return TreeFile(.text(SettingsReadme.text), self)
        case .fixed where id == .findReadme:
            return TreeFile(.text(FindReadme.text), self)
        case .framesReadme:
            let row = try instance(id)
            _ = try instanceFile(id, of: row)
            return TreeFile(.text(framesReadmeText(of: row)), self)
        case .source:
            return TreeFile(try content(of: id, try located(id)), self)
        case .headerText, .png, .jpeg, .framePNG, .frameJPEG, .iconPNG:
            let instance = try located(id)
            let content = try content(of: id, instance)
            try noteOpening(id, instance.row)
            return TreeFile(content, self)
        case nil:
            throw TreeError(.stale)
        default:
            throw TreeError(.isADirectory)
        }
    }

    /// Makes the size of a file exact, so that `node` answers with it as long as nothing changes, or finds what a directory shows
    /// (`isReady`). May take long.
    /// - Returns: a file with its exact size, even where something has changed meanwhile.
    @discardableResult
    package func prepare(_ id: NodeID) throws(TreeError) -> Node? {
        switch id.kind {
        case .fixed where id == .readme, .viewFile:
            let node = try node(id)
            return node.withSize(try report(id, as: nil).bytes.count)
        case .headerText:
            let node = try node(id)
            return node.withSize(try open(id).prepare()?.count ?? node.size)
        case .viewDirectory, .seriesDirectory:
            try prepareDirectory(id)
            return nil
        default:
            return nil
        }
    }

    func content(of id: NodeID, _ instance: LocatedInstance) throws(TreeError) -> TreeFile.Content {
        let row = instance.row
        let node = try instanceFile(id, of: row)
        let source = try openSource(instance)
        guard let (work, size) = try work(id, row) else {
            guard source.size == row.size else { throw TreeError(.broken, "source is not the file that was indexed") }
            return .source(source, size: node.size, instance: row.id)
        }
        var promised: Int? = if case .exact = size { node.size } else { nil }
        if case .picture = work, !options.promisesPictureSizes { promised = nil }
        let key = key(node, row, size, work)
        return .produced(Production.Order(key: key, size: promised, row: row, source: source, work: work, log: options.log))
    }

    /// Whether the bytes of a file are in memory. Its source is not looked at.
    func isMade(_ id: NodeID, _ row: InstanceRow) throws(TreeError) -> Bool {
        let node = try instanceFile(id, of: row)
        guard let (work, size) = try work(id, row) else { return true }
        return production.isMade(key(node, row, size, work))
    }

    private func key(_ node: Node, _ row: InstanceRow, _ size: RenditionSize, _ work: RenditionWork) -> RenditionKey {
        RenditionKey(node: node.id, modifiedNs: row.changed(epoch: 0), size: size.value, headerFormat: work.headerFormat)
    }

    private func openSource(_ instance: LocatedInstance) throws(TreeError) -> SourceFile {
        do {
            return try asking { () throws(ArchiveError) in try index.source.openSource(of: instance, strict: options.strictness) }
        } catch {
            options.log("instance:\(instance.row.id): \(error.description)")
            throw error
        }
    }

    /// How to make the bytes of a node, and how many they are; nil for the source's own.
    private func work(_ id: NodeID, _ row: InstanceRow) throws(TreeError) -> (RenditionWork, RenditionSize)? {
        let drawn = try fileSettings(of: id).picture
        for picture in everything.pictures where picture.frameKind == id.kind {
            guard let work = picture.work(for: row, frame: id.detail, with: drawn), let size = picture.frameSize(of: row, with: drawn) else {
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
