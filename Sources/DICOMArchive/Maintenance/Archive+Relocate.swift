import CLinux

extension Archive {
    /// Tells the archive that what was at or below `old` is now at `new`. Names and ids stay; nothing is read again now.
    ///
    /// The only way to have another folder taken for the one that was indexed. The next `index` reads the files once more, because
    /// their inodes are others.
    /// - Returns: number of folders whose place changed.
    package func relocate(from old: [UInt8], to new: [UInt8]) throws(ArchiveError) -> Int {
        guard let target = realPath(new), let status = FileStatus(path: target), status.isDirectory else {
            throw ArchiveError(.badPath, "\(shown(new)) is not a folder")
        }
        let writer = try IngestWriter(self, options: IndexOptions())
        do throws(ArchiveError) {
            try writer.begin()
            let roots = try Roots(self, writer.connection)
            var relocation = Relocation(archive: self, writer: writer, roots: roots, old: plainPath(old), new: target)
            // A link may stand where the folder was; else the path may lead through one.
            if try relocation.affected().isEmpty {
                relocation = Relocation(archive: self, writer: writer, roots: roots, old: absolutePath(old), new: target)
            }
            let count = try relocation.run(device: status.device)
            try writer.commit()
            return count
        } catch {
            writer.rollback()
            throw error
        }
    }
}

private struct Relocation {
    let archive: Archive
    let writer: IngestWriter
    let roots: Roots
    let old: [UInt8]
    let new: [UInt8]

    func run(device: UInt64) throws(ArchiveError) -> Int {
        let folders = try affected()
        guard !folders.isEmpty else { throw ArchiveError(.badPath, "nothing at or below \(shown(old)) is in the archive") }
        try checkTarget(folders)
        let root = try targetRoot(device: device)
        try identify(root.record)
        for (record, below) in folders { try move(record, to: root, joinPath(new, below)) }
        try removeEmptyRoots()
        return folders.count
    }

    /// Folders at or below `old`, with their path below it.
    func affected() throws(ArchiveError) -> [(record: DirectoryRecord, below: [UInt8])] {
        var folders: [(record: DirectoryRecord, below: [UInt8])] = []
        for root in roots.known {
            let query = try writer.connection.statement(WriteSQL.directoriesOfRoot)
            query.bind(1, root.record.id)
            defer { query.reset() }
            while try query.step() {
                let record = try DirectoryRecord(id: query.int(0), query, from: 1)
                if let below = pathBelow(old, joinPath(root.path, record.path)) { folders.append((record, below)) }
            }
        }
        return folders
    }

    /// At least one known file must be found at the new place, as it was: a mistyped path must not break an archive.
    private func checkTarget(_ folders: [(record: DirectoryRecord, below: [UInt8])]) throws(ArchiveError) {
        var looked = 0
        for (record, below) in folders where looked < 1000 {
            for source in try writer.sources(of: record.id, after: [], limit: 16) where source.kind != .skipped {
                looked += 1
                let path = joinPath(joinPath(new, below), source.name)
                if let now = FileStatus(path: path)?.identity, now.size == source.identity.size, now.mtimeNs == source.identity.mtimeNs { return }
            }
        }
        guard looked == 0 else {
            throw ArchiveError(
                .badPath, "none of the files indexed below \(shown(old)) is at \(shown(new)) with its size and time; nothing was changed")
        }
    }

    private func targetRoot(device: UInt64) throws(ArchiveError) -> (record: RootRecord, path: [UInt8]) {
        // A root above the old place is no home for the new one unless it holds that as well.
        if let known = roots.root(above: new) { return known }
        return (try roots.insert(new, device: device, id: writer.ids.next(.roots)), new)
    }

    private func move(_ record: DirectoryRecord, to root: (record: RootRecord, path: [UInt8]), _ path: [UInt8]) throws(ArchiveError) {
        var moved = record
        moved.root = root.record.id
        moved.path = pathBelow(root.path, path) ?? []
        // Whatever disk it is: the next index notes it.
        moved.device = 0
        moved.filesystem = try filesystem(at: path, below: root.record)
        if let other = try writer.findFolder(root: moved.root, path: moved.path), other.id != record.id {
            throw ArchiveError(.badPath, "\(shown(path)) is in the archive already; forget one of the two first")
        }
        try writer.write(moved, with: .updateDirectory)
    }

    /// Of a folder that lies on another one than its root; nil where it does not, or is not there.
    private func filesystem(at path: [UInt8], below root: RootRecord) throws(ArchiveError) -> [UInt8]? {
        let root = try roots.opened(root)
        let descriptor = withCString(path, clinux_open_folder)
        guard descriptor >= 0 else { return nil }
        defer { closeDescriptor(descriptor) }
        guard let status = FileStatus(descriptor: descriptor), status.device != root.device else { return nil }
        let filesystem = archive.rootGuard.filesystem(of: descriptor, status.device)
        return filesystem == root.filesystem ? nil : filesystem.text
    }

    private func removeEmptyRoots() throws(ArchiveError) {
        for root in roots.known where pathBelow(old, root.path) != nil && old != new {
            let left = try writer.connection.scalar("SELECT count(*) FROM directories WHERE root = \(root.record.id)") ?? 0
            if left == 0 { try writer.connection.execute("DELETE FROM roots WHERE id = \(root.record.id)") }
        }
    }

    /// From now on this is the folder, whatever stood at its path before. A root above the new place was not asked about: it must be
    /// the one that was indexed.
    private func identify(_ record: RootRecord) throws(ArchiveError) {
        let root = try roots.opened(record)
        guard root.absolutePath == new || pathBelow(old, root.absolutePath) != nil else {
            do throws(ArchiveError) {
                _ = try archive.rootGuard.check(root.descriptor, root.absolutePath, SourcePlace(record))
            } catch {
                throw ArchiveError(.badPath, error.message)
            }
            return
        }
        var identified = record
        identified.identify(root)
        try roots.update(identified)
    }
}
