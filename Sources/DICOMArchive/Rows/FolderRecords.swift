/// A row of `roots`: a folder given to `index`. A relative one lies below the archive's own folder and moves with it.
struct RootRecord {
    var id: Int64 = 0
    var isRelative = false
    var path: [UInt8] = []
    var device: UInt64 = 0

    var checksum: Int64 {
        var sum = RowChecksum(6)
        sum.add(id)
        sum.add(isRelative ? 1 : 0)
        sum.add(path)
        sum.add(Int64(bitPattern: device))
        return sum.value
    }

    init() {}

    /// Columns `id, is_relative, path, device, checksum` from `first` on.
    init(id: Int64, _ s: SQLStatement, from first: Int32) throws(ArchiveError) {
        self.id = id
        isRelative = s.int(first) == 1
        path = s.bytes(first + 1)
        device = UInt64(bitPattern: s.int(first + 2))
        try checkRow(s.int(first + 3) == checksum, "roots", id)
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

    var checksum: Int64 {
        var sum = RowChecksum(7)
        sum.add(id)
        sum.add(root)
        sum.add(path)
        sum.add(Int64(bitPattern: device))
        return sum.value
    }

    init() {}

    /// Columns `root, path, device, checksum` from `first` on.
    init(id: Int64, _ s: SQLStatement, from first: Int32) throws(ArchiveError) {
        self.id = id
        root = s.int(first)
        path = s.bytes(first + 1)
        device = UInt64(bitPattern: s.int(first + 2))
        try checkRow(s.int(first + 3) == checksum, "directories", id)
    }
}
