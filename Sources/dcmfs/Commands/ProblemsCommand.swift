import ArgumentParser
import DICOMArchive

/// `dcmfs problems archive.db [--json]`
struct ProblemsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "problems", abstract: "List every file that is not shown, with its reason.",
        discussion: """
            Also lists files that are gone or cannot be read, entries that share an identifier and are shown apart, sources that were \
            touched since the index (another inode or time of change; every source is looked at), and folders that were exchanged.
            """)

    @Argument(help: "The archive's database file.", completion: .file())
    var archive: String

    @OptionGroup var trust: TrustOption

    @Option(help: "Only this reason, e.g. not-dicom, missing, conflicts.", completion: .list(ProblemEntry.reasons))
    var reason: String?

    @Flag(help: "Print JSON, one object a line.")
    var json = false

    func run() throws {
        try ArchiveAccess.reporting { () throws(CommandFailure) in
            let (entries, _) = try ArchiveAccess.with(archive, .readOnly, trust) { archive throws(ArchiveError) in
                try archive.problems(reason: reason.map { Array($0.utf8) }, looking: true)
            }
            for entry in entries { printOut(json ? entry.json.line : entry.text) }
            if let reason, entries.isEmpty { try sayWhatThereIs(instead: reason) }
        }
    }
}

extension ProblemsCommand {
    /// A word that was misspelt must not look like an archive without problems.
    private func sayWhatThereIs(instead reason: String) throws(CommandFailure) {
        let (entries, _) = try ArchiveAccess.with(archive, .readOnly, trust) { archive throws(ArchiveError) in try archive.problems(reason: nil) }
        let reasons = Set(entries.map(\.reason)).sorted().joined(separator: ", ")
        CommandFailure("nothing with the reason '\(reason)'; the archive has \(reasons.isEmpty ? "no problems" : reasons)").report()
    }
}

extension ProblemEntry {
    fileprivate var text: String {
        "\(reason)\t\(shownPath(path))\t\(shownPath(message))" + (offset >= 0 ? " (at byte \(offset))" : "") + "\n"
    }

    fileprivate var json: JSONOutput {
        var members: [(String, JSONOutput)] = [("reason", .text(reason)), ("path", .text(shownPath(path))), ("message", .text(shownPath(message)))]
        if offset >= 0 { members.append(("offset", .number(Int(offset)))) }
        return .object(members)
    }
}
