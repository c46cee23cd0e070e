import ArgumentParser
import DICOMArchive

/// `dcmfs show archive.db instance:3...`
struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Say what stands behind a number in a message: files, patient, state.",
        discussion: """
            Messages of a mount name instances by number, so that no log holds data of patients. This prints them: do not paste it into logs.
            """)

    @Argument(help: "The archive's database file.", completion: .file())
    var archive: String

    @OptionGroup var trust: TrustOption

    @Argument(help: "What a message named, such as instance:3 or 3.")
    var numbers: [String]

    @Flag(help: "Print JSON, one object a line.")
    var json = false

    func validate() throws {
        if numbers.isEmpty { throw ValidationError("Missing expected argument '<numbers> ...'") }
        for number in numbers where Self.row(number) == nil { throw ValidationError("'\(number)' is no number of an instance; expected instance:3 or 3") }
    }

    private static func row(_ text: String) -> Int64? {
        let digits = text.hasPrefix("instance:") ? text.dropFirst("instance:".count) : text[...]
        guard let row = Int64(digits), row > 0 else { return nil }
        return row
    }

    func run() throws {
        try ArchiveAccess.reporting { () throws(CommandFailure) in
            var missing: [Int64] = []
            _ = try ArchiveAccess.with(archive, .readOnly, trust) { archive throws(ArchiveError) in
                for row in numbers.compactMap(Self.row) {
                    guard let shown = try ShownInstance(row, in: archive) else {
                        missing.append(row)
                        continue
                    }
                    printOut(json ? shown.json.line : shown.text)
                }
            }
            guard missing.isEmpty else {
                throw CommandFailure("no instance has the number \(missing.map(String.init).joined(separator: ", ")) (any more)")
            }
        }
    }
}

/// One instance with all that leads to it.
private struct ShownInstance {
    private let row: Int64
    private let path: [UInt8]
    private let attributes: [IndexedAttribute]
    private let sources: [(path: [UInt8], kind: String, state: String)]
    private let picture: String

    private static let shown = ["PatientID", "PatientName", "PatientBirthDate", "StudyDate", "AccessionNumber", "Modality", "SOPInstanceUID"]

    init?(_ row: Int64, in archive: Archive) throws(ArchiveError) {
        guard let instance = try archive.located([row]).first ?? nil, let known = try archive.attributes(of: .instance(row)) else { return nil }
        self.row = row
        attributes = Self.shown.compactMap { keyword in known.first { $0.keyword == keyword } }
        var folders = [Array("patients".utf8)]
        if let series = try archive.series(id: instance.row.seriesID), let study = try archive.study(id: series.studyID),
            let patient = try archive.patient(id: study.patientID)
        {
            folders += [patient.name, study.name, series.name]
        }
        path = joinPath(folders.reduce([], joinPath), instance.row.stem + Array(".dcm".utf8))
        var sources: [(path: [UInt8], kind: String, state: String)] = []
        for source in instance.sources { sources.append((source.path, Self.word(source.kind), Self.state(of: source, instance.row, archive))) }
        self.sources = sources
        picture = instance.row.picture == nil ? "none" : "drawn"
    }

    private static func word(_ kind: SourceRow.Kind) -> String {
        switch kind {
        case .instance: "file"
        case .duplicate: "duplicate"
        case .copy: "copy"
        case .setAside, .notDICOM, .mediaDirectory, .skipped: "other"
        }
    }

    /// As of now, not as of the last index.
    private static func state(of source: SourceRow, _ row: InstanceRow, _ archive: Archive) -> String {
        do throws(ArchiveError) {
            _ = try archive.openSource(of: LocatedInstance(row: row, sources: [source]))
            return source.state == .gone ? "there again since the last index" : "readable, as indexed"
        } catch {
            return error.description
        }
    }

    var text: String {
        var lines = ["instance:\(row)"]
        func add(_ name: String, _ value: String) { lines.append("  " + name.padded(to: 18) + value) }
        add("path", shownPath(path))
        for attribute in attributes { add(attribute.keyword, shownPath(attribute.value)) }
        for source in sources { add(source.kind, "\(shownPath(source.path)) (\(source.state))") }
        add("picture", picture)
        return lines.joined(separator: "\n") + "\n"
    }

    var json: JSONOutput {
        let files = sources.map { source in
            JSONOutput.object([("path", .text(shownPath(source.path))), ("kind", .text(source.kind)), ("state", .text(source.state))])
        }
        return .object(
            [("instance", .number(Int(row))), ("path", .text(shownPath(path)))] + attributes.map { ($0.keyword, .text(shownPath($0.value))) }
                + [("sources", .list(files)), ("picture", .text(picture))])
    }
}
