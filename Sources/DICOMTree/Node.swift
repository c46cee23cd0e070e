/// What `stat` wants to know of one node, from the index alone.
package struct Node: Hashable, Sendable {
    package let id: NodeID
    package let isDirectory: Bool
    /// Bytes of a file; a placeholder where `isSizeExact` is false (`VirtualTree.prepare` makes it exact).
    package let size: Int
    package let isSizeExact: Bool
    /// Nanoseconds since 1970.
    package let modifiedNs: Int64
    /// Number of paths of a file; 2 for directories.
    package let links: Int

    static func directory(_ id: NodeID, modifiedNs: Int64) -> Node {
        Node(id: id, isDirectory: true, size: 0, isSizeExact: true, modifiedNs: modifiedNs, links: 2)
    }

    static func file(_ id: NodeID, size: Int, isSizeExact: Bool = true, modifiedNs: Int64, links: Int = 1) -> Node {
        Node(id: id, isDirectory: false, size: size, isSizeExact: isSizeExact, modifiedNs: modifiedNs, links: links)
    }
}

/// One line of a directory.
package struct TreeEntry: Hashable, Sendable {
    package let name: [UInt8]
    package let node: Node
    /// Row id × 8 + variant: ascending in its directory, the same however often it is listed. 8 at least.
    package let cookie: Int64
}
