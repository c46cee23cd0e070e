import DICOM
import DICOMArchive

/// Directories of instances: the files of each instance, and its frames.
extension VirtualTree {
    /// Rows asked for at a time; each gives up to five entries.
    private static let instancePage = 64

    func series(_ id: NodeID) throws(TreeError) -> SeriesRow {
        _ = try placedView(id)
        _ = try shown(in: id)
        guard let row = try asking({ () throws(ArchiveError) in try index.source.series(id: id.row) }) else { throw TreeError(.stale) }
        return row
    }

    /// The instance that any of its files' ids is about.
    func instance(_ id: NodeID) throws(TreeError) -> InstanceRow {
        guard let row = try asking({ () throws(ArchiveError) in try index.source.instance(id: id.row) }) else { throw TreeError(.stale) }
        return row
    }

    /// The same with its sources: one reading of the index instead of two.
    func located(_ id: NodeID) throws(TreeError) -> LocatedInstance {
        guard let found = try located([id])[0] else { throw TreeError(.stale) }
        return found
    }

    /// As many as there are ids; nil for what is not there.
    func located(_ ids: [NodeID]) throws(TreeError) -> [LocatedInstance?] {
        let found = try asking { () throws(ArchiveError) in try index.source.located(ids.map(\.row)) }
        return found.count == ids.count ? found : ids.map { _ in nil }
    }

    // MARK: - Nodes

    /// What is shown in a directory.
    func shown(in id: NodeID) throws(TreeError) -> Shown { try shown(under: id.settings) }

    func shown(under number: Int) throws(TreeError) -> Shown {
        guard number != 0 else { return shown }
        guard let shown = settings.shown(number) else { throw TreeError(.stale) }
        return shown
    }

    /// For a file by its id: which kinds its directories list does not matter.
    func fileSettings(of id: NodeID) throws(TreeError) -> Shown {
        id.settings == 0 ? everything : try shown(in: id)
    }

    func node(_ rendition: any Rendition, of row: InstanceRow, in shown: Shown) throws(TreeError) -> Node? {
        guard let size = rendition.size(of: row, with: shown.picture) else { return nil }
        let settings = rendition is PictureRendition ? shown.pictureSettings : 0
        let id = try NodeID.make(rendition.kind, row: row.id, detail: row.version(of: rendition.kind), settings: settings)
        let format = rendition.kind == .headerText ? row.headerTextFormat ?? .current : nil
        return try file(id, of: row, size: size, modifiedNs: rendition.modifiedNs(of: row), format)
    }

    /// One frame; nil when the instance has no such frame or no such picture.
    func node(_ picture: PictureRendition, frame: Int, of row: InstanceRow, in shown: Shown) throws(TreeError) -> Node? {
        guard let count = FramesDirectory.frameCount(of: row), frame < count, let size = picture.frameSize(of: row, with: shown.picture) else {
            return nil
        }
        let id = try NodeID.make(picture.frameKind, row: row.id, detail: frame, settings: shown.pictureSettings)
        var node = try file(id, of: row, size: size, modifiedNs: picture.modifiedNs(of: row), frames: row.framesIno)
        node.generation = row.generation
        return node
    }

    private func file(
        _ id: NodeID, of row: InstanceRow, size: RenditionSize, modifiedNs: Int64, _ format: HeaderText.Format? = nil, frames: Int64? = nil
    ) throws(TreeError) -> Node {
        switch size {
        // The usual case, which takes no lock.
        case .exact(let value) where format == nil || format == .current:
            return try .file(id, size: value, modifiedNs: modifiedNs, frames: frames)
        case .exact(let value):
            return try .file(id, size: length(id, value, row, format) ?? value, modifiedNs: modifiedNs)
        case .unknown(let value):
            let known = length(id, value, row, format)
            return try .file(id, size: known ?? value, isSizeExact: known != nil, modifiedNs: modifiedNs)
        }
    }

    /// The length of what was made, where it was another one than the index says.
    private func length(_ id: NodeID, _ size: Int, _ row: InstanceRow, _ format: HeaderText.Format?) -> Int? {
        production.memory.length(of: RenditionKey(node: id, modifiedNs: row.changed(epoch: 0), size: size, headerFormat: format))
    }

    func instanceFile(_ id: NodeID) throws(TreeError) -> Node {
        try instanceFile(id, of: try instance(id))
    }

    func instanceFile(_ id: NodeID, of row: InstanceRow) throws(TreeError) -> Node {
        var found: Node?
        let shown = try fileSettings(of: id)
        if id.kind == .framesReadme {
            found = try framesReadme(of: row, in: everything)
        } else if let picture = everything.pictures.first(where: { $0.frameKind == id.kind }) {
            found = try node(picture, frame: id.detail, of: row, in: shown)
        } else if let rendition = everything.renditions.first(where: { $0.kind == id.kind }) {
            found = try node(rendition, of: row, in: shown)
        }
        // The id comes from the kernel, or through an NFS handle from anywhere; it may be that of what stood there before.
        guard let found, found.id == id, replaced.isKnown(id, row) else { throw TreeError(.stale) }
        return found
    }

    func framesDirectory(_ id: NodeID) throws(TreeError) -> (node: Node, row: InstanceRow, count: Int) {
        _ = try placedView(id)
        let row = try instance(id)
        guard let count = frameCount(of: row, in: try shown(in: id)) else { throw TreeError(.stale) }
        return (try .directory(id, modifiedNs: row.changed(epoch: FormatEpoch.pictures)), row, count)
    }

    /// Frames of an instance whose directory is shown.
    private func frameCount(of row: InstanceRow, in shown: Shown) -> Int? {
        guard shown.pictures.contains(where: { $0.frameSize(of: row, with: shown.picture) != nil }) else { return nil }
        return FramesDirectory.frameCount(of: row)
    }

