import ArgumentParser
import DICOMArchive

/// `dcmfs dump archive.db`: the content without row ids and times, for comparing archives in tests.
struct DumpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump", abstract: "Print the content of an archive without row ids and times.", shouldDisplay: false)

    @Argument(help: "The archive's database file.", completion: .file())
    var archive: String

    @OptionGroup var trust: TrustOption

    func run() throws {
        try ArchiveAccess.reporting { () throws(CommandFailure) in
            _ = try ArchiveAccess.with(archive, .readOnly, trust) { archive throws(ArchiveError) in try archive.logicalDump { printOut($0 + "\n") } }
        }
    }
}
