import ArgumentParser
import DICOMArchive
import DICOMTree
import Dispatch
import Glibc
import Locks

/// `dcmfs export archive.db PATH DEST [-r] [--force]`
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Copy files or folders of the tree to disk, without a mount.",
        discussion: """
            As cp -p would from a mount: where DEST is a folder the copy goes into it, else it is called DEST. Each file is written under \
            another name and renamed when it is whole. Files that cannot be made (damaged pictures, lost sources) are named and left out. \
            Sources of the archive are never replaced.

            Exit codes: 0 everything copied; 1 some or all of it not; 2 usage.
            """)

    @Argument(help: "The archive's database file.")
    var archive: String

    @Argument(help: "A path in the tree.")
    var path: String

    @Argument(help: "A folder, or the name of the copy.")
    var destination: String

    @Flag(name: .shortAndLong, help: "Copy folders with everything in them.")
    var recursive = false

    @Flag(help: "Replace files that exist.")
    var force = false

    @OptionGroup var views: ArchiveTree.Options

    func run() throws {
        Interruption.catchSignals()
        let path = ArchiveAccess.bytes(of: path)
        var target = ArchiveAccess.bytes(of: destination)
        if DiskFile.isDirectory(target), let name = path.split(separator: UInt8(ascii: "/")).last { target = joinPath(target, Array(name)) }
        try ArchiveTree.with(archive, views) { tree throws(CommandFailure) in
            let node = try tree.node(at: path)
            let export = Export(tree: tree, replaces: force)
            if node.isDirectory {
                guard recursive else { throw CommandFailure("\(shownPath(path)): is a folder; copy it with -r", code: 2) }
                try export.copyDirectory(node, path, to: target)
            } else {
                export.copyFiles([Export.Item(node: node, path: path, target: target)])
            }
            if Interruption.wasAsked { throw CommandFailure("interrupted; what stands under its name is whole") }
            let failed = export.failures.withLock { $0 }
            if failed > 0 { throw CommandFailure("\(failed) \(failed == 1 ? "file" : "files") not copied") }
        }
    }
}

/// One run of `export`. Files of a folder are copied by as many threads as there are workers.
private final class Export: Sendable {
    struct Item: Sendable {
        let node: Node
        let path: [UInt8]
        let target: [UInt8]
    }
    private let tree: ArchiveTree
    private let replaces: Bool
    let failures = Mutex(0)

    init(tree: ArchiveTree, replaces: Bool) {
        self.tree = tree
        self.replaces = replaces
    }

    func copyDirectory(_ node: Node, _ path: [UInt8], to target: [UInt8]) throws(CommandFailure) {
        try DiskFile.makeDirectory(target)
        var files: [Item] = []
        for entry in try tree.entries(of: node, path) where !Interruption.wasAsked {
            let item = Item(node: entry.node, path: joinPath(path, entry.name), target: joinPath(target, entry.name))
            if entry.node.isDirectory { try copyDirectory(entry.node, item.path, to: item.target) } else { files.append(item) }
        }
        copyFiles(files)
        DiskFile.setTime(node.modifiedNs, of: target)
    }

    func copyFiles(_ items: [Item]) {
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: min(items.count, WorkerLocation.processorCount)) { _ in
            while true {
                let place = next.add(1, ordering: .relaxed).oldValue
                guard place < items.count, !Interruption.wasAsked else { return }
                do throws(CommandFailure) {
                    try copy(items[place])
                } catch {
                    if Interruption.wasAsked { return }
                    error.report()
                    failures.withLock { $0 += 1 }
                }
            }
        }
    }

    private func copy(_ item: Item) throws(CommandFailure) {
        if DiskFile.exists(item.target) {
            guard replaces else { throw CommandFailure("\(shownPath(item.target)): exists; replace it with --force") }
            guard try !tree.isOwn(item.target) else {
                throw CommandFailure("\(shownPath(item.target)): is a source of the archive, or the archive itself")
            }
        }
        let node: Node
        do throws(TreeError) { node = try tree.exact(item.node) } catch { throw ArchiveTree.failure(error, item.path) }
        let file = try DiskFile(beside: item.target)
        var count = 0
        do throws(CommandFailure) {
            try tree.read(
                node,
                { bytes throws(CommandFailure) in
                    if Interruption.wasAsked { throw CommandFailure("interrupted") }
                    try writeAll(bytes, to: file.descriptor)
                    count += bytes.count
                }, item.path)
            guard count == node.size else { throw CommandFailure("\(shownPath(item.path)): \(count) bytes instead of \(node.size)") }
            try file.finish(as: item.target, modifiedNs: node.modifiedNs)
        } catch {
            file.discard()
            throw error
        }
    }
}
