import ArgumentParser
import DICOMTree
import Glibc

/// `dcmfs cat archive.db PATH...`
struct CatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cat", abstract: "Write files of the tree to standard output, without a mount.")

    @Argument(help: "The archive's database file.", completion: .file())
    var archive: String

    @Argument(help: "Paths in the tree.", completion: .list(ArchiveTree.tops))
    var paths: [String]

    @OptionGroup var views: ArchiveTree.Options

    func validate() throws {
        if paths.isEmpty { throw ValidationError("Missing expected argument '<paths> ...'") }
    }

    func run() throws {
        try ArchiveTree.with(archive, views) { tree throws(CommandFailure) in
            for path in paths.map({ ArchiveAccess.bytes(of: $0) }) {
                let node = try tree.node(at: path)
                guard !node.isDirectory else { throw ArchiveTree.failure(TreeError(.isADirectory), path) }
                try tree.read(node, { bytes throws(CommandFailure) in try writeAll(bytes, to: STDOUT_FILENO) }, path)
            }
        }
    }
}
