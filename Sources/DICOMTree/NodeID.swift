/// The number of a node that the kernel and the tree call it by (`st_ino` is another one: `FileNumber`). Made of kind and row,
/// so there is no table of nodes and numbers stay the same over remounts; row ids of the index are never used twice.
///
///     bit 63   62...58   57...24   23...0
///     zero     kind      row id    detail: frame (0-based), place in a view, or version of a file
///
/// A file whose content was replaced has another number than before (`InstanceRow.version`): who has it open keeps what was,
/// or gets an error, and never reads the new bytes through the old number.
///
/// Directories below `/find` carry the number of their query: as the row where they are the query's own, as the detail
/// behind those of views where they hold instances.
///
/// Directories and pictures below `/with/<settings>/` carry the number of their settings, too:
///
///     bit 63   62...60   59...48    47...19   18...0
///     one      kind      settings   row id    detail
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
        case iconPNG = 15
    }

    package static let rowLimit: Int64 = 1 << 34
    package static let detailLimit = 1 << 24
    /// Settings are numbered from 1; what `FileNumber` has room for.
    package static let settingsLimit = 1 << 10
    private static let settingsRowLimit: Int64 = 1 << 29
    private static let settingsDetailLimit = 1 << 19
    /// The kinds that depend on settings; their places here are part of the numbers.
    private static let settingsKinds: [Kind] = [
        .fixed, .viewDirectory, .seriesDirectory, .framesDirectory, .png, .jpeg, .framePNG, .frameJPEG,
    ]
    private static let settingsBit: UInt64 = 1 << 63

    package static let root = NodeID(unchecked: 1)
    package static let readme = NodeID(unchecked: 2)
    /// `/with`.
    package static let with = NodeID(unchecked: 3)
    package static let withReadme = NodeID(unchecked: 4)

    package static let findReadme = NodeID(unchecked: 6)
    /// `/find`, under any settings.
    package static let findDetail = 5
    /// View 255, level 1.
    package static let queryDetail = 255 << 8 | 1
    /// Details of directories of instances: below it the number of a view.
    package static let firstQueryPlace = 256
    /// Queries are numbered from 1; what `FileNumber` has room for.
    package static let queryLimit = 1 << 16
    /// Versions of a file that its number tells apart, beside the first, which is 0.
    static let versionLimit = settingsDetailLimit

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

    /// Below `/with/<settings>/`; settings 0 is the tree itself.
    package init?(_ kind: Kind, row: Int64, detail: Int = 0, settings: Int) {
        guard settings != 0 else {
            self.init(kind, row: row, detail: detail)
            return
        }
        guard let place = Self.settingsKinds.firstIndex(of: kind), (0..<Self.settingsRowLimit).contains(row),
            (0..<Self.settingsDetailLimit).contains(detail), (0..<Self.settingsLimit).contains(settings)
        else { return nil }
        self.init(rawValue: Self.settingsBit | UInt64(place) << 60 | UInt64(settings) << 48 | UInt64(row) << 19 | UInt64(detail))
    }

    static func make(_ kind: Kind, row: Int64, detail: Int = 0, settings: Int = 0) throws(TreeError) -> NodeID {
        guard let id = NodeID(kind, row: row, detail: detail, settings: settings) else { throw TreeError(.archive, "row id out of range") }
        return id
    }

    private var hasSettings: Bool { rawValue & Self.settingsBit != 0 }

    /// Nil for numbers that no node has.
    package var kind: Kind? {
        if hasSettings { return Self.settingsKinds[Int(rawValue >> 60 & 7)] }
        return Kind(rawValue: UInt8(truncatingIfNeeded: rawValue >> 58))
    }
    package var row: Int64 { hasSettings ? Int64(rawValue >> 19 & 0x1fff_ffff) : Int64(rawValue >> 24 & 0x3_ffff_ffff) }
    package var detail: Int { Int(rawValue & (hasSettings ? 0x7_ffff : 0xff_ffff)) }
    /// Number of the settings that the node is under; 0 for the tree itself.
    package var settings: Int { hasSettings ? Int(rawValue >> 48 & 0xfff) : 0 }
    var isFind: Bool { kind == .fixed && row == 0 && detail == Self.findDetail }
    /// A directory that is a query.
    var isQuery: Bool { kind == .viewDirectory && detail == Self.queryDetail }
    /// Of a directory of instances in a query.
    var queryNumber: Int? { detail >= Self.firstQueryPlace ? detail - Self.firstQueryPlace : nil }
    /// The number of the query that a directory is, or stands in; 0 for none.
    var query: Int {
        switch kind {
        case .viewDirectory where detail == Self.queryDetail: Int(row)
        case .seriesDirectory, .framesDirectory: queryNumber ?? 0
        default: 0
        }
    }
    /// Whether it carries a number that is given back when nobody refers to it any more.
    package var isNumbered: Bool { hasSettings || query != 0 }
    /// The root, or that of the tree under some settings.
    package var isRoot: Bool { kind == .fixed && row == 0 && detail == 1 }
    package var isPicture: Bool { [.png, .jpeg, .framePNG, .frameJPEG, .iconPNG].contains(kind) }
}
