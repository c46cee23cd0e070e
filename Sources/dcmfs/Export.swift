import DICOMArchive
import DICOMTree
import Dispatch
import Glibc
import Locks

/// One run of `export`. Files of a folder are copied by as many threads as there are workers.
final class Export: Sendable {
    struct Item: Sendable {
        let node: Node
        let path: [UInt8]
        let target: [UInt8]
    }

    /// What becomes of a file that is there.
    enum Existing: Sendable { case keep, replace, update }

    struct Counts: Sendable {
        var copied = 0
        var bytes: Int64 = 0
        var equal = 0
        var failed = 0

        var text: String {
            "copied \(counted(copied, "file")) (\(shownBytes(bytes)))" + (equal > 0 ? ", \(equal) equal and left alone" : "")
                + (failed > 0 ? ", \(failed) not copied" : "") + "\n"
        }
    }

    private let tree: ArchiveTree
    private let existing: Existing
    private let isCompact: Bool
    private let progress: ProgressLine?
    private let own: OwnFiles
    private let totals = Mutex(Counts())

    var counts: Counts { totals.withLock { $0 } }

    init(tree: ArchiveTree, existing: Existing, isCompact: Bool, progress: ProgressLine?) {
        self.tree = tree
        self.existing = existing
        self.isCompact = isCompact
        self.progress = progress
        own = tree.ownFiles
    }

    func copyDirectory(_ node: Node, _ path: [UInt8], to target: [UInt8]) throws(CommandFailure) {
        let isNew = try DiskFile.makeDirectory(target)
        var files: [Item] = []
        for entry in try tree.entries(of: node, path) where !Interruption.wasAsked {
            let item = Item(node: entry.node, path: joinPath(path, entry.name), target: joinPath(target, entry.name))
            if entry.node.isDirectory { try copyDirectory(entry.node, item.path, to: item.target) } else { files.append(item) }
        }
        copyFiles(files)
        // A folder that was there is somebody's, perhaps one of sources: its time stays.
        if isNew { DiskFile.setTime(node.modifiedNs, of: target) }
    }

    func copyFiles(_ items: [Item]) {
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: min(items.count, WorkerLocation.processorCount)) { _ in
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < items.count, !Interruption.wasAsked else { return }
                do throws(CommandFailure) {
                    try copy(items[index])
                } catch {
                    if Interruption.wasAsked { return }
                    error.report()
                    totals.withLock { $0.failed += 1 }
                }
                progress?.update { counts.text }
            }
        }
        if let item = items.first { DiskFile.syncFolder(of: item.target) }
    }

    private func copy(_ item: Item) throws(CommandFailure) {
        let isThere = DiskFile.exists(item.target)
        if isThere, existing == .keep { throw DiskFile.existing(item.target) }
        try checkIsNotOwn(item.target)
        let node: Node
        do throws(TreeError) { node = try tree.exact(item.node) } catch { throw ArchiveTree.failure(error, item.path) }
        if isThere, existing == .update, isCopy(item.target, of: node) { return totals.withLock { $0.equal += 1 } }
        let file = try DiskFile(beside: item.target)
        do throws(CommandFailure) {
            let count = try write(node, item, to: file)
            // Made files carry the time of their source whatever they show (another window, for one): their bytes decide.
            if isThere, existing == .update, DiskFile.isEqual(item.target, file.descriptor) {
                file.discard()
                return totals.withLock { $0.equal += 1 }
            }
            // Once more: making it may have taken long.
            try checkIsNotOwn(item.target)
            try file.finish(as: item.target, modifiedNs: node.modifiedNs, replaces: existing != .keep)
            totals.withLock {
                $0.copied += 1
                $0.bytes += Int64(count)
            }
        } catch {
            file.discard()
            throw error
        }
    }

    private func checkIsNotOwn(_ target: [UInt8]) throws(CommandFailure) {
        let isOwn: Bool
        do throws(ArchiveError) { isOwn = try own.includes(target) } catch { throw CommandFailure(error.description) }
        if isOwn { throw CommandFailure("\(shownPath(target)): is a source of the archive, or the archive itself") }
    }

    /// Whether size and time say that the source's bytes are there already, as rsync does.
    private func isCopy(_ target: [UInt8], of node: Node) -> Bool { node.id.kind == .source && DiskFile.isLike(target, node.size, node.modifiedNs) }

    private func write(_ node: Node, _ item: Item, to file: DiskFile) throws(CommandFailure) -> Int {
        var count = 0
        try tree.read(
            node,
            { bytes throws(CommandFailure) in
                if Interruption.wasAsked { throw CommandFailure("interrupted") }
                try writeAll(bytes, to: file.descriptor)
                count += bytes.count
            }, item.path)
        guard count == node.size || isCompact && node.id.isPicture else {
            throw CommandFailure("\(shownPath(item.path)): \(count) bytes instead of \(node.size)")
        }
        return count
    }
}

/// `512 bytes`, `1.5 MiB`.
func shownBytes(_ count: Int64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"]
    guard count >= 1024 else { return counted(Int(count), "byte") }
    var (tenths, unit) = (count / 1024 * 10 + count % 1024 * 10 / 1024, 0)
    while tenths >= 10_240, unit < units.count - 1 { (tenths, unit) = (tenths / 1024, unit + 1) }
    return "\(tenths / 10).\(tenths % 10) \(units[unit])"
}
