/// The number of a node: node id of the mount and `st_ino`. Made of kind and row, so there is no table of nodes and
/// numbers stay the same over remounts; row ids of the index are never used twice.
///
///     bit 63   62...58   57...24   23...0
///     zero     kind      row id    detail: frame (0-based), or place in a view
package struct NodeID: RawRepresentable, Hashable, Sendable {
    /// Raw values are part of inode numbers: never changed, never used again.
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// The root (detail 1, as FUSE wants it) and files of its own.
        case fixed = 0
        /// A directory of a view; detail is the view's number and the level in it.
        case viewDirectory = 1
        /// A directory of instances; detail is the view's number: a directory may stand in one place only.
        case seriesDirectory = 2
        /// A text file of a view.
        case viewFile = 3
        /// `NNNNN.frames`; detail is the view's number.
        case framesDirectory = 4
        // Files of an instance: the same node in every view.
        case source = 8
        case headerText = 9
        case png = 10
        case jpeg = 11
        case framePNG = 12
        case frameJPEG = 13
        case framesReadme = 14
    }

    package static let rowLimit: Int64 = 1 << 34
    package static let detailLimit = 1 << 24

    package static let root = NodeID(unchecked: 1)
    package static let readme = NodeID(unchecked: 2)

    package let rawValue: UInt64

    /// Any number of the kernel's; what it means is checked where it is used.
    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    private init(unchecked rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Nil where a row or detail does not fit, which only a damaged index brings about.
    package init?(_ kind: Kind, row: Int64, detail: Int = 0) {
        guard (0..<Self.rowLimit).contains(row), (0..<Self.detailLimit).contains(detail) else { return nil }
        rawValue = UInt64(kind.rawValue) << 58 | UInt64(row) << 24 | UInt64(detail)
    }

    static func make(_ kind: Kind, row: Int64, detail: Int = 0) throws(TreeError) -> NodeID {
        guard let id = NodeID(kind, row: row, detail: detail) else { throw TreeError(.archive, "row id out of range") }
        return id
    }

    /// Nil for numbers that no node has.
    package var kind: Kind? { Kind(rawValue: UInt8(truncatingIfNeeded: rawValue >> 58)) }
    package var row: Int64 { Int64(rawValue >> 24 & 0x3_ffff_ffff) }
    package var detail: Int { Int(rawValue & 0xff_ffff) }
}
