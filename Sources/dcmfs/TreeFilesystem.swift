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
    private let watch: ArchiveWatch

    init(_ tree: VirtualTree, archive: [UInt8], ownership: Ownership, showsChanges: Bool) {
        self.tree = tree
        watch = ArchiveWatch(tree, archive: archive)
        self.ownership = ownership
        self.showsChanges = showsChanges
    }

    func lookup(_ name: UnsafeRawBufferPointer, in parent: UInt64, reader: UInt32) throws(Errno) -> FileAttributes {
        let id = NodeID(rawValue: parent)
        return try answering { () throws(TreeError) in
            // Only NFS exports ask for these, to find their way back from a file handle.
            if name.elementsEqual(Self.selfName) { return show(try tree.referredNode(id)) }
            if name.elementsEqual(Self.parentName) { return show(try tree.referredParent(of: id)) }
            return show(try tree.referredChild(named: Array(name), of: id, reader: reader))
        }
    }

    func isCounted(_ node: UInt64) -> Bool { NodeID(rawValue: node).isNumbered }

    func refer(to attributes: FileAttributes) -> FileAttributes? {
        guard let generation = tree.refer(to: NodeID(rawValue: attributes.node), generation: UInt32(truncatingIfNeeded: attributes.generation))
        else { return nil }
        var attributes = attributes
        attributes.generation = UInt64(generation)
        return attributes
    }

    func forget(_ node: UInt64, count: Int) { tree.forget(NodeID(rawValue: node), count: count) }

    func attach(_ notifier: any KernelNotifier) {
        tree.onCrowded { notifier.forget(name: $1, in: $0.rawValue) }
        watch.attach(notifier)
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

    func prepare(_ node: UInt64) throws(Errno) -> FileAttributes? {
        try answering { () throws(TreeError) in try tree.prepare(NodeID(rawValue: node)).map(show) }
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
            let disk = watch.freeSpace()
            return FilesystemStatistics(
                totalBytes: Int(totals.instanceBytes), nodeCount: totals.instances &* VirtualTree.renditions.count &+ directories,
                freeBytes: disk.bytes, freeNodes: disk.files)
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
        var attributes = FileAttributes(
            node: node.id.rawValue, number: node.number,
            mode: node.isDirectory ? S_IFDIR | ownership.directoryMode : S_IFREG | ownership.fileMode,
            owner: ownership.owner, group: ownership.group, size: node.size, isSizeExact: node.isSizeExact,
            modified: node.modifiedNs, changed: node.changedNs)
        attributes.generation = UInt64(node.generation)
        attributes.isVolatile = node.isReport
        return attributes
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

    func prepare() throws(Errno) -> [UInt8]? {
        try answering { () throws(TreeError) in try file.prepare() }
    }

    var version: Int { file.version }
    var weight: Int { file.weight }
    var ownSize: Int? { file.ownSize }
}
