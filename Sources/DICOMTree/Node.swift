/// What `stat` wants to know of one node, from the index alone.
package struct Node: Hashable, Sendable {
    package let id: NodeID
    package let isDirectory: Bool
    /// Bytes of a file; a placeholder where `isSizeExact` is false (`VirtualTree.prepare` makes it exact).
    package let size: Int
    package let isSizeExact: Bool
    /// Nanoseconds since 1970: what is shown as the time of the file.
    package let modifiedNs: Int64
    /// When the bytes, or the entries, last changed; the same unless times of studies are shown.
    package let changedNs: Int64
    /// Number of paths of a file; 2 for directories.
    package let links: Int

    private init(id: NodeID, isDirectory: Bool, size: Int, isSizeExact: Bool, modifiedNs: Int64, changedNs: Int64, links: Int) {
        self.id = id
        self.isDirectory = isDirectory
        self.size = size
        self.isSizeExact = isSizeExact
        self.modifiedNs = modifiedNs
        self.changedNs = changedNs
        self.links = links
    }

    /// The same node under another time, if there is one.
    func showing(modifiedNs time: Int64?) -> Node {
        guard let time else { return self }
        return Node(
            id: id, isDirectory: isDirectory, size: size, isSizeExact: isSizeExact, modifiedNs: time, changedNs: changedNs, links: links)
    }

    func sized(_ size: Int) -> Node {
        Node(id: id, isDirectory: isDirectory, size: size, isSizeExact: true, modifiedNs: modifiedNs, changedNs: changedNs, links: links)
    }

    static func directory(_ id: NodeID, modifiedNs: Int64) -> Node {
        Node(id: id, isDirectory: true, size: 0, isSizeExact: true, modifiedNs: modifiedNs, changedNs: modifiedNs, links: 2)
    }

    static func file(_ id: NodeID, size: Int, isSizeExact: Bool = true, modifiedNs: Int64, links: Int = 1) -> Node {
        Node(
            id: id, isDirectory: false, size: size, isSizeExact: isSizeExact, modifiedNs: modifiedNs, changedNs: modifiedNs, links: links)
    }
}

/// One line of a directory.
package struct TreeEntry: Hashable, Sendable {
    package let name: [UInt8]
    package let node: Node
    /// Row id × 8 + variant: ascending in its directory, the same however often it is listed. 8 at least.
    package let cookie: Int64
}
