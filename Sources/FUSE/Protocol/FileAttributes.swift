/// What `stat` shows of one node.
package struct FileAttributes: Hashable, Sendable {
    /// Node id, by which the kernel asks; 1 is the root.
    package var node: UInt64
    /// Another one for whatever gets a node id that something else had.
    package var generation: UInt64 = 1
    /// `st_ino`, which programs see.
    package var number: UInt64
    /// File type and permission bits, as in `st_mode`.
    package var mode: UInt32
    package var owner: UInt32
    package var group: UInt32
    /// Bytes. Where `isSizeExact` is false a placeholder that no program gets to see.
    package var size: Int
    /// False while the exact size takes work: the kernel is told to ask again, and only that question makes the size.
    package var isSizeExact: Bool
    /// Whether it may be another one at the next question: then the kernel keeps none.
    package var isVolatile = false
    /// Nanoseconds since 1970, may be negative; also `st_atime`.
    package var modified: Int64
    /// `st_ctime`.
    package var changed: Int64

    package init(
        node: UInt64, number: UInt64, mode: UInt32, owner: UInt32, group: UInt32, size: Int, isSizeExact: Bool = true, modified: Int64,
        changed: Int64
    ) {
        self.node = node
        self.number = number
        self.mode = mode
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
    /// Bytes of everything in it.
    package var totalBytes: Int
    package var nodeCount: Int
    /// What is free where more of it can come from: nothing can be written here, but a filesystem that is full raises alarms.
    package var freeBytes: Int
    package var freeNodes: Int

    package init(totalBytes: Int, nodeCount: Int, freeBytes: Int = 0, freeNodes: Int = 0) {
        self.totalBytes = totalBytes
        self.nodeCount = nodeCount
        self.freeBytes = freeBytes
        self.freeNodes = freeNodes
    }
}
