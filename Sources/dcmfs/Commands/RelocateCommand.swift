import ArgumentParser
import DICOMArchive

/// `dcmfs relocate archive.db OLD NEW`
struct RelocateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relocate", abstract: "Tell an archive that its sources are now in another place.",
        discussion:
            "For a disk that is now mounted elsewhere. Names and ids in the tree stay. OLD and NEW may be the same, for a disk that was exchanged.")

    @Argument(help: "The archive's database file.", completion: .file())
    var archive: String

    @OptionGroup var trust: TrustOption

    @Argument(help: "Where the files were; need not exist any more.", completion: .directory)
    var old: String

    @Argument(help: "Where they are now.", completion: .directory)
    var new: String

    func run() throws {
        try ArchiveAccess.reporting { () throws(CommandFailure) in
            let (from, to) = (ArchiveAccess.bytes(of: old), ArchiveAccess.bytes(of: new))
            let (count, _) = try ArchiveAccess.with(archive, .readWrite, trust) { archive throws(ArchiveError) in try archive.relocate(from: from, to: to) }
            printOut("relocated \(counted(count, "folder"))\n")
        }
    }
}
