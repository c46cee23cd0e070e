/// Whether a folder is still the one it was, on the disk it was on. An unmounted disk must never look like a disk whose files
/// were deleted, and whoever may rename a folder must not have another one read in its place.
///
/// Device numbers change over reboots, so a changed number alone proves nothing. What was recorded (inode, type and UUID of the
/// filesystem) must be there again; where that proves nothing, since no UUID can be had, a changed number is believed when none
/// of the known files is there as it was. What lies below the archive's own folder moves with it to whatever disk, and may have
/// been copied: there a file of a known name is enough.
extension Indexer {
    func checkIdentity(of record: RootRecord, _ root: OpenRoot) throws(ArchiveError) {
        // Nothing of it is in the archive: there is nothing that it could be taken for.
        if try !isEmptyRoot(record.id) {
            do throws(ArchiveError) {
                _ = try archive.rootGuard.check(root.descriptor, root.absolutePath, SourcePlace(record))
            } catch {
                throw ArchiveError(.badPath, error.message, errno: error.errno)
            }
            let isProven = record.filesystem.map { root.filesystem.proves($0) } ?? false
            if record.device != root.device, record.device != 0, !isProven,
                try isOtherDisk(root, movesWithArchive: isWithArchive(record, root.device))
            {
                throw ArchiveError(
                    .badPath,
                    "\(shown(root.absolutePath)) is on another device than before: is the disk mounted? If this is the right one, run: dcmfs relocate ARCHIVE "
                        + "\(shown(root.absolutePath)) \(shown(root.absolutePath))")
            }
        }
        var changed = record
        changed.identify(root)
        guard changed.checksum != record.checksum else { return }
        try writer.begin()
        try roots.update(changed)
    }

    func isEmptyRoot(_ id: Int64) throws(ArchiveError) -> Bool {
        try writer.connection.scalar(
            "SELECT NOT EXISTS (SELECT 1 FROM directories d JOIN sources s ON s.directory = d.id WHERE d.root = \(id) AND s.instance IS NOT NULL)") == 1
    }

    /// The folder with its row; nil when it must be left alone, because another device is mounted there than before.
    func known(_ pending: PendingFolder, _ status: FileStatus, _ descriptor: CInt) throws(ArchiveError) -> IndexedFolder? {
        let record = try writer.findFolder(root: pending.root.id, path: pending.path)
        let filesystem = filesystem(of: descriptor, status.device, pending.root)
        let folder = IndexedFolder(
            root: pending.root, path: pending.path, device: status.device,
            filesystem: filesystem == pending.root.filesystem ? nil : filesystem.text, row: record?.id ?? 0)
        guard var record, record.device != status.device || record.filesystem != folder.filesystem else { return folder }
        if try isElsewhere(record, filesystem, pending, status, descriptor) {
            let message = "\(shown(folder.absolutePath)) is on another device than before: its entries are kept as they are"
            guard pending.parent != nil else { throw ArchiveError(.badPath, message) }
            protected.append((pending.root.id, pending.path))
            writer.report.failedFolders.append(message)
            return nil
        }
        record.device = status.device
        record.filesystem = folder.filesystem
        try writer.begin()
        try writer.write(record, with: .updateDirectory)
        return folder
    }

    private func filesystem(of descriptor: CInt, _ device: UInt64, _ root: OpenRoot) -> FilesystemIdentity {
        device == root.device ? root.filesystem : archive.rootGuard.filesystem(of: descriptor, device)
    }

    private func isElsewhere(
        _ record: DirectoryRecord, _ filesystem: FilesystemIdentity, _ pending: PendingFolder, _ status: FileStatus, _ descriptor: CInt
    ) throws(ArchiveError) -> Bool {
        // Archives of before version 3 do not say on which filesystem a folder lay.
        if record.device == status.device && record.filesystem == nil { return false }
        // It came with the disk of its root, which was checked.
        if status.device == pending.root.device && record.device == pending.root.device { return false }
        let movesWithArchive = status.device == pending.root.device && isRelative(pending.root)
        if !movesWithArchive, let recorded = record.filesystem {
            if !filesystem.matches(recorded) { return try hasSources(record) }
            if filesystem.proves(recorded) { return false }
        }
        // The disk of the root may have had another number when the folder was seen last.
        if record.filesystem == nil, status.device == pending.root.device, record.device == roots.formerDevices[record.root] { return false }
        guard record.device != 0 else { return false }
        return try isOtherFolder(record, descriptor, movesWithArchive: movesWithArchive)
    }

