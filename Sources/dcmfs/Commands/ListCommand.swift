import ArgumentParser
import DICOMArchive
import DICOMTree
import Glibc

/// `dcmfs ls archive.db [PATH] [-l] [-R]`
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List a folder of the tree, without a mount.",
        discussion: "Paths are those of a mount, such as patients/P1 or find/Modality=CT.")

    @Argument(help: "The archive's database file.", completion: .file())
    var archive: String

    @Argument(help: "A path in the tree.", completion: .list(ArchiveTree.tops))
    var path: String = "/"

    @Flag(name: .customShort("l"), help: "With size and time of change (UTC).")
    var long = false

    @Flag(name: [.customShort("R"), .long], help: "With everything below.")
    var recursive = false

    @OptionGroup var views: ArchiveTree.Options

    func run() throws {
        let path = ArchiveAccess.bytes(of: path)
        try ArchiveTree.with(archive, views) { tree throws(CommandFailure) in
            let node = try tree.node(at: path)
            guard node.isDirectory else { return try show(node, path, tree) }
            try list(node, path, below: [], tree)
        }
    }

    private func list(_ node: Node, _ path: [UInt8], below: [UInt8], _ tree: ArchiveTree) throws(CommandFailure) {
        for entry in try tree.entries(of: node, path) {
            let name = below.isEmpty ? entry.name : joinPath(below, entry.name)
            try show(entry.node, name, tree)
            if recursive, entry.node.isDirectory { try list(entry.node, joinPath(path, entry.name), below: name, tree) }
        }
    }

    private func show(_ node: Node, _ name: [UInt8], _ tree: ArchiveTree) throws(CommandFailure) {
        var line: [UInt8] = []
        if long {
            let exact: Node
            do throws(TreeError) { exact = try tree.exact(node) } catch { throw ArchiveTree.failure(error, name) }
            let size = node.isDirectory ? "-" : "\(exact.size)"
            line = Array((String(repeating: " ", count: max(0, 13 - size.count)) + size + "  " + Self.time(exact.modifiedNs) + "  ").utf8)
        }
        try writeAll(line + name + (node.isDirectory ? Array("/\n".utf8) : Array("\n".utf8)), to: STDOUT_FILENO)
    }

    private static func time(_ ns: Int64) -> String {
        var seconds = time_t(ns / 1_000_000_000)
        var parts = tm()
        guard gmtime_r(&seconds, &parts) != nil else { return "-" }
        var buffer = [CChar](repeating: 0, count: 32)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%d %H:%M:%S", &parts)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
