import ArgumentParser
import DICOMArchive
import DICOMTree
import Glibc

/// `dcmfs export archive.db PATH DEST [-r] [--force | --update] [--as-mounted]`
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Copy files or folders of the tree to disk, without a mount.",
        discussion: """
            As cp -p would from a mount: where DEST is a folder the copy goes into it, else it is called DEST; of a folder whose PATH ends with / \
            the contents go into DEST, each time. - is standard output. Each file \
            is written under another name and renamed when it is whole. Files that cannot be made (damaged pictures, lost sources) are named \
            and left out. Pictures are smaller than those of a mount, whose sizes must be known before they are drawn.

            \(OverwritingRule.text)

            Exit codes: 0 everything copied; 1 some or all of it not; 2 usage.
            """)

    @Argument(help: "The archive's database file.", completion: .file())
    var archive: String

    @Argument(help: "A path in the tree.", completion: .list(ArchiveTree.tops))
    var path: String

    @Argument(help: "A folder, the name of the copy, or - for standard output.", completion: .file())
    var destination: String

    @Flag(name: .shortAndLong, help: "Copy folders with everything in them.")
    var recursive = false

    @Flag(help: "Replace files that exist.")
    var force = false

    @Flag(help: "Skip files that are equal, and replace those that differ.")
    var update = false

    @Flag(help: "Write pictures with the very bytes of a mount: larger, and the same whatever decodes them.")
    var asMounted = false

    @Flag(help: "Print nothing but errors.")
    var quiet = false

    @OptionGroup var views: ArchiveTree.Options

    func run() throws {
        Interruption.catchSignals()
        let path = ArchiveAccess.bytes(of: path)
        try ArchiveTree.with(archive, views, isCompact: !asMounted) { tree throws(CommandFailure) in
            let node = try tree.node(at: path)
            if destination == "-" { return try print(node, path, tree) }
            var target = ArchiveAccess.bytes(of: destination)
            let isContents = node.isDirectory && path.last == UInt8(ascii: "/")
            if !isContents, DiskFile.isDirectory(target), let name = path.split(separator: UInt8(ascii: "/")).last { target = joinPath(target, Array(name)) }
            let progress = quiet ? nil : ProgressLine()
            defer { progress?.end() }
            let export = Export(tree: tree, existing: update ? .update : force ? .replace : .keep, isCompact: !asMounted, progress: progress)
            if node.isDirectory {
                guard recursive else { throw CommandFailure("\(shownPath(path)): is a folder; copy it with -r", code: 2) }
                try checkIsOneView(node, path)
                try export.copyDirectory(node, path, to: target)
            } else {
                export.copyFiles([Export.Item(node: node, path: path, target: target)])
            }
            progress?.end()
            if Interruption.wasAsked { throw CommandFailure("interrupted; what stands under its name is whole") }
            let counts = export.counts
            if !quiet { printOut(counts.text) }
            if counts.failed > 0 { throw CommandFailure("\(counted(counts.failed, "file")) not copied") }
        }
    }

    private func print(_ node: Node, _ path: [UInt8], _ tree: ArchiveTree) throws(CommandFailure) {
        guard !node.isDirectory else { throw CommandFailure("\(shownPath(path)): is a folder; - takes one file", code: 2) }
        try tree.read(node, { bytes throws(CommandFailure) in try writeAll(bytes, to: STDOUT_FILENO) }, path)
    }

    /// The root holds each file once in every view.
    private func checkIsOneView(_ node: Node, _ path: [UInt8]) throws(CommandFailure) {
        guard node.id.isRoot else { return }
        let patients = joinPath(path, Array("patients".utf8))
        throw CommandFailure("\(shownPath(path)): holds every file several times, once in each view; name one view, such as \(shownPath(patients))", code: 2)
    }
}

/// The one rule of all commands that write files.
enum OverwritingRule {
    static let text = """
        A file that exists is never replaced unless --force (or --update) says so, and a source, the input or the archive itself never, under \
        whatever name.
        """
}

/// `1 file`, `2 files`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
