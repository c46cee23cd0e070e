import ArgumentParser
import DICOM
import DICOMArchive

/// `dcmfs find archive.db Keyword=pattern... [--json|--csv|--paths MOUNT]`
struct FindCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "find", abstract: "List the series that meet conditions.",
        discussion: """
            The same conditions as below /find in a mount: KEYWORD=PATTERN, all of which must hold; * and ? are wildcards, dates may be \
            ranges (StudyDate=20240101-20240630). Without conditions every series is listed. Keywords: \
            \(SearchKeyword.allCases.map(\.rawValue).joined(separator: ", ")).
            """)

    @Argument(help: "The archive's database file.", completion: .file())
    var archive: String

    @OptionGroup var trust: TrustOption

    @Argument(help: "Conditions, such as Modality=CT or PatientName=doe*.", completion: .list(SearchKeyword.allCases.map { $0.rawValue + "=" }))
    var conditions: [String] = []

    @Flag(help: "Print JSON, one object a line.")
    var json = false

    @Flag(help: "Print CSV with a line of keywords.")
    var csv = false

    @Option(help: "Print the folders as they are called below this mount point.", completion: .directory)
    var paths: String?

    func validate() throws {
        if [json, csv, paths != nil].count(where: { $0 }) > 1 { throw ValidationError("--json, --csv and --paths exclude each other") }
        if conditions.count > SearchQuery.longest { throw ValidationError("more than \(SearchQuery.longest) conditions") }
        for condition in conditions where SearchQuery.Term(ArchiveAccess.bytes(of: condition)) == nil {
            throw ValidationError(
                "'\(condition)' is no condition; expected KEYWORD=PATTERN with a keyword of 'dcmfs find --help', "
                    + "dates as 20240131, 2024-01-31, 2024-01 or 2024, or two of them joined by -")
        }
    }

    /// `ModalitiesInStudy` is a question only: each line is one series with its own modality.
    private static let shown = SearchKeyword.allCases.filter { $0 != .modalitiesInStudy }

    func run() throws {
        let query = SearchQuery(conditions.compactMap { SearchQuery.Term(ArchiveAccess.bytes(of: $0)) })
        try ArchiveAccess.reporting { () throws(CommandFailure) in
            _ = try ArchiveAccess.with(archive, .readOnly, trust) { archive throws(ArchiveError) in
                if csv { printOut((["Path"] + Self.shown.map(\.rawValue)).joined(separator: ",") + "\r\n") }
                try archive.find(query) { series in write(series) }
            }
        }
    }

    private func write(_ series: borrowing SeriesAttributes) {
        let path = joinPath(joinPath(joinPath(Array("patients".utf8), series.patientFolder), series.studyFolder), series.folder)
        if json {
            let values = Self.shown.map { ($0.rawValue, JSONOutput.text(Self.text(series.value($0)))) }
            printOut(JSONOutput.object([("Path", .text(Self.text(path)))] + values.filter { !$0.1.isEmpty }).line)
        } else if csv {
            printOut(
                ([path] + Self.shown.map { series.value($0) }).map { CSV.quoted(VisibleText.line(Self.text($0))) }.joined(separator: ",") + "\r\n")
        } else {
            printOut(joinPath(ArchiveAccess.bytes(of: paths ?? ""), path) + [UInt8(ascii: "\n")])
        }
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

extension JSONOutput {
    fileprivate var isEmpty: Bool { if case .text(let text) = self { text.isEmpty } else { false } }
}
