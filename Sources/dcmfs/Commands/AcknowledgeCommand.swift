import ArgumentParser
import DICOMArchive

/// `dcmfs acknowledge archive.db [PATH...]`
struct AcknowledgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acknowledge", abstract: "Accept that the content of files changed.",
        discussion: """
            'dcmfs index' names a file whose bytes are others than those whose SHA-256 was stored; so do 'dcmfs verify' and problems/changed.txt, \
            until this command says that the change was meant. Never touches the files.
            """)

    @Argument(help: "The archive's database file.", completion: .file())
    var archive: String

    @OptionGroup var trust: TrustOption

    @Argument(help: "Files or folders, which need not exist any more; everything where none is named.", completion: .file())
    var paths: [String] = []

    func run() throws {
        try ArchiveAccess.reporting { () throws(CommandFailure) in
            let paths = paths.map { ArchiveAccess.bytes(of: $0) }
            let (count, _) = try ArchiveAccess.with(archive, .readWrite, trust) { archive throws(ArchiveError) in
                if paths.isEmpty { return try archive.acknowledge() }
                var count = 0
                for path in paths { count += try archive.acknowledge(path: path) }
                return count
            }
            if count == 0, !paths.isEmpty { throw CommandFailure("no change of content at these paths is waiting") }
            printOut("acknowledged \(counted(count, "change"))\n")
        }
    }
}
