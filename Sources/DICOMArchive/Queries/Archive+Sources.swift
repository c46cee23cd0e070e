extension Archive {
    /// The files that hold an instance, in the order in which to try them: present ones first, the archive's own copy
    /// before the original, duplicates last.
    package func sources(of instance: Int64) throws(ArchiveError) -> [SourceRow] {
        try pool.read { connection throws(ArchiveError) in
            let statement = try connection.statement(ReadSQL.sourcesOfInstance)
            statement.bind(1, instance)
            defer { statement.reset() }
            var rows: [SourceRow] = []
            while try statement.step() { rows.append(try sourceRow(statement)) }
            return rows
        }
    }

    /// Columns in the order of `ReadSQL.source`.
    func sourceRow(_ s: SQLStatement) throws(ArchiveError) -> SourceRow {
        let source = try SourceRecord(s)
        let directory = try DirectoryRecord(id: source.directory, s, from: 11)
        let root = try RootRecord(id: directory.root, s, from: 15)
        return SourceRow(
            rootPath: root.absolutePath(archiveFolder: folder), relativePath: joinPath(directory.path, source.name),
            size: source.identity.size, mtimeNs: source.identity.mtimeNs, ctimeNs: source.identity.ctimeNs, inode: source.identity.inode,
            device: directory.device, kind: source.kind, state: source.isGone ? .gone : .present, digest: source.digest ?? [])
    }
}
