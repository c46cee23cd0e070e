import ArgumentParser
import DICOMArchive
import DICOMTree
import Glibc
import Workers

/// The tree of a mount without the mount: for `ls`, `cat` and `export`.
struct ArchiveTree {
    struct Options: ParsableArguments {
        @Option(help: "Further views, as with 'mount -o views=': a file, or nbia, idc, orthanc. May be repeated.", completion: .file())
        var views: [String] = []

        @OptionGroup var trust: TrustOption
    }

    let tree: VirtualTree
    /// What may never be written over.
    let ownFiles: OwnFiles

    /// Opens the archive, works, closes; errors become the command's. `isCompact`: pictures as small as can be, instead of those of a mount.
    static func with(
        _ archive: String, _ options: Options, isCompact: Bool = false, _ body: (ArchiveTree) throws(CommandFailure) -> Void
    ) throws {
        try ArchiveAccess.reporting { () throws(CommandFailure) in
            var treeOptions = TreeOptions()
            treeOptions.userViews = try UserViews.load(options.views)
            treeOptions.promisesPictureSizes = !isCompact
            var producer: PoolProducer
            do { producer = try makeProducer(workerCount: WorkerLocation.processorCount) } catch { throw CommandFailure("\(error)") }
            producer.isCompact = isCompact
            let maker = producer
            var failure: CommandFailure?
            _ = try ArchiveAccess.with(archive, .readOnly, options.trust) { archive throws(ArchiveError) in
                let tree = VirtualTree(source: archive, producer: maker, options: treeOptions)
                do throws(CommandFailure) { try body(ArchiveTree(tree: tree, ownFiles: OwnFiles(archive))) } catch { failure = error }
            }
            if let failure { throw failure }
        }
    }

    /// What a path in the tree begins with, for completions: the archive itself is not opened for them.
    static var tops: [String] { VirtualTree.views.map { String(decoding: $0.name, as: UTF8.self) + "/" } + ["find/", "with/"] }

    /// Follows a path from the root. A slash in front does not matter, one at the end wants a folder.
    func node(at path: [UInt8]) throws(CommandFailure) -> Node {
        do throws(TreeError) {
            var node = try tree.node(.root)
            for name in path.split(separator: UInt8(ascii: "/")) { node = try tree.child(named: Array(name), of: node.id) }
            if path.last == UInt8(ascii: "/"), !node.isDirectory { throw TreeError(.notADirectory) }
            return node
        } catch {
            throw Self.failure(error, path)
        }
    }

    func entries(of node: Node, _ path: [UInt8]) throws(CommandFailure) -> [TreeEntry] {
        var entries: [TreeEntry] = []
        do throws(TreeError) {
            try tree.list(node.id, after: 0) {
                entries.append($0)
                return true
            }
        } catch {
            throw Self.failure(error, path)
        }
        return entries.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    /// A node whose size is that of its bytes.
    func exact(_ node: Node) throws(TreeError) -> Node {
        if node.isSizeExact { return node }
        if let prepared = try tree.prepare(node.id) { return prepared }
        return try tree.node(node.id)
    }

    /// Hands out the bytes of a file in pieces.
    func read(_ node: Node, _ piece: ([UInt8]) throws(CommandFailure) -> Void, _ path: [UInt8]) throws(CommandFailure) {
        let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { scratch.deallocate() }
        let file: TreeFile
        do throws(TreeError) { file = try tree.open(node.id) } catch { throw Self.failure(error, path) }
        var offset = 0
        while true {
            let bytes: [UInt8]
            do throws(TreeError) { bytes = try next(file, offset, scratch) } catch { throw Self.failure(error, path) }
            if bytes.isEmpty { return }
            try piece(bytes)
            offset += bytes.count
        }
    }

    private func next(_ file: TreeFile, _ offset: Int, _ scratch: UnsafeMutableRawBufferPointer) throws(TreeError) -> [UInt8] {
        var answer = try file.read(at: offset, count: scratch.count, scratch: scratch)
        if case .notReady = answer { answer = .slice(of: try file.prepare() ?? [], at: offset, scratch.count) }
        switch answer {
        case .scratch(let count): return Array(scratch.prefix(count))
        case .slice(let bytes, let range): return Array(bytes[range])
        case .notReady: return []
        }
    }

    static func failure(_ error: TreeError, _ path: [UInt8]) -> CommandFailure {
        let reason: String
        switch error.code {
        case .missing, .stale: reason = "no such file or directory"
        case .notADirectory: reason = "not a directory"
        case .isADirectory: reason = "is a directory"
        default: reason = error.description
        }
        return CommandFailure("\(shownPath(path)): \(reason)")
    }
}
