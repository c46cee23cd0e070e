import ArgumentParser
import DICOM
import DICOMArchive

/// `dcmfs find archive.db Keyword=pattern... [--json|--csv|--paths MOUNT]`
struct FindCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "find", abstract: "List the series that meet conditions.",
        discussion: """
            The same conditions as below /find in a mount: KEYWORD=PATTERN, all of which must hold; * and ? are wildcards, case does not \
            count, dates and numbers may be ranges (StudyDate=20240101-20240630, SeriesNumber=1-10), and of a list (Modality=CT,MR; names and \
            descriptions with \\ for the comma) any value suffices. Without conditions every series is listed. How many were found is said on \
            standard error. Keywords: \
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

    @Flag(help: "Exit with 1 when nothing is found.")
    var failEmpty = false

    func validate() throws {
        if [json, csv, paths != nil].count(where: { $0 }) > 1 { throw ValidationError("--json, --csv and --paths exclude each other") }
        if conditions.count > SearchQuery.longest { throw ValidationError("more than \(SearchQuery.longest) conditions") }
        for condition in conditions {
            do throws(SearchProblem) {
                _ = try SearchQuery.Term(parsing: ArchiveAccess.bytes(of: condition))
            } catch {
                throw ValidationError("'\(condition)' cannot be searched for: \(error.explanation)")
            }
        }
    }

    /// `ModalitiesInStudy` is a question only: each line is one series with its own modality.
    private static let shown = SearchKeyword.allCases.filter { $0 != .modalitiesInStudy }

    func run() throws {
        let query = SearchQuery(conditions.compactMap { SearchQuery.Term(ArchiveAccess.bytes(of: $0)) })
        var found = 0
        try ArchiveAccess.reporting { () throws(CommandFailure) in
            _ = try ArchiveAccess.with(archive, .readOnly, trust) { archive throws(ArchiveError) in
                var lines: [(path: [UInt8], values: [[UInt8]], id: Int64)] = []
                try archive.find(query) { series in
                    let path = joinPath(joinPath(joinPath(Array("patients".utf8), series.patientFolder), series.studyFolder), series.folder)
                    var values: [[UInt8]] = []
                    if json || csv { for keyword in Self.shown { values.append(series.value(keyword)) } }
                    lines.append((path, values, series.id))
                }
                found = lines.count
                if csv { printOut((["Path"] + Self.shown.map(\.rawValue) + ["Images"]).joined(separator: ",") + "\r\n") }
                for line in lines.sorted(by: { $0.path.lexicographicallyPrecedes($1.path) }) {
                    write(line.path, line.values, images: json || csv ? try archive.instanceCount(ofSeries: line.id) : 0)
                }
            }
            CommandFailure("found \(found) series").report()
        }
        if failEmpty && found == 0 { throw ExitCode(1) }
    }

    private func write(_ path: [UInt8], _ values: [[UInt8]], images: Int) {
        if json {
            let values = zip(Self.shown, values).map { ($0.rawValue, JSONOutput.text(Self.text($1))) }.filter { !$0.1.isEmpty }
            printOut(JSONOutput.object([("Path", .text(Self.text(path)))] + values + [("Images", .number(images))]).line)
        } else if csv {
            let cells = ([path] + values).map { CSV.quoted(VisibleText.line(Self.text($0))) } + ["\(images)"]
            printOut(cells.joined(separator: ",") + "\r\n")
        } else {
            printOut(joinPath(ArchiveAccess.bytes(of: paths ?? ""), path) + [UInt8(ascii: "\n")])
        }
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

extension JSONOutput {
    fileprivate var isEmpty: Bool { if case .text(let text) = self { text.isEmpty } else { false } }
}
