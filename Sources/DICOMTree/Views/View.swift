package import DICOMArchive

/// One arrangement of the archive: a folder in the root, and directories below it that end in directories of instances.
///
/// A further view is a file beside this one, most often with one declaration of a `LevelledView`, and a line in
/// `VirtualTree.views`. A view says what its own directories hold; what lies in a directory of instances is the same
/// everywhere.
package protocol View: Sendable {
    /// The folder's name in the root.
    var name: [UInt8] { get }
    /// Its number in node ids, 1...255: never changed, never used again.
    var number: Int { get }
    /// Whether every instance stands in this view, exactly once.
    var showsInstances: Bool { get }

    /// The directory at `place` itself, nil when there is none (any more). Level 0 is the view's folder, row 0.
    func directory(at place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ViewDirectory?
    /// The entry of a name that `children` lists.
    func child(named name: [UInt8], of place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ViewEntry?
    /// Entries whose order is above `order`, ascending, `limit` at most; fewer than that only at the end.
    func children(of place: ViewPlace, after order: Int64, limit: Int, _ index: TreeIndex) throws(TreeError) -> [ViewEntry]
    /// Where a series stands in this view.
    func place(of series: SeriesRow, _ index: TreeIndex) throws(TreeError) -> ViewPlace
    /// Whether it answers at once, out of the archive or out of what `prepare` has put together.
    func isReady(_ index: TreeIndex) throws(TreeError) -> Bool
    /// Does what takes long, as of now. Whoever asks without it waits.
    func prepare(_ index: TreeIndex) throws(TreeError)
    /// What the files of an instance are called, without extension, in this view's directories of instances.
    func stem(of row: InstanceRow) -> [UInt8]
    func instance(stem: [UInt8], of series: Int64, _ index: TreeIndex) throws(TreeError) -> InstanceRow?
    /// A text file by the row its entry has.
    func file(_ row: Int64, at place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ViewEntry?
    func text(of row: Int64, _ index: TreeIndex) throws(TreeError) -> [UInt8]?
}

extension View {
    package func isReady(_ index: TreeIndex) throws(TreeError) -> Bool { true }
    package func prepare(_ index: TreeIndex) throws(TreeError) {}
    package func stem(of row: InstanceRow) -> [UInt8] { row.stem }
    package func instance(stem: [UInt8], of series: Int64, _ index: TreeIndex) throws(TreeError) -> InstanceRow? {
        try asking { () throws(ArchiveError) in try index.source.instance(stem: stem, of: series) }
    }

    package func file(_ row: Int64, at place: ViewPlace, _ index: TreeIndex) throws(TreeError) -> ViewEntry? { nil }
    package func text(of row: Int64, _ index: TreeIndex) throws(TreeError) -> [UInt8]? { nil }
}

/// A directory of a view.
package struct ViewPlace: Hashable, Sendable {
    /// 0...255, 0 is the view's own folder.
    package let level: Int
    package let row: Int64

    package init(level: Int, row: Int64) {
        self.level = level
        self.row = row
    }

    package static let top = ViewPlace(level: 0, row: 0)
}

extension ViewEntry {
    /// A directory whose order is its row.
    init(_ name: [UInt8], level: Int, row: Int64, modifiedNs: Int64) {
        self.init(name: name, item: .directory(ViewPlace(level: level, row: row)), order: row, modifiedNs: modifiedNs)
    }
}

package struct ViewDirectory: Hashable, Sendable {
    /// Where it lies; nil for the view's own folder, which lies in the root.
    package let parent: ViewPlace?
    package let modifiedNs: Int64
}

package struct ViewEntry: Hashable, Sendable {
    package enum Item: Hashable, Sendable {
        case directory(ViewPlace)
        /// A directory of instances, by the series' row id.
        case series(Int64)
        /// A text file, by a number of the view's choosing that its name determines.
        case file(Int64)
    }
    package let name: [UInt8]
    package let item: Item
    /// Positive, unique and stable in its directory: a row id.
    package let order: Int64
    package let modifiedNs: Int64
}
