import DICOMArchive

/// The root, and `/with`: the same tree under other settings, by name. The root does not list `/with`, so that nothing that
/// walks the whole mount (a copy, a search) draws every picture once more for each setting.
extension VirtualTree {
    static let withName = Array("with".utf8)

    /// The tree's root under settings; 0 for the tree itself.
    func root(settings number: Int) throws(TreeError) -> NodeID {
        number == 0 ? .root : try .make(.fixed, row: 0, detail: Int(NodeID.root.rawValue), settings: number)
    }

    func fixedNode(_ id: NodeID) throws(TreeError) -> Node {
        switch id {
        case .root, .with: return try .directory(id, modifiedNs: try index.newestChange())
        case .readme: return try report(id, modifiedNs: try index.newestChange())
        case .withReadme: return try .file(id, size: SettingsReadme.text.count, modifiedNs: FormatEpoch.pictures)
        case .findReadme: return try .file(id, size: FindReadme.text.count, modifiedNs: FormatEpoch.pictures)
        default:
            if id.isFind, id.settings == 0 { return try .directory(id, modifiedNs: try index.newestChange()) }
            guard id.isRoot || id.isFind, settings.shown(id.settings) != nil else { throw TreeError(.stale) }
            return try .directory(id, modifiedNs: try index.newestChange())
        }
    }

    // MARK: - The root

    func rootChild(named name: [UInt8], of id: NodeID) throws(TreeError) -> Node {
        if name == Readme.name { return try fixedNode(.readme) }
        if name == Self.withName, id == .root { return try fixedNode(.with) }
        if name == Self.findName { return try fixedNode(try find(settings: id.settings)) }
        guard let view = views.first(where: { $0.name == name }) else { throw TreeError(.missing) }
        return try node(view.id(of: .top, settings: id.settings))
    }

    func listRoot(_ id: NodeID, after cookie: Int64, _ emit: (TreeEntry) -> Bool) throws(TreeError) {
        _ = try fixedNode(id)
        if cookie < 8 {
            guard emit(TreeEntry(name: Readme.name, node: try fixedNode(.readme), cookie: 8)) else { return }
        }
        for view in views.sorted(by: { $0.number < $1.number }) {
            let own = Int64(view.number + 1) * 8
            guard own > cookie else { continue }
            let node = try node(view.id(of: .top, settings: id.settings))
            guard emit(TreeEntry(name: view.name, node: node, cookie: own)) else { return }
        }
    }

    // MARK: - /with

    func settingsChild(named name: [UInt8], _ reader: UInt32) throws(TreeError) -> Node {
        if name == Readme.name { return try fixedNode(.withReadme) }
        guard let wanted = TreeSettings(name) else { throw TreeError(.missing) }
        return try settingsRoot(wanted, reader)
    }

    private func settingsRoot(_ wanted: TreeSettings, _ reader: UInt32) throws(TreeError) -> Node {
        guard let number = settings.number(of: wanted, reader: reader) else {
            throw TreeError(.crowded, "user \(reader) has too many settings below /with in use")
        }
        return try fixedNode(try root(settings: number))
    }

    func listSettings(after cookie: Int64, _ emit: (TreeEntry) -> Bool) throws(TreeError) {
        if cookie < 8 {
            guard emit(TreeEntry(name: Readme.name, node: try fixedNode(.withReadme), cookie: 8)) else { return }
        }
        for (place, preset) in TreeSettings.listed.enumerated() where Int64(place + 2) * 8 > cookie {
            let node = try settingsRoot(preset, 0)
            guard emit(TreeEntry(name: Array(preset.name.utf8), node: node, cookie: Int64(place + 2) * 8)) else { return }
        }
    }
}
