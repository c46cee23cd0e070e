/// A file on disk that holds the bytes of an instance.
package struct SourceRow: Hashable, Sendable {
    /// What an input turned out to be. Raw values are stored.
    package enum Kind: UInt8, Sendable {
        /// The source an instance was made from.
        case instance = 0
        /// The same bytes in another place.
        case duplicate = 1
        /// A copy made by `index --copy-to`.
        case copy = 2
        case setAside = 3
        case notDICOM = 4
        case mediaDirectory = 5
        /// A symbolic link, FIFO, socket, device or mount that is never opened.
        case skipped = 6
    }

    package enum State: UInt8, Sendable {
        case present = 0
        /// Not found by the last `index` of its folder; its entry stays.
        case gone = 1
        /// There, but it cannot be read, or holds nothing that is the instance; its entry stays, and `problems` says why.
        case unreadable = 2
    }

    /// What its root was when it was indexed.
    let place: SourcePlace
    /// Absolute path of the root folder.
    package let rootPath: [UInt8]
    /// Path below the root folder, no leading slash.
    package let relativePath: [UInt8]
    package let size: Int64
    package let mtimeNs: Int64
    package let ctimeNs: Int64
    package let inode: UInt64
    /// st_dev of the folder at ingest; 0 where unknown (after `relocate`).
    package let device: UInt64
    package let kind: Kind
    package let state: State
    /// Whether its identity says nothing yet; see `SourceRecord`.
    package let isYoung: Bool
    /// SHA-256 of the whole file, empty where it was not taken.
    package let digest: [UInt8]

    /// `rootPath` and `relativePath` joined.
    package var path: [UInt8] { joinPath(rootPath, relativePath) }
}

/// `a/b`, whatever slashes `a` ends with; just `a` when `b` is empty.
package func joinPath(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
    if b.isEmpty { return a }
    if a.isEmpty { return b }
    return a.last == UInt8(ascii: "/") ? a + b : a + [UInt8(ascii: "/")] + b
}

/// An instance with the files that hold it, in the order in which to try them.
package struct LocatedInstance: Hashable, Sendable {
    package let row: InstanceRow
    package let sources: [SourceRow]

    package init(row: InstanceRow, sources: [SourceRow]) {
        self.row = row
        self.sources = sources
    }
}