    private func framesReadme(of row: InstanceRow, in shown: Shown) throws(TreeError) -> Node? {
        guard let count = frameCount(of: row, in: shown), count > FramesDirectory.listedLimit else { return nil }
        let size = framesReadmeText(of: row).count
        let id = try NodeID.make(.framesReadme, row: row.id, detail: row.version(of: .framesReadme))
        return try .file(id, size: size, modifiedNs: row.changed(epoch: FormatEpoch.pictures))
    }

    func framesReadmeText(of row: InstanceRow) -> [UInt8] {
        let pictures = shown.pictures.isEmpty ? everything.pictures : shown.pictures
        return FramesDirectory.readme(count: FramesDirectory.frameCount(of: row) ?? 0, shown: pictures)
    }

    // MARK: - Names

    func instanceChild(named name: [UInt8], of id: NodeID) throws(TreeError) -> Node {
        let view = try placedView(id)
        let shown = try shown(in: id)
        for rendition in shown.renditions {
            guard let row = try instance(named: name, suffix: rendition.suffix, in: id.row, view) else { continue }
            guard let node = try node(rendition, of: row, in: shown) else { throw TreeError(.missing) }
            return node
        }
        guard let row = try instance(named: name, suffix: FramesDirectory.suffix, in: id.row, view), frameCount(of: row, in: shown) != nil
        else {
            throw TreeError(.missing)
        }
        return try framesDirectory(try .make(.framesDirectory, row: row.id, detail: id.detail, settings: id.settings)).node
    }

    private func instance(named name: [UInt8], suffix: [UInt8], in series: Int64, _ view: any View) throws(TreeError) -> InstanceRow? {
        guard name.count > suffix.count, name.suffix(suffix.count).elementsEqual(suffix) else { return nil }
        let stem = Array(name.dropLast(suffix.count))
        return try view.instance(stem: stem, of: series, index)
    }

    func frame(named name: [UInt8], of id: NodeID) throws(TreeError) -> Node {
        let (_, row, count) = try framesDirectory(id)
        let shown = try shown(in: id)
        if name == FramesDirectory.readmeName, let node = try framesReadme(of: row, in: shown) { return node }
        for picture in shown.pictures where name.count > picture.suffix.count && name.suffix(picture.suffix.count).elementsEqual(picture.suffix) {
            guard let frame = FramesDirectory.frame(stem: name.dropLast(picture.suffix.count), count: count),
                let node = try node(picture, frame: frame, of: row, in: shown)
            else { break }
            replaced.note(node.id, row)
            return node
        }
        throw TreeError(.missing)
    }

    // MARK: - Listings

    func listSeries(_ id: NodeID, after cookie: Int64, _ emit: (TreeEntry) -> Bool) throws(TreeError) {
        _ = try series(id)
        let view = try placedView(id)
        let shown = try shown(in: id)
        // The row that the cookie lies in comes again, for the rest of its files.
        var last = max(0, cookie / 8 - 1)
        while true {
            let rows = try asking { () throws(ArchiveError) in
                try index.source.instances(of: id.row, after: last, limit: Self.instancePage)
            }
            for row in rows {
                guard try list(row, named: view.stem(of: row), in: id, shown, after: cookie, emit) else { return }
            }
            guard let end = rows.last, rows.count == Self.instancePage else { return }
            last = end.id
        }
    }

    /// The files of one instance; false when `emit` wants no more.
    private func list(
        _ row: InstanceRow, named stem: [UInt8], in id: NodeID, _ shown: Shown, after cookie: Int64, _ emit: (TreeEntry) -> Bool
    ) throws(TreeError) -> Bool {
        for rendition in shown.renditions where row.id * 8 + Int64(rendition.variant) > cookie {
            guard let node = try node(rendition, of: row, in: shown) else { continue }
            let entry = TreeEntry(name: stem + rendition.suffix, node: node, cookie: row.id * 8 + Int64(rendition.variant))
            guard emit(entry) else { return false }
        }
        let own = row.id * 8 + Int64(FramesDirectory.variant)
        guard own > cookie, frameCount(of: row, in: shown) != nil else { return true }
        let node = try framesDirectory(of: row, in: id)
        return emit(TreeEntry(name: stem + FramesDirectory.suffix, node: node, cookie: own))
    }

    private func framesDirectory(of row: InstanceRow, in id: NodeID) throws(TreeError) -> Node {
        try .directory(
            try .make(.framesDirectory, row: row.id, detail: id.detail, settings: id.settings), modifiedNs: row.changed(epoch: FormatEpoch.pictures))
    }

    func listFrames(_ id: NodeID, after cookie: Int64, _ emit: (TreeEntry) -> Bool) throws(TreeError) {
        let (_, row, count) = try framesDirectory(id)
        let shown = try shown(in: id)
        if let readme = try framesReadme(of: row, in: shown) {
            if cookie < 8 { _ = emit(TreeEntry(name: FramesDirectory.readmeName, node: readme, cookie: 8)) }
            return
        }
        for frame in max(0, Int(cookie / 8) - 1)..<max(count, Int(cookie / 8)) where frame < count {
            for picture in shown.pictures {
                let own = Int64(frame + 1) * 8 + Int64(picture.variant)
                guard own > cookie, let node = try node(picture, frame: frame, of: row, in: shown) else { continue }
                replaced.note(node.id, row)
                let name = FramesDirectory.stem(of: frame, count: count) + picture.suffix
                guard emit(TreeEntry(name: name, node: node, cookie: own)) else { return }
            }
        }
    }
}
