import ArgumentParser
import DICOMArchive

/// `dcmfs status archive.db [--json]`
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "status", abstract: "What an archive holds.")

    @Argument(help: "The archive's database file.", completion: .file())
    var archive: String

    @OptionGroup var trust: TrustOption

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(name: [.customLong("close"), .customLong("seal")], help: "Close the database properly after a crash, so that it can be used from read-only places.")
    var seal = false

    func run() throws {
        try ArchiveAccess.reporting { () throws(CommandFailure) in
            let ((counts, orphans), isSealed) = try ArchiveAccess.with(archive, seal ? .readWrite : .readOnly, trust) { archive throws(ArchiveError) in
                (try archive.counts(), try archive.orphanedCopies())
            }
            if seal && !isSealed { throw CommandFailure("\(archive) is in use elsewhere and cannot be closed for read-only media now") }
            printOut(json ? counts.json(orphans).line : counts.text(orphans))
        }
    }
}

extension ArchiveCounts {
    private func entries(_ orphans: OrphanedCopies) -> [(name: String, key: String, count: Int)] {
        [
            ("patients", "patients", patients), ("studies", "studies", studies), ("series", "series", series), ("instances", "instances", instances),
            ("bytes", "bytes", Int(instanceBytes)), ("files shown", "shown", shown), ("duplicates", "duplicates", duplicates),
            ("copies kept by the archive", "copies", copies), ("not readable", "setAside", setAside), ("not DICOM", "notDICOM", notDICOM),
            ("DICOMDIR media", "mediaDirectories", mediaDirectories), ("links skipped", "notFollowed", skipped), ("gone", "gone", gone),
            ("damaged or out of reach", "unreadable", unreadable),
            ("conflicts", "conflicts", conflicts), ("read by an older version", "olderVersion", older),
            ("unused copies", "unusedCopies", orphans.files),
        ]
    }

    private var forgivenEntries: [(code: String, count: Int)] { forgiven.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }

    func text(_ orphans: OrphanedCopies) -> String {
        let forgiven = forgivenEntries.map { "forgiven: \($0.code)".padded(to: 40) + "\($0.count)\n" }.joined()
        return entries(orphans).map { $0.name.padded(to: 28) + "\($0.count)\n" }.joined() + forgiven
    }
    func json(_ orphans: OrphanedCopies) -> JSONOutput {
        .object(entries(orphans).map { ($0.key, .number($0.count)) } + [("forgiven", .object(forgivenEntries.map { ($0.code, .number($0.count)) }))])
    }
}
