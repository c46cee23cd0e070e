import DICOMArchive
import DICOMTree
import FUSE
import Glibc
import SystemPackage

/// A `VirtualTree` shown as a filesystem.
final class TreeFilesystem: Filesystem {
    /// Whose everything is, and who may read it.
    struct Ownership: Sendable {
        var owner: UInt32
        var group: UInt32
        /// Permission bits.
        var directoryMode: UInt32
        var fileMode: UInt32
    }

    private let tree: VirtualTree
    private let ownership: Ownership
    /// Whether the times of files tell the kernel that it has old bytes of them.
    private let showsChanges: Bool

    init(_ tree: VirtualTree, ownership: Ownership, showsChanges: Bool) {
        self.tree = tree
        self.ownership = ownership
        self.showsChanges = showsChanges
    }

    func lookup(_ name: UnsafeRawBufferPointer, in parent: UInt64) throws(Errno) -> FileAttributes {
        let id = NodeID(rawValue: parent)
        // Only NFS exports ask for these, to find their way back from a file handle.
        if name.elementsEqual(Self.selfName) { return try attributes(of: parent) }
        if name.elementsEqual(Self.parentName) {
            return try answering { () throws(TreeError) in show(try tree.node(try tree.parent(of: id))) }
        }
        return try answering { () throws(TreeError) in show(try tree.child(named: Array(name), of: id)) }
    }

    func attributes(of node: UInt64) throws(Errno) -> FileAttributes {
        try answering { () throws(TreeError) in show(try tree.node(NodeID(rawValue: node))) }
    }

    func isReady(_ node: UInt64, for question: NodeQuestion) -> Bool {
        let asked: DirectoryQuestion =
            switch question {
            case .attributes: .attributes
            case .name(let name): .name(name)
            case .list: .list
            }
        do { return try tree.isReady(NodeID(rawValue: node), for: asked) } catch {
            // The question itself tells what is wrong.
            return true
        }
    }

    func prepare(_ node: UInt64) throws(Errno) {
        try answering { () throws(TreeError) in try tree.prepare(NodeID(rawValue: node)) }
    }

    func preparedAttributes(of node: UInt64) throws(Errno) -> FileAttributes {
        try answering { () throws(TreeError) in show(try tree.preparedNode(NodeID(rawValue: node))) }
    }

    func open(_ node: UInt64) throws(Errno) -> any OpenFile {
        try answering { () throws(TreeError) in OpenTreeFile(try tree.open(NodeID(rawValue: node)), showsChanges: showsChanges) }
    }

    func openDirectory(_ node: UInt64) throws(Errno) {
        guard try attributes(of: node).mode & S_IFMT == S_IFDIR else { throw .notDirectory }
    }

    func list(_ node: UInt64, after cookie: Int64, emit: (DirectoryEntry) -> Bool) throws(Errno) {
        try answering { () throws(TreeError) in
            let id = NodeID(rawValue: node)
            if cookie < 1 {
                guard emit(DirectoryEntry(name: Self.selfName, attributes: show(try tree.node(id)), cookie: 1)) else { return }
            }
            if cookie < 2 {
                let parent = try tree.node(try tree.parent(of: id))
                guard emit(DirectoryEntry(name: Self.parentName, attributes: show(parent), cookie: 2)) else { return }
            }
            try tree.list(id, after: cookie) { entry in
                emit(DirectoryEntry(name: entry.name, attributes: show(entry.node), cookie: entry.cookie))
            }
        }
    }

    func statistics() throws(Errno) -> FilesystemStatistics {
        do {
            let totals = try tree.source.totals()
            let directories = totals.patients &+ totals.studies &+ totals.series
            return FilesystemStatistics(
                totalBytes: Int(totals.instanceBytes), nodeCount: totals.instances &* VirtualTree.renditions.count &+ directories)
        } catch {
            throw .ioError
        }
    }

    func extendedAttribute(_ name: UnsafeRawBufferPointer, of node: UInt64) throws(Errno) -> [UInt8] {
        let value = try answering { () throws(TreeError) in try tree.extendedAttribute(name, of: NodeID(rawValue: node)) }
        guard let value else { throw .noData }
        return value
    }

    func extendedAttributeNames(of node: UInt64) throws(Errno) -> [[UInt8]] {
        try answering { () throws(TreeError) in try tree.extendedAttributeNames(of: NodeID(rawValue: node)) }
    }

    private func show(_ node: Node) -> FileAttributes {
        FileAttributes(
            node: node.id.rawValue, mode: node.isDirectory ? S_IFDIR | ownership.directoryMode : S_IFREG | ownership.fileMode,
            links: node.links, owner: ownership.owner, group: ownership.group, size: node.size, isSizeExact: node.isSizeExact,
            modified: node.modifiedNs, changed: node.changedNs)
    }

    private static let selfName = Array(".".utf8)
    private static let parentName = Array("..".utf8)
}

/// A `TreeFile` shown as an open file.
private final class OpenTreeFile: OpenFile {
    private let file: TreeFile
    private let showsChanges: Bool

    init(_ file: TreeFile, showsChanges: Bool) {
        self.file = file
        self.showsChanges = showsChanges
    }

    var keepsCache: Bool { file.isImmutable && showsChanges }

    var backing: CInt? { file.backing }

    func isReady() throws(Errno) -> Bool {
        try answering { () throws(TreeError) in try file.isReady() }
    }

    func read(at offset: Int, count: Int, scratch: UnsafeMutableRawBufferPointer) throws(Errno) -> ReadAnswer {
        try answering { () throws(TreeError) in
            switch try file.read(at: offset, count: count, scratch: scratch) {
            case .scratch(let count): .scratch(count)
            case .slice(let bytes, let range): .slice(bytes, range)
            case .notReady: .notReady
            }
        }
    }

    func prepare() throws(Errno) {
        try answering { () throws(TreeError) in try file.prepare() }
    }
}
