extension Archive {
    /// The files that hold an instance, in the order in which to try them: present ones first, the archive's own copy
    /// before the original, duplicates last.
    package func sources(of instance: Int64) throws(ArchiveError) -> [SourceRow] {
        try pool.read { connection throws(ArchiveError) in try sources(of: instance, connection) }
    }

    /// Instances with their sources, as of one moment; nil for those that are not there.
    package func located(_ instances: [Int64]) throws(ArchiveError) -> [LocatedInstance?] {
        try pool.read { connection throws(ArchiveError) in
            // Locking the database for reading takes longer than to read a row.
            if instances.count > 1 {
                var found: [LocatedInstance?] = []
                try connection.transaction { () throws(ArchiveError) in
                    for id in instances { found.append(try located(id, connection)) }
                }
                return found
            }
            return try instances.first.map { id throws(ArchiveError) in [try located(id, connection)] } ?? []
        }
    }

    /// The instance's statement goes on while its sources are read: so long the lock is kept.
    private func located(_ id: Int64, _ connection: Connection) throws(ArchiveError) -> LocatedInstance? {
        let statement = try connection.statement(ReadSQL.instanceByID)
        statement.bind(1, id)
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        return LocatedInstance(row: try InstanceRecord(statement).row, sources: try sources(of: id, connection))
    }

    func sources(of instance: Int64, _ connection: Connection) throws(ArchiveError) -> [SourceRow] {
        let statement = try connection.statement(ReadSQL.sourcesOfInstance)
        statement.bind(1, instance)
        return try connection.rows(statement) { s throws(ArchiveError) in try sourceRow(s) }
    }

    /// Columns in the order of `ReadSQL.source`.
    func sourceRow(_ s: SQLStatement) throws(ArchiveError) -> SourceRow {
        let source = try SourceRecord(s)
        let directory = try DirectoryRecord(id: source.directory, s, from: 12)
        let root = try RootRecord(id: directory.root, s, from: 17)
        return SourceRow(
            place: SourcePlace(root, folderFilesystem: directory.filesystem), rootPath: root.absolutePath(archiveFolder: folder), relativePath: joinPath(directory.path, source.name),
            size: source.identity.size, mtimeNs: source.identity.mtimeNs, ctimeNs: source.identity.ctimeNs, inode: source.identity.inode,
            device: directory.device, kind: source.kind, state: source.state, isYoung: source.isYoung, digest: source.digest ?? [])
    }

    /// Whether a path leads to a source, there or gone, or to the database. A symbolic link at its end is a file of its own: who
    /// renames something to that name replaces the link.
    package func isOwn(_ given: [UInt8]) throws(ArchiveError) -> Bool {
        let slash = UInt8(ascii: "/")
        let start = given.lastIndex(of: slash).map { given.index(after: $0) } ?? given.startIndex
        let (parent, name) = (given[..<start], Array(given[start...]))
        let directory = absolutePath(parent.isEmpty ? [UInt8(ascii: ".")] : Array(parent))
        if joinPath(directory, name) == path { return true }
        return try pool.read { connection throws(ArchiveError) in
            let roots = try connection.prepare("SELECT id, \(ReadSQL.root) FROM roots")
            let query = try connection.prepare(
                """
                SELECT 1 FROM directories d JOIN sources s ON s.directory = d.id WHERE d.root = ?1 AND d.path = ?2 AND s.name = ?3
                """)
            while try roots.step() {
                let root = try RootRecord(id: roots.int(0), roots, from: 1)
                guard let below = pathBelow(root.absolutePath(archiveFolder: folder), directory) else { continue }
                query.bind(1, root.id)
                query.bind(2, below)
                query.bind(3, name)
                defer { query.reset() }
                if try query.step() { return true }
            }
            return false
        }
    }
}
