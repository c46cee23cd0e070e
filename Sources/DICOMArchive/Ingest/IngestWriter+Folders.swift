extension IngestWriter {
    /// The row of a folder, 0 when it has none yet.
    func findFolder(root: Int64, path: [UInt8]) throws(ArchiveError) -> DirectoryRecord? {
        let find = try connection.statement(WriteSQL.findDirectory)
        find.bind(1, root)
        find.bind(2, path)
        defer { find.reset() }
        return try find.step() ? try DirectoryRecord(id: find.int(0), find, from: 1) : nil
    }

    /// The row of a folder; makes one when its first input is written.
    func row(of folder: IndexedFolder) throws(ArchiveError) -> Int64 {
        if folder.row != 0 { return folder.row }
        if let found = try findFolder(root: folder.root.id, path: folder.path) {
            folder.row = found.id
        } else {
            var record = DirectoryRecord()
            record.id = ids.next(.directories)
            record.root = folder.root.id
            record.path = folder.path
            record.device = folder.device
            record.filesystem = folder.filesystem
            try begin()
            try write(record, with: .insertDirectory)
            folder.row = record.id
        }
        visited.insert(folder.row)
        return folder.row
    }

    func write(_ record: DirectoryRecord, with query: WriteSQL) throws(ArchiveError) {
        let statement = try connection.statement(query)
        statement.bind(1, record.id)
        statement.bind(2, record.root)
        statement.bind(3, record.path)
        statement.bind(4, Int64(bitPattern: record.device))
        statement.bind(5, record.checksum)
        statement.bind(6, record.filesystem)
        try statement.run()
    }

    /// Whether the archive has a folder at `path` below a root, or below that.
    func hasFolder(root: Int64, atOrBelow path: [UInt8]) throws(ArchiveError) -> Bool {
        if try findFolder(root: root, path: path) != nil { return true }
        return try exists(.anyDirectoryBetween) { statement in
            statement.bind(1, root)
            // Every path below `a` lies between `a/` and `a0`: 0 is the character behind the slash.
            statement.bind(2, path.isEmpty ? [] : path + [UInt8(ascii: "/")])
            statement.bind(3, path.isEmpty ? [0xFF] : path + [UInt8(ascii: "0")])
        }
    }

    /// Sources of instances in a folder and in all below it.
    func countSources(root: Int64, atOrBelow path: [UInt8]) throws(ArchiveError) -> Int {
        let query = try connection.statement(WriteSQL.countSourcesBetween)
        query.bind(1, root)
        query.bind(2, path)
        query.bind(3, path.isEmpty ? [] : path + [UInt8(ascii: "/")])
        query.bind(4, path.isEmpty ? [0xFF] : path + [UInt8(ascii: "0")])
        defer { query.reset() }
        return try query.step() ? Int(query.int(0)) : 0
    }

    /// Known sources of a folder behind `name`, in the order of their names.
    func sources(of folder: Int64, after name: [UInt8], limit: Int) throws(ArchiveError) -> [SourceRecord] {
        let query = try connection.statement(WriteSQL.sourcesOfDirectory)
        query.bind(1, folder)
        query.bind(2, name)
        query.bind(3, Int64(limit))
        defer { query.reset() }
        var records: [SourceRecord] = []
        while try query.step() { records.append(try SourceRecord(query)) }
        return records
    }

    func write(_ source: SourceRecord, isNew: Bool) throws(ArchiveError) {
        try begin()
        let statement = try connection.statement(isNew ? WriteSQL.insertSource : WriteSQL.replaceSource)
        statement.bind(1, source.directory)
        statement.bind(2, source.name)
        statement.bind(3, Int64(source.kind.rawValue))
        statement.bind(4, Int64(source.state.rawValue))
        statement.bind(5, source.identity.size)
        statement.bind(6, source.identity.mtimeNs)
        statement.bind(7, source.identity.ctimeNs)
        statement.bind(8, Int64(bitPattern: source.identity.inode))
        statement.bind(9, source.instance)
        statement.bind(10, source.digest)
        statement.bind(11, source.checksum)
        statement.bind(12, source.isYoung ? Int64(1) : nil)
        try statement.run()
    }

    func findSource(_ directory: Int64, _ name: [UInt8]) throws(ArchiveError) -> SourceRecord? {
        let find = try connection.statement(WriteSQL.findSource)
        find.bind(1, directory)
        find.bind(2, name)
        defer { find.reset() }
        return try find.step() ? try SourceRecord(find) : nil
    }

    func sources(ofInstance id: Int64) throws(ArchiveError) -> [SourceRecord] {
        let query = try connection.statement(WriteSQL.sourcesOfInstanceBare)
        query.bind(1, id)
        defer { query.reset() }
        var records: [SourceRecord] = []
        while try query.step() { records.append(try SourceRecord(query)) }
        return records
    }

    /// Forgets when sources went missing: `/problems/missing.txt` carries this time.
    func noteGone() throws(ArchiveError) {
        let set = try connection.statement(WriteSQL.setMeta)
        set.bind(1, Array("gone-changed-ns".utf8))
        set.bind(2, Array(String(now).utf8))
        try set.run()
    }
}
