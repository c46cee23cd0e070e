/// A row of `roots`: a folder given to `index`. A relative one lies below the archive's own folder and moves with it.
struct RootRecord {
    var id: Int64 = 0
    var isRelative = false
    var path: [UInt8] = []
    var device: UInt64 = 0
    /// Of the folder itself, as it was indexed; nil where that is not known (archives of before version 3).
    var inode: UInt64?
    /// Type and UUID of the filesystem it lay on, e.g. `ext4 2f1c…`; empty where it has neither, nil where that is not known.
    var filesystem: [UInt8]?

    var checksum: Int64 {
        var sum = RowChecksum(6)
        sum.add(id)
        sum.add(isRelative ? 1 : 0)
        sum.add(path)
        sum.add(Int64(bitPattern: device))
        // Rows from before version 3 keep their sum.
        if let inode { sum.add(Int64(bitPattern: inode)) }
        if let filesystem { sum.add(filesystem) }
        return sum.value
    }

    init() {}

    /// Columns of `ReadSQL.root` from `first` on.
    init(id: Int64, _ s: SQLStatement, from first: Int32) throws(ArchiveError) {
        self.id = id
        isRelative = s.int(first) == 1
        path = s.bytes(first + 1)
        device = UInt64(bitPattern: s.int(first + 2))
        inode = s.optionalInt(first + 4).map { UInt64(bitPattern: $0) }
        filesystem = s.optionalBytes(first + 5)
        // A path that is not the root's own beginning would be looked for in the folder where dcmfs happens to run.
        let isInRange = RowRange.places.contains(id) && RowRange.isPath(path) && (isRelative || path.first == UInt8(ascii: "/"))
        try checkRow(isInRange && s.int(first + 3) == checksum, "roots", id)
    }

    func absolutePath(archiveFolder: [UInt8]) -> [UInt8] {
        isRelative ? joinPath(archiveFolder, path) : path
    }
}

/// A row of `directories`: a folder below a root that holds at least one input.
struct DirectoryRecord {
    var id: Int64 = 0
    var root: Int64 = 0
    /// Path below the root; empty for the root itself.
    var path: [UInt8] = []
    var device: UInt64 = 0
    /// As of a root; only where it is another filesystem than the root's.
    var filesystem: [UInt8]?

    var checksum: Int64 {
        var sum = RowChecksum(7)
        sum.add(id)
        sum.add(root)
        sum.add(path)
        sum.add(Int64(bitPattern: device))
        if let filesystem { sum.add(filesystem) }
        return sum.value
    }

    init() {}

    /// Columns of `ReadSQL.directory` from `first` on.
    init(id: Int64, _ s: SQLStatement, from first: Int32) throws(ArchiveError) {
        self.id = id
        root = s.int(first)
        path = s.bytes(first + 1)
        device = UInt64(bitPattern: s.int(first + 2))
        filesystem = s.optionalBytes(first + 4)
        let isInRange =
            RowRange.places.contains(id) && RowRange.places.contains(root) && RowRange.isPath(path) && path.first != UInt8(ascii: "/")
        try checkRow(isInRange && s.int(first + 3) == checksum, "directories", id)
    }
}
