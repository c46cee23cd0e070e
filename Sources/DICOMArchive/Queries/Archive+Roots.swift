import CLinux

/// The root folders as such.
extension Archive {
    func roots() throws(ArchiveError) -> [(record: RootRecord, path: [UInt8])] {
        try pool.read { connection throws(ArchiveError) in try roots(connection) }
    }

    func roots(_ connection: Connection) throws(ArchiveError) -> [(record: RootRecord, path: [UInt8])] {
        let query = try connection.prepare("SELECT id, \(ReadSQL.root) FROM roots ORDER BY id")
        var roots: [(record: RootRecord, path: [UInt8])] = []
        while try query.step() {
            let record = try RootRecord(id: query.int(0), query, from: 1)
            roots.append((record, record.absolutePath(archiveFolder: folder)))
        }
        return roots
    }

    /// Roots on filesystems that make up inode numbers, so that `SourceStrictness.whereKept` compares none; those that are there.
    package func rootsWithoutInodes() throws(ArchiveError) -> [(path: [UInt8], type: String)] {
        var found: [(path: [UInt8], type: String)] = []
        for root in try roots() {
            let descriptor = withCString(root.path, clinux_open_folder)
            guard descriptor >= 0 else { continue }
            defer { closeDescriptor(descriptor) }
            guard let status = FileStatus(descriptor: descriptor) else { continue }
            let filesystem = rootGuard.filesystem(of: descriptor, status.device)
            if !filesystem.keepsInodes { found.append((root.path, filesystem.type)) }
        }
        return found
    }
}
