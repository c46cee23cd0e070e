import ArgumentParser
import DICOM
import Workers

/// `dcmfs formats [--markdown | --json]`
struct FormatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "formats", abstract: "List the transfer syntaxes and what decodes them in this build.",
        discussion: "The worker program is asked: it knows what it was built with. Every instance shows .dcm and .txt, decoded or not.")

    @Flag(help: "Print the table of docs/formats.md.")
    var markdown = false

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if markdown && json { throw ValidationError("--markdown and --json exclude each other") }
    }

    func run() throws {
        try ArchiveAccess.reporting { () throws(CommandFailure) in
            let rows = try Self.ask().compactMap { support in
                TransferSyntax.named(support.uid).map { FormatRow(syntax: $0, support: support) }
            }
            if json {
                printOut(JSONOutput.list(rows.map(\.json)).line)
            } else {
                printOut(markdown ? FormatRow.markdownHead + rows.map(\.markdown).joined() : rows.map(\.text).joined())
            }
        }
    }

    private static func ask() throws(CommandFailure) -> [FormatSupport] {
        let pool: WorkerPool
        do { pool = try WorkerLocation.makePool(count: 1) } catch { throw CommandFailure(error.description) }
        do { return try pool.formats() } catch { throw CommandFailure(error.description) }
    }
}

/// One line of the table.
private struct FormatRow {
    static let markdownHead = "| UID | transfer syntax | pictures |\n|---|---|---|\n"

    let syntax: TransferSyntax
    let support: FormatSupport

    private var pictures: String { support.isDecoded ? support.library : "none: \(support.reason)" }
    private var title: String { syntax.name + (syntax.isRetired ? ", retired" : "") }

    var text: String { syntax.uid.padded(to: 27) + pictures.padded(to: 50) + title + "\n" }
    var markdown: String { "| \(syntax.uid) | \(title) | \(pictures) |\n" }
    var json: JSONOutput {
        .object([
            ("uid", .text(syntax.uid)), ("name", .text(syntax.name)), ("retired", .flag(syntax.isRetired)), ("lossy", .flag(syntax.isLossy)),
            ("encapsulated", .flag(syntax.isEncapsulated)), ("decoded", .flag(support.isDecoded)), ("library", .text(support.library)),
            ("reason", .text(support.reason)),
        ])
    }
}
