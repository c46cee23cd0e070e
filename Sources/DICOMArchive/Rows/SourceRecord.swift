/// A row of `sources` with every column.
struct SourceRecord {
    var directory: Int64 = 0
    var name: [UInt8] = []
    var kind: SourceRow.Kind = .instance
    var isGone = false
    var identity = FileIdentity()
    var instance: Int64?
    var digest: [UInt8]?

    var checksum: Int64 {
        var sum = RowChecksum(5)
        sum.add(directory)
        sum.add(name)
        sum.add(Int64(kind.rawValue) << 1 | (isGone ? 1 : 0))
        sum.add(identity.size)
        sum.add(identity.mtimeNs)
        sum.add(identity.ctimeNs)
        sum.add(Int64(bitPattern: identity.inode))
        sum.add(instance ?? -1)
        sum.add(digest ?? [])
        return sum.value
    }

    init() {}

    /// Columns `directory, name, kind, gone, size, mtime_ns, ctime_ns, inode, instance, digest, checksum`.
    init(_ s: SQLStatement) throws(ArchiveError) {
        directory = s.int(0)
        name = s.bytes(1)
        let kind = SourceRow.Kind(rawValue: UInt8(truncatingIfNeeded: s.int(2)))
        self.kind = kind ?? .instance
        isGone = s.int(3) == 1
        identity = FileIdentity(size: s.int(4), mtimeNs: s.int(5), ctimeNs: s.int(6), inode: UInt64(bitPattern: s.int(7)))
        instance = s.optionalInt(8)
        digest = s.optionalBytes(9)
        try checkRow(kind != nil && s.int(10) == checksum, "sources", directory)
    }
}

/// What tells whether a file is the one the index knows: any difference means "read it again".
package struct FileIdentity: Hashable, Sendable {
    package var size: Int64 = 0
    package var mtimeNs: Int64 = 0
    package var ctimeNs: Int64 = 0
    package var inode: UInt64 = 0
}
