import ArgumentParser
import DICOMArchive

/// `dcmfs rename archive.db --names=people`
struct RenameCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rename", abstract: "Give the folders and files of an archive the names of another rule.",
        discussion: """
            An archive keeps the names that it was made with. This changes them once, all at a time, and prints each change: what stands in \
            scripts, bookmarks and backups by path is then elsewhere. No source is touched.
            """)

    @Argument(help: "The archive's database file.", completion: .file())
    var archive: String

    @Option(help: "people: folders say who it is, and instances with one number stand in order; plain: as archives of before version 0.2.")
    var names: NamingRule

    @Option(help: "Worker processes.")
    var workers: Int = WorkerLocation.processorCount

    @Flag(help: "Print what would change, and change nothing.")
    var dryRun = false

    @OptionGroup var trust: TrustOption

    func validate() throws {
        if !(1...256).contains(workers) { throw ValidationError("--workers takes 1 to 256") }
    }

    func run() throws {
        try ArchiveAccess.reporting { () throws(CommandFailure) in
            DescriptorLimit.raise()
            let parser: any HeaderParser
            do { parser = try makeHeaderParser(workerCount: workers, isolates: false, isCancelled: { Interruption.wasAsked }) } catch { throw CommandFailure("\(error)") }
            Interruption.catchSignals()
            var count = 0
            _ = try ArchiveAccess.with(archive, .readWrite, trust) { archive throws(ArchiveError) in
                count = try archive.rename(to: names, parser: parser, isDryRun: dryRun) { renaming throws(ArchiveError) in
                    if Interruption.wasAsked { throw ArchiveError(.interrupted, "interrupted; nothing was changed") }
                    printOut(shownPath(renaming.old) + "\t" + shownPath(renaming.new) + "\n")
                }
            }
            CommandFailure(dryRun ? "\(counted(count, "name")) would change" : "\(counted(count, "name")) changed").report()
        }
    }
}

extension NamingRule: ExpressibleByArgument {}
