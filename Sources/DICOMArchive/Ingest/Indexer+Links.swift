/// What is met and not walked into: links, and what is left out.
extension Indexer {
    /// A symbolic link among the entries of a folder. Nothing is ever read through it: what it leads to is indexed at its own place, so
    /// that a mount, which follows no links, finds it there.
    func link(_ folder: IndexedFolder, _ name: [UInt8], _ known: SourceRecord?) throws(ArchiveError) {
        let place = folder.absolutePath(of: name)
        if try isRecordedFolder(place) {
            let path = joinPath(folder.path, name)
            protected.append((folder.root.id, path))
            writer.report.failedFolders.append(Self.leadsElsewhere(place))
            return try writer.skip(
                folder, name, known: known, reason: "other-folder", "a symbolic link where a folder was indexed: nothing of it is read")
        }
        let why: String
        if options.links == .notFollowed {
            why = "a symbolic link, skipped"
        } else if let reason = try follow(place) {
            why = reason
        } else {
            writer.report.followed += 1
            // It was noted as not followed by a run before.
            if let known, known.instance == nil { return try writer.deleteRow(known) }
            guard known != nil else { return }
            why = "a symbolic link has taken its place"
        }
        try writer.skip(folder, name, known: known, reason: "symbolic-link", why)
    }

    /// Makes sure that what a link leads to is indexed; why not, where it is not.
    private func follow(_ place: [UInt8]) throws(ArchiveError) -> String? {
        let target: IndexTarget
        do throws(ArchiveError) {
            target = try IndexTarget(place) { link throws(ArchiveError) in if link != place { try checkLink(link) } }
        } catch {
            return "a symbolic link that leads to nothing that can be indexed: \(error.message)"
        }
        let end = target.file.map { joinPath(target.folder, $0) } ?? target.folder
        if places.contains(where: { $0.holds(end) }) { return nil }
        guard options.links == .anywhere else { return "a symbolic link that leads out of the paths given, skipped" }
        // A link to a folder above this one leads to all of this once more: found by its place, which has no links in it.
        if seenTargets.insert(end).inserted { linked.append(target) }
        return nil
    }

    /// A link on the way to a PATH must not stand where the archive knows a folder, or a file.
    func checkLink(_ place: [UInt8]) throws(ArchiveError) {
        if try !isRecordedFolder(place) {
            guard try isRecordedFile(place) else { return }
        }
        throw ArchiveError(.badPath, Self.leadsElsewhere(place))
    }

    private static func leadsElsewhere(_ place: [UInt8]) -> String {
        "\(shown(place)) leads elsewhere than when it was indexed: a symbolic link stands there now. Nothing of it is read, its entries are kept; "
            + "if it was moved on purpose, run: dcmfs relocate ARCHIVE \(shown(place)) NEW"
    }

    private func isRecordedFolder(_ place: [UInt8]) throws(ArchiveError) -> Bool {
        if roots.hasRoot(atOrBelow: place) { return true }
        guard let root = roots.root(above: place), let path = pathBelow(root.path, place) else { return false }
        return try writer.hasFolder(root: root.record.id, atOrBelow: path)
    }

    private func isRecordedFile(_ place: [UInt8]) throws(ArchiveError) -> Bool {
        guard let slash = place.lastIndex(of: UInt8(ascii: "/")), slash > 0, let root = roots.root(above: Array(place[..<slash])),
            let path = pathBelow(root.path, Array(place[..<slash])), let folder = try writer.findFolder(root: root.record.id, path: path)
        else { return false }
        return try writer.findSource(folder.id, Array(place[(slash + 1)...]))?.instance != nil
    }

    /// What was indexed before below a folder that is left out now stays listed, until `forget`.
    func leaveOut(_ folder: IndexedFolder, _ name: [UInt8], _ known: SourceRecord?, isFolder: Bool, _ pattern: [UInt8]) throws(ArchiveError) {
        writer.report.excluded[shown(pattern), default: 0] += 1
        if let known {
            if known.instance == nil { try writer.deleteRow(known) } else { writer.report.keptBelowExcluded += 1 }
        }
        guard isFolder else { return }
        let path = joinPath(folder.path, name)
        protected.append((folder.root.id, path))
        writer.report.keptBelowExcluded += try writer.countSources(root: folder.root.id, atOrBelow: path)
    }
}
