/// What `stat` shows of one node.
package struct FileAttributes: Hashable, Sendable {
    /// Node id and inode number; 1 is the root.
    package var node: UInt64
    /// File type and permission bits, as in `st_mode`.
    package var mode: UInt32
    package var links: Int
    package var owner: UInt32
    package var group: UInt32
    /// Bytes. Where `isSizeExact` is false a placeholder that no program gets to see.
    package var size: Int
    /// False while the exact size takes work: the kernel is told to ask again, and only that question makes the size.
    package var isSizeExact: Bool
    /// Nanoseconds since 1970, may be negative; also `st_atime`.
    package var modified: Int64
    /// `st_ctime`.
    package var changed: Int64

    package init(
        node: UInt64, mode: UInt32, links: Int = 1, owner: UInt32, group: UInt32, size: Int, isSizeExact: Bool = true, modified: Int64,
        changed: Int64
    ) {
        self.node = node
        self.mode = mode
        self.links = links
        self.owner = owner
        self.group = group
        self.size = size
        self.isSizeExact = isSizeExact
        self.modified = modified
        self.changed = changed
    }
}

/// What `statfs` shows of the whole.
package struct FilesystemStatistics: Hashable, Sendable {
    /// Bytes of everything in it; nothing is ever free.
    package var totalBytes: Int
    package var nodeCount: Int

    package init(totalBytes: Int, nodeCount: Int) {
        self.totalBytes = totalBytes
        self.nodeCount = nodeCount
    }
}
