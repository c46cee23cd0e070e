import ArgumentParser

/// `dcmfs doctor [ARCHIVE] [MOUNTPOINT] [--json]`
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Say what is wrong with this installation, an archive or a mount, and how to mend it.",
        discussion: """
            Changes nothing, and looks at a sample of an archive's sources only; 'dcmfs verify' looks at all of them.

            Exit codes: 0 nothing is wrong; 1 there are problems.
            """)

    @Argument(help: "An archive's database file.", completion: .file())
    var archive: String?

    @Argument(help: "Where the archive is, or should be, mounted.", completion: .directory)
    var mountpoint: String?

    @OptionGroup var trust: TrustOption

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let path = archive.map { ArchiveAccess.bytes(of: $0) }
        var sections: [(title: String, findings: [Finding])] = [("installation", InstallationDoctor().examine())]
        if let path { sections.append(("archive", ArchiveDoctor(path: path, isTrusted: trust.isGiven).examine())) }
        if let mountpoint { sections.append(("mount", MountDoctor(mountpoint: mountpoint, archive: path).examine())) }
        let isWell = sections.allSatisfy { $0.findings.allSatisfy { $0.level != .problem } }
        if json {
            let members = sections.map { ($0.title, JSONOutput.list($0.findings.map(\.json))) }
            printOut(JSONOutput.object([("ok", .flag(isWell))] + members).line)
        } else {
            for section in sections { printOut(section.findings.map(\.text).joined()) }
        }
        if !isWell { throw ExitCode(1) }
    }
}
