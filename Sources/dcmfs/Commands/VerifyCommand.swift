import ArgumentParser
import DICOMArchive

/// `dcmfs verify archive.db [--json]`
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check an archive and its sources for damage.",
        discussion: """
            Checks every row of the database, that every source is there with its size and time, and its SHA-256 where 'dcmfs index --digest' stored one. \
            Exit codes: 0 intact, 1 failed, 3 damage found.
            """)

    @Argument(help: "The archive's database file.", completion: .file())
    var archive: String

    @OptionGroup var trust: TrustOption

    @Flag(help: "Print JSON, one object a line, the summary last.")
    var json = false

    func run() throws {
        var isIntact = true
        try ArchiveAccess.reporting { () throws(CommandFailure) in
            let (report, _) = try ArchiveAccess.with(archive, .readOnly, trust) { archive throws(ArchiveError) in
                try archive.verify { printOut(json ? $0.json.line : $0.text) }
            }
            printOut(json ? report.json.line : report.text)
            isIntact = report.isIntact
        }
        if !isIntact { throw ExitCode(3) }
    }
}

extension VerifyFinding {
    fileprivate var text: String { "\(kind.rawValue)\t\(path.isEmpty ? "" : shownPath(path) + "\t")\(message)\n" }
    fileprivate var json: JSONOutput {
        .object([("finding", .text(kind.rawValue)), ("path", .text(shownPath(path))), ("message", .text(message))])
    }
}

extension VerifyReport {
    fileprivate var text: String {
        let damage = findings.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.value) \($0.key.rawValue)" }.joined(separator: ", ")
        return "checked \(counted(rows, "row")), \(counted(sources, "source")), \(counted(digests, "digest")) (\(counted(Int(bytesHashed), "byte"))): \(isIntact ? "intact" : "DAMAGE: " + damage)\n"
    }
    fileprivate var json: JSONOutput {
        let counts = Dictionary(uniqueKeysWithValues: findings.map { ($0.key.rawValue, $0.value) })
        return .object([
            ("rows", .number(rows)), ("sources", .number(sources)), ("digests", .number(digests)), ("bytesHashed", .number(Int(bytesHashed))),
            ("intact", .flag(isIntact)), ("findings", .counts(counts)),
        ])
    }
}
