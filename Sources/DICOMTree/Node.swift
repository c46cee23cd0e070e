/// What `stat` wants to know of one node, from the index alone.
package struct Node: Hashable, Sendable {
    package let id: NodeID
    /// `st_ino`; the same for every path of a file.
    package let number: UInt64
    package let isDirectory: Bool
    /// Bytes of a file; a placeholder where `isSizeExact` is false (`VirtualTree.prepare` makes it exact).
    package let size: Int
    package let isSizeExact: Bool
    /// Nanoseconds since 1970: what is shown as the time of the file.
    package let modifiedNs: Int64
    /// When the bytes, or the entries, last changed; the same unless times of studies are shown.
    package let changedNs: Int64
    /// Of what has an id, and a number, that something else had before; the kernel takes it for another file.
    package var generation: UInt32 = 1
    /// A report: its size holds for now only.
    package var isReport = false

    private init(_ id: NodeID, number: UInt64?, isDirectory: Bool, size: Int = 0, isSizeExact: Bool = true, modifiedNs: Int64) throws(TreeError) {
        guard let number else { throw TreeError(.archive, "row id out of range") }
        self.id = id
        self.number = number
        self.isDirectory = isDirectory
        self.size = size
        self.isSizeExact = isSizeExact
        self.modifiedNs = modifiedNs
        self.changedNs = modifiedNs
    }

    private init(_ node: Node, modifiedNs: Int64, size: Int? = nil) {
        id = node.id
        number = node.number
        isDirectory = node.isDirectory
        self.size = size ?? node.size
        isSizeExact = node.isSizeExact || size != nil
        self.modifiedNs = modifiedNs
        changedNs = node.changedNs
        generation = node.generation
        isReport = node.isReport
    }

    /// The same node under another time, if there is one.
    func showing(modifiedNs time: Int64?) -> Node {
        guard let time else { return self }
        return Node(self, modifiedNs: time)
    }

    func withSize(_ size: Int) -> Node { Node(self, modifiedNs: modifiedNs, size: size) }

    static func directory(_ id: NodeID, modifiedNs: Int64) throws(TreeError) -> Node {
        try Node(id, number: FileNumber.of(id), isDirectory: true, modifiedNs: modifiedNs)
    }

    /// - Parameter frames: for a frame, the number of the first one of its instance.
    static func file(_ id: NodeID, size: Int, isSizeExact: Bool = true, modifiedNs: Int64, frames: Int64? = nil) throws(TreeError) -> Node {
        try Node(id, number: FileNumber.of(id, frames: frames), isDirectory: false, size: size, isSizeExact: isSizeExact, modifiedNs: modifiedNs)
    }
}

/// One line of a directory.
package struct TreeEntry: Hashable, Sendable {
    package let name: [UInt8]
    package let node: Node
    /// Row id × 8 + variant: ascending in its directory, the same however often it is listed. 8 at least.
    package let cookie: Int64
}