    private func hasSources(_ record: DirectoryRecord) throws(ArchiveError) -> Bool {
        try writer.sources(of: record.id, after: [], limit: 64).contains { $0.instance != nil }
    }

    /// A folder that is not there. One on a disk of its own may come back with it: that it is gone proves nothing of its files.
    func noteDisk(of record: DirectoryRecord) throws(ArchiveError) {
        guard let former = roots.formerDevices[record.root], let root = roots.known.first(where: { $0.record.id == record.root }) else { return }
        if record.device == former {
            guard root.record.device != former else { return }
            // The disk of the root has another number now: so has what was on it.
            var record = record
            record.device = root.record.device
            try writer.begin()
            try writer.write(record, with: .updateDirectory)
        } else if record.device != 0 {
            detached.add(record, at: joinPath(root.path, record.path))
        }
    }

    /// A root below the archive's folder moves with it, to whatever disk.
    private func isWithArchive(_ record: RootRecord, _ device: UInt64) -> Bool {
        record.isRelative && device == archive.fileIdentity.device
    }

    private func isRelative(_ root: OpenRoot) -> Bool {
        roots.known.first { $0.record.id == root.id }?.record.isRelative ?? false
    }

    private func isOtherDisk(_ root: OpenRoot, movesWithArchive: Bool) throws(ArchiveError) -> Bool {
        let query = try writer.connection.prepare(
            """
            SELECT d.path, s.name, s.size, s.mtime_ns, s.inode FROM directories d JOIN sources s ON s.directory = d.id \
            WHERE d.root = ?1 AND s.kind != 6 LIMIT 64
            """)
        query.bind(1, root.id)
        defer { query.reset() }
        var isKnown = false
        while try query.step() {
            isKnown = true
            let path = joinPath(root.absolutePath, joinPath(query.bytes(0), query.bytes(1)))
            guard let now = FileStatus(path: path)?.identity else { continue }
            let isSame = now.size == query.int(2) && now.mtimeNs == query.int(3) && now.inode == UInt64(bitPattern: query.int(4))
            if isSame || movesWithArchive { return false }
        }
        return isKnown
    }

    /// Folders that are not there and were on other disks than their roots.
    struct Detached {
        private(set) var folders: Set<Int64> = []
        private var disks: [UInt64: (first: [UInt8], count: Int)] = [:]

        mutating func add(_ record: DirectoryRecord, at path: [UInt8]) {
            folders.insert(record.id)
            let known = disks[record.device] ?? (path, 0)
            disks[record.device] = (path.lexicographicallyPrecedes(known.first) ? path : known.first, known.count + 1)
        }

        var warnings: [String] {
            disks.values.sorted { $0.first.lexicographicallyPrecedes($1.first) }.map { disk in
                let others = disk.count > 1 ? " and \(disk.count - 1) more" : ""
                return "\(shown(disk.first))\(others) lay on a disk that is not there: the entries are kept; dcmfs forget --gone drops them"
            }
        }
    }

    private func isOtherFolder(_ record: DirectoryRecord, _ descriptor: CInt, movesWithArchive: Bool) throws(ArchiveError) -> Bool {
        let sources = try writer.sources(of: record.id, after: [], limit: 64).filter { $0.kind != .skipped && !$0.isGone }
        return !sources.isEmpty
            && !sources.contains { source in
                guard let now = withCString(source.name, { FileStatus(directory: descriptor, name: $0) })?.identity else { return false }
                return movesWithArchive
                    || now.size == source.identity.size && now.mtimeNs == source.identity.mtimeNs && now.inode == source.identity.inode
            }
    }
}
