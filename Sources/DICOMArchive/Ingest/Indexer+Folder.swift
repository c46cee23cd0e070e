import Glibc

/// One folder: compare what is there with what the index knows, both in the order of names.
extension Indexer {
    /// - Returns: its subfolders, in order.
    @discardableResult
    func visit(_ pending: PendingFolder, only: [UInt8]?) throws(ArchiveError) -> [PendingFolder] {
        let descriptor = openFolder(pending.root, pending.path)
        guard descriptor >= 0 else {
            if [EMFILE, ENFILE, ENOMEM].contains(-descriptor) {
                throw ArchiveError(.system, IngestWriter.exhaustion(-descriptor), errno: -descriptor)
            }
            try unreadable(pending, errorText(-descriptor))
            return []
        }
        defer { closeDescriptor(descriptor) }
        guard let status = FileStatus(descriptor: descriptor) else {
            try unreadable(pending, errorText(errno))
            return []
        }
        if status.device != (pending.parent?.device ?? pending.root.device), MountTable.isDCMFS(status.device) {
            protected.append((pending.root.id, pending.path))
            if let parent = pending.parent {
                try writer.skip(
                    parent, pending.name, known: try known(in: parent, pending.name), reason: "dcmfs-mount", "a dcmfs mount, not entered")
            }
            return []
        }
        guard let folder = try known(pending, status, descriptor) else { return [] }
        let listing: DirectoryListing
        do throws(ArchiveError) {
            listing = try DirectoryListing(descriptor: descriptor)
        } catch {
            try unreadable(pending, error.message)
            return []
        }
        if pending.parent == nil && listing.count == 0 {
            throw ArchiveError(.badPath, "\(shown(folder.absolutePath)) is empty: is the disk mounted?")
        }
        if let parent = pending.parent, let skipped = try known(in: parent, pending.name), skipped.instance == nil {
            try writer.deleteRow(skipped)
        }
        if folder.row != 0 { writer.visited.insert(folder.row) }
        return try compare(listing, folder, descriptor, only: only)
    }

    private func known(in folder: IndexedFolder, _ name: [UInt8]) throws(ArchiveError) -> SourceRecord? {
        folder.row == 0 ? nil : try writer.findSource(folder.row, name)
    }

    private func unreadable(_ pending: PendingFolder, _ why: String) throws(ArchiveError) {
        let path = shown(joinPath(pending.root.absolutePath, pending.path))
        guard let parent = pending.parent else { throw ArchiveError(.badPath, "\(path) cannot be read: \(why)") }
        protected.append((pending.root.id, pending.path))
        writer.report.warnings.append("\(path) cannot be read: \(why)")
        try writer.skip(parent, pending.name, known: try known(in: parent, pending.name), reason: "unreadable-folder", why)
    }

    // MARK: - Files

    private func compare(
        _ listing: DirectoryListing, _ folder: IndexedFolder, _ descriptor: CInt, only: [UInt8]?
    ) throws(ArchiveError) -> [PendingFolder] {
        var known = KnownSources(writer, folder.row)
        var below: [PendingFolder] = []
        for index in 0..<listing.count {
            let name = listing.name(index)
            if let only, only != name { continue }
            // A slow disk takes its time for every entry.
            try checkCancelled()
            if isOwnFile(folder, name, listing.inodes[index]) { continue }
            // Whatever the index knows before this name is not there any more.
            while only == nil, let lost = try known.next(before: name) { try writer.lost(lost) }
            let source = try known.take(name)
            let kind = kind(listing, index, name, descriptor)
            if only == nil, let pattern = exclusions.pattern(for: name, in: folder, isFolder: kind == .folder) {
                try leaveOut(folder, name, source, isFolder: kind == .folder, pattern)
                continue
            }
            switch kind {
            case .file: try file(folder, name, source, descriptor)
            case .folder:
                if let source, source.kind != .skipped { try writer.displaced(source, by: "a folder") }
                below.append(PendingFolder(root: folder.root, path: joinPath(folder.path, name), parent: folder, name: name))
            case .symbolicLink: try link(folder, name, source)
            case .special, .unknown:
                try writer.skip(folder, name, known: source, reason: "special-file", "not a regular file, not opened")
            }
            try writer.commitIfDue()
        }
        if only == nil {
            while let lost = try known.next(before: nil) { try writer.lost(lost) }
        }
        return only == nil ? below : []
    }

