import ArgumentParser
import DICOMArchive

/// `dcmfs forget archive.db PATH...`, `dcmfs forget archive.db --gone`
struct ForgetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget", abstract: "Drop entries from an archive; never touches the files.")

    @Argument(help: "The archive's database file.", completion: .file())
    var archive: String

    @OptionGroup var trust: TrustOption

    @Argument(help: "Files or folders, which need not exist any more.", completion: .file())
    var paths: [String] = []

    @Flag(help: "Everything that the last index did not find.")
    var gone = false

    func validate() throws {
        if paths.isEmpty != gone { throw ValidationError(gone ? "--gone takes no paths" : "Name paths, or --gone") }
    }

    func run() throws {
        try ArchiveAccess.reporting { () throws(CommandFailure) in
            let paths = paths.map { ArchiveAccess.bytes(of: $0) }
            let (count, _) = try ArchiveAccess.with(archive, .readWrite, trust) { archive throws(ArchiveError) in
                if gone { return try archive.forgetGone() }
                var count = 0
                for path in paths { count += try archive.forget(path: path) }
                return count
            }
            if count == 0 && !gone { throw CommandFailure("nothing at these paths is in the archive") }
            printOut("forgot \(counted(count, "file"))\n")
        }
    }
}
