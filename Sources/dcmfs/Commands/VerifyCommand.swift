import ArgumentParser
import DICOMArchive
import Glibc

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

    @Option(help: "Print every instance with its path, SOP Instance UID, size, SHA-256 and source; what is wrong goes to standard error.")
    var manifest: ManifestForm?

    @Flag(help: "Print JSON, one object a line, the summary last.")
    var json = false

    func run() throws {
        var isIntact = true
        Interruption.catchSignals()
        try ArchiveAccess.reporting { () throws(CommandFailure) in
            let (report, _) = try ArchiveAccess.with(archive, .readOnly, trust) { archive throws(ArchiveError) in
                if let manifest {
                    if manifest == .csv { printOut(ManifestEntry.csvHeader) }
                    try archive.manifest { printOut(manifest == .csv ? $0.csv : $0.json.line) }
                }
                return try archive.verify { say(json ? $0.json.line : $0.text) }
            }
            say(json ? report.json.line : report.text)
            isIntact = report.isIntact
        }
        if !isIntact { throw ExitCode(3) }
    }
}

extension VerifyCommand {
    enum ManifestForm: String, CaseIterable, ExpressibleByArgument { case csv, json }

    /// The manifest has standard output for itself.
    private func say(_ text: String) {
        guard manifest != nil else { return printOut(text) }
        // Where standard error is closed there is no one to tell; the exit code says it.
        try? writeAll(Array(text.utf8), to: STDERR_FILENO)
    }
}

extension ManifestEntry {
    private static let columns = ["Path", "SOPInstanceUID", "Size", "SHA256", "Source", "Problem"]

    fileprivate static let csvHeader = columns.joined(separator: ",") + "\r\n"

    private var values: [String] {
        [shownPath(path), shownPath(sopInstanceUID), "\(size)", hexadecimal(digest), shownPath(source), problem]
    }

    /// RFC 4180.
    fileprivate var csv: String { values.map(CSV.quoted).joined(separator: ",") + "\r\n" }

    fileprivate var json: JSONOutput {
        let values = zip(Self.columns, values).filter { !$0.1.isEmpty }
        return .object(values.map { ($0, $0 == "Size" ? .number(Int(size)) : .text($1)) })
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
        let young = young > 0 ? "\(young) sources were indexed within 2 s of their last change: the next dcmfs index reads them again\n" : ""
        return young + "checked \(counted(rows, "row")), \(counted(sources, "source")), \(counted(digests, "digest")) (\(counted(Int(bytesHashed), "byte"))): \(isIntact ? "intact" : "DAMAGE: " + damage)\n"
    }
    fileprivate var json: JSONOutput {
        let counts = Dictionary(uniqueKeysWithValues: findings.map { ($0.key.rawValue, $0.value) })
        return .object([
            ("rows", .number(rows)), ("sources", .number(sources)), ("digests", .number(digests)), ("bytesHashed", .number(Int(bytesHashed))), ("young", .number(young)),
            ("intact", .flag(isIntact)), ("findings", .counts(counts)),
        ])
    }
}
