/// A row of `sources` with every column.
struct SourceRecord {
    var directory: Int64 = 0
    var name: [UInt8] = []
    var kind: SourceRow.Kind = .instance
    var state: SourceRow.State = .present
    /// Whether its identity says nothing yet: it was taken so soon after a change that another one could bear the same times.
    var isYoung = false
    var identity = FileIdentity()
    var instance: Int64?
    var digest: [UInt8]?

    var checksum: Int64 {
        var sum = RowChecksum(5)
        sum.add(directory)
        sum.add(name)
        sum.add(Int64(kind.rawValue) << 1 | (state == .gone ? 1 : 0))
        sum.add(identity.size)
        sum.add(identity.mtimeNs)
        sum.add(identity.ctimeNs)
        sum.add(Int64(bitPattern: identity.inode))
        sum.add(instance ?? -1)
        sum.add(digest ?? [])
        // Rows from before version 3 keep their sum.
        if state == .unreadable { sum.add(2) }
        if isYoung { sum.add(1) }
        return sum.value
    }

    init() {}

    var isGone: Bool {
        get { state == .gone }
        set { state = newValue ? .gone : .present }
    }

    /// Columns in the order of `ReadSQL.bareSource`.
    init(_ s: SQLStatement) throws(ArchiveError) {
        directory = s.int(0)
        name = s.bytes(1)
        let kind = SourceRow.Kind(rawValue: UInt8(truncatingIfNeeded: s.int(2)))
        self.kind = kind ?? .instance
        let state = UInt8(exactly: s.int(3)).flatMap(SourceRow.State.init(rawValue:))
        self.state = state ?? .present
        identity = FileIdentity(size: s.int(4), mtimeNs: s.int(5), ctimeNs: s.int(6), inode: UInt64(bitPattern: s.int(7)))
        instance = s.optionalInt(8)
        digest = s.optionalBytes(9)
        isYoung = s.int(11) == 1
        try checkRow(kind != nil && state != nil && isInRange && s.int(10) == checksum, "sources", directory)
    }
}

extension SourceRecord {
    private var isInRange: Bool {
        RowRange.places.contains(directory) && RowRange.isName(name) && RowRange.sizes.contains(identity.size)
            && (instance.map { RowRange.ids.contains($0) } ?? true) && (digest.map { $0.count == SHA256.length } ?? true)
    }
}

/// What tells whether a file is the one the index knows: any difference means "read it again".
package struct FileIdentity: Hashable, Sendable {
    package var size: Int64 = 0
    package var mtimeNs: Int64 = 0
    package var ctimeNs: Int64 = 0
    package var inode: UInt64 = 0
}