    private func kind(_ listing: DirectoryListing, _ index: Int, _ name: [UInt8], _ descriptor: CInt) -> DirectoryListing.Kind {
        let kind = listing.kind(index)
        guard kind == .unknown else { return kind }
        guard let status = withCString(name, { FileStatus(directory: descriptor, name: $0) }) else { return .file }
        return status.isRegular ? .file : status.isDirectory ? .folder : status.isSymbolicLink ? .symbolicLink : .special
    }

    private func file(_ folder: IndexedFolder, _ name: [UInt8], _ known: SourceRecord?, _ descriptor: CInt) throws(ArchiveError) {
        let wantsDigest = options.verifies || options.takesDigests
        let isTouched = known != nil && options.isTouched?(folder.absolutePath(of: name), false) ?? false
        if try isWaiting(folder, name, known, isTouched, descriptor) { return }
        guard let known else {
            // An event said that it is there: that is settled with this.
            _ = options.isTouched?(folder.absolutePath(of: name), true)
            return try read(Candidate(folder: folder, name: name, known: nil, wantsDigest: wantsDigest))
        }
        let (status, code) = withCString(name) { FileStatus.at(directory: descriptor, name: $0) }
        guard let status else {
            if code == ENOENT || code == ENOTDIR { return try writer.lost(known) }
            writer.report.found += 1
            try writer.keepUnreadable(Candidate(folder: folder, name: name, known: known, wantsDigest: false), errorText(code))
            return writer.fileDone()
        }
        let isSuspect = known.isYoung || isTouched
        if !isSuspect, status.identity == known.identity {
            guard try mustReadAgain(known) else { return try writer.unchanged(known) }
        }
        if isTouched { _ = options.isTouched?(folder.absolutePath(of: name), true) }
        // A stored digest tells whether a file that only looks different is.
        try read(Candidate(folder: folder, name: name, known: known, wantsDigest: wantsDigest || known.digest != nil, isSuspect: isSuspect))
    }

    private func isOutdated(_ known: SourceRecord) throws(ArchiveError) -> Bool {
        guard known.kind == .instance, let id = known.instance, let record = try writer.instanceRecord(id) else { return false }
        return record.textVersion != DescriptionVersion.current
    }

    private func isWaiting(
        _ folder: IndexedFolder, _ name: [UInt8], _ known: SourceRecord?, _ isTouched: Bool, _ descriptor: CInt
    ) throws(ArchiveError) -> Bool {
        guard let isIncomplete = options.isIncomplete, let status = withCString(name, { FileStatus(directory: descriptor, name: $0) }),
            isTouched || status.identity != known?.identity, isIncomplete(folder.absolutePath(of: name), status.identity.mtimeNs)
        else { return false }
        writer.report.waiting += 1
        return true
    }

    /// Whether a file is read although it looks as it did.
    private func mustReadAgain(_ known: SourceRecord) throws(ArchiveError) -> Bool {
        if options.verifies || options.takesDigests && known.digest == nil { return true }
        if isOutdated { if try isOutdated(known) { return true } }
        switch known.kind {
        case .mediaDirectory, .skipped: return true
        case .setAside:
            // Only what follows from the bytes alone is remembered.
            return ["unreadable", "reader-failed"].contains(try writer.problemReason(known))
        case .instance, .duplicate:
            guard writer.copyStore != nil, let instance = known.instance else { return false }
            return try !writer.sources(ofInstance: instance).contains { $0.kind == .copy && !$0.isGone }
        case .copy, .notDICOM: return false
        }
    }

    /// The archive's database and its logs: never opened here, because closing any descriptor of the database would drop
    /// SQLite's locks on it.
    private func isOwnFile(_ folder: IndexedFolder, _ name: [UInt8], _ inode: UInt64) -> Bool {
        if inode == archive.fileIdentity.inode && folder.device == archive.fileIdentity.device { return true }
        let path = folder.absolutePath
        guard path == archive.folder, let own = pathBelow(path, archive.path), name.starts(with: own) else { return false }
        return ["-wal", "-shm", "-journal"].contains { name == own + Array($0.utf8) }
    }
}
