import ArgumentParser
import DICOMArchive
import Glibc

/// `dcmfs index archive.db PATH...`
struct IndexCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "index", abstract: "Bring an archive up to date with folders of DICOM files.",
        discussion: """
            Makes the archive when there is none. Files whose size, times and inode have not changed are not read again. A folder with a \
            DICOMDIR is a medium: its references are checked, and files beside it are taken as well. Nothing but the archive is written. \
            Files that are not found any more stay listed (see 'dcmfs problems') until 'dcmfs forget --gone' or --prune. A file that cannot be \
            read, or holds something else than DICOM now, stays listed whatever is asked for. A folder that is another one than was indexed \
            (a symbolic link, another disk) is an error, and nothing of it is read: 'dcmfs relocate' says that it is the right one.

            Exit codes: 0 done, also when files are no DICOM or damaged; 1 failed, or a folder or file could not be read (named; the next \
            run tries again); 2 usage.
            """)

    @Argument(help: "The archive's database file.", completion: .file())
    var archive: String

    @Argument(help: "Folders, DICOMDIR media or single files.", completion: .file())
    var paths: [String]

    @Flag(help: "Read and hash every file again, whatever its size and times say.")
    var verify = false

    @Flag(help: "Store the SHA-256 of every file, for 'dcmfs verify'.")
    var digest = false

    @Flag(help: "Drop what is gone below the paths.")
    var prune = false

    @Option(help: "Copy what is indexed into this folder, which the archive then owns.", completion: .directory)
    var copyTo: String?

    @Option(parsing: .unconditionalSingleValue, help: "Leave out files and folders whose name, or path where it has a slash, matches PATTERN (fnmatch); may be repeated.")
    var exclude: [String] = []

    @Option(parsing: .unconditionalSingleValue, help: "Take what is left out by default (trash, snapshots, @eaDir, lost+found) or by --exclude.")
    var include: [String] = []

    @Flag(help: "Index what symbolic links lead to, as far as it lies in the paths; with =anywhere, wherever it lies.")
    var followLinks = false

    @Flag(help: .hidden)
    var followLinksAnywhere = false

    @Option(help: "Worker processes.")
    var workers: Int = WorkerLocation.processorCount

    /// Before a mount of the folder: a file that cannot be read is told, and is no reason to show none.
    @Flag(help: .hidden)
    var mounting = false

    @Flag(help: "A process of its own for every file, for sources that nobody trusts; slower.")
    var isolate = false

    @Flag(help: "Then follow the folders until interrupted; shows complete files only (closed, renamed, or unchanged for a while).")
    var watch = false

    @Option(help: "Share the archive with this group: its database and log get mode 0660.")
    var group: String?

    @Option(help: "Rule for the names of an archive that is made now: people (the default), or plain as before it; see dcmfs rename.")
    var names: NamingRule?

    @OptionGroup var trust: TrustOption

    @Option(help: "Fail when more sources than this are gone: a number, or a share such as 10%.")
    var maxGone: GoneLimit?

    @Flag(help: "Print the summary as JSON.")
    var json = false

    @Flag(help: "Print nothing but errors.")
    var quiet = false

    func validate() throws {
        if watch && verify { throw ValidationError("--watch and --verify do not go together") }
        if maxGone != nil && prune { throw ValidationError("--max-gone and --prune do not go together: what is gone would be dropped before it is counted") }
        if paths.isEmpty { throw ValidationError("Missing expected argument '<paths> ...'") }
        if !(1...256).contains(workers) { throw ValidationError("--workers takes 1 to 256") }
    }

    func run() throws {
        var isComplete = true
        try ArchiveAccess.reporting { () throws(CommandFailure) in isComplete = try index() }
        if !isComplete { throw ExitCode(1) }
    }

    /// False when a path could not be indexed, or something below it not be read.
    private func index() throws(CommandFailure) -> Bool {
        DescriptorLimit.raise()
        let parser: any HeaderParser
        // What a signal ends is looked at while a worker or a disk is waited for.
        let isCancelled: @Sendable () -> Bool = { Interruption.wasAsked }
        do { parser = try makeHeaderParser(workerCount: workers, isolates: isolate, isCancelled: isCancelled) } catch { throw CommandFailure("\(error)") }
        let paths = paths.map { ArchiveAccess.bytes(of: $0) }
        var options = IndexOptions()
        options.verifies = verify
        options.takesDigests = digest
        options.prunes = prune
        options.copyTo = copyTo.map { ArchiveAccess.bytes(of: $0) }
        options.excludes = exclude.map { ArchiveAccess.bytes(of: $0) }
        options.includes = include.map { ArchiveAccess.bytes(of: $0) }
        options.links = followLinksAnywhere ? .anywhere : followLinks ? .withinPaths : .notFollowed
        options.parserThreads = workers
        options.filesPerRequest = DescriptorLimit.filesPerThread(workers, atMost: options.filesPerRequest)
        Interruption.catchSignals()
        options.isCancelled = isCancelled
        guard watch else { return try index(paths, parser, options, isFollowing: false) }
        var isFirst = true
        try watch(paths, options) { (paths, options) throws(CommandFailure) in
            _ = try index(paths, parser, options, isFollowing: !isFirst)
            isFirst = false
        }
        return true
    }

    /// The number of the group that `--group` names.
    private func groupID() throws(CommandFailure) -> UInt32? {
        guard let group else { return nil }
        if let known = group.withCString({ getgrnam($0) }) { return known.pointee.gr_gid }
        guard let number = UInt32(group), number != .max else { throw CommandFailure("--group \(group): there is no such group") }
        return number
    }

    /// One run. What follows the first run of `--watch` is told in a line, and only if something changed.
    private func index(_ paths: [[UInt8]], _ parser: any HeaderParser, _ options: IndexOptions, isFollowing: Bool) throws(CommandFailure) -> Bool {
        guard !paths.isEmpty else { return true }
        var options = options
        let progress = quiet || json || isFollowing ? nil : ProgressLine(counting: paths)
        if let progress { options.onProgress = { progress.update($0) } }
        defer { progress?.end() }
        var (report, isSealed) = try ArchiveAccess.with(archive, .create, trust, names: names, group: try groupID()) { archive throws(ArchiveError) in
            try Indexer.index(paths, into: archive, parser: parser, options: options)
        }
        report.isSealed = isSealed
        progress?.end()
        for message in report.warnings + report.failedFolders + report.failedPaths { CommandFailure(message).report() }
        if isFollowing {
            if report.hasNews && !quiet { printOut(json ? report.json.line : report.news) }
        } else if json {
            printOut(report.json.line)
        } else if !quiet && report.failedPaths.count < paths.count {
            printOut(report.summary(archive: archive))
        }
        if let maxGone, maxGone.isExceeded(gone: report.gone, found: report.found) {
            throw CommandFailure("\(report.gone) of \(report.gone + report.found) sources are gone, more than --max-gone \(maxGone.text) allows")
        }
        return report.failedPaths.isEmpty && report.failedFolders.isEmpty && (mounting || report.isReadWhole)
    }
}

/// The value of `--max-gone`.
struct GoneLimit: ExpressibleByArgument {
    let text: String
    private let number: Int
    private let isShare: Bool

    init?(argument: String) {
        isShare = argument.hasSuffix("%")
        guard let number = Int(isShare ? argument.dropLast() : argument[...]), number >= 0, !isShare || number <= 100 else { return nil }
        (self.number, text) = (number, argument)
    }

    func isExceeded(gone: Int, found: Int) -> Bool {
        guard isShare else { return gone > number }
        // Counts of files: far from any overflow, and checked all the same.
        let (part, overflow) = gone.multipliedReportingOverflow(by: 100)
        let (limit, beyond) = (gone + found).multipliedReportingOverflow(by: number)
        return overflow || !beyond && part > limit
    }
}

extension IndexReport {
    /// Whether anything is other than before.
    var hasNews: Bool { new + changed + duplicates + newlyGone + pruned + copied + setAsideTotal > 0 }

    /// One line.
    var news: String {
        let counts = [
            ("new", new), ("changed", changed), ("duplicates", duplicates), ("not readable", setAsideTotal), ("gone", newlyGone), ("dropped", pruned),
        ]
        return counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ") + "\n"
    }

    func summary(archive: String) -> String {
        var lines = ["found          \(counted(found, "file"))"]
        func add(_ name: String, _ count: Int, _ note: String = "") {
            if count > 0 { lines.append(name.padded(to: 15) + "\(count)" + note) }
        }
        add("new", new)
        add("unchanged", unchanged, describedAgain > 0 ? " (\(describedAgain) read again for the current header text)" : "")
        add("changed", changed)
        if contentChanged > 0 {
            lines.append("CONTENT CHANGED " + "\(contentChanged) of them are not what their digest was stored of (accept: dcmfs acknowledge)")
            for change in contentChanges.prefix(10) {
                lines.append("  \(shownPath(change.path)): \(hexadecimal(change.oldDigest)) is now \(hexadecimal(change.newDigest))")
            }
            if contentChanged > 10 { lines.append("  and \(contentChanged - 10) more: dcmfs problems --reason=changed \(Arguments.shown(archive))") }
        }
        add("duplicates", duplicates)
        for (reason, count) in setAside.sorted(by: { $0.key < $1.key }) { add("not readable", count, reason == "packed" ? " (packed: unpack these first)" : " (\(reason))") }
        add("not DICOM", notDICOM)
        add("DICOMDIR media", mediaDirectories, badReferences > 0 ? " (\(counted(badReferences, "bad reference")))" : "")
        for (reason, count) in skipped.sorted(by: { $0.key < $1.key }) { add("links skipped", count, " (\(reason))") }
        add("gone", gone, pruned > 0 ? " (\(pruned) dropped)" : " (still listed)")
        add("copied", copied)
        add("left out", excluded.values.reduce(0, +), " (\(excluded.keys.sorted().joined(separator: ", ")))")
        add("kept", keptBelowExcluded, " (indexed before, left out now; dcmfs forget drops them)")
        add("links", followed, " (followed)")
        add("waiting", waiting, " (somebody may still be writing to them)")
        if !isSealed { lines.append("The archive is in use elsewhere and was not closed for read-only media: it cannot be mounted from them yet.") }
        if setAsideTotal + notDICOM + badReferences > 0 { lines.append("Details: dcmfs problems \(Arguments.shown(archive))") }
        return lines.joined(separator: "\n") + "\n"
    }

    var json: JSONOutput {
        .object([
            ("found", .number(found)), ("new", .number(new)), ("unchanged", .number(unchanged)), ("changed", .number(changed)),
            ("contentChanged", .number(contentChanged)), ("contentChanges", .list(contentChanges.map(\.json))),
            ("describedAgain", .number(describedAgain)), ("duplicates", .number(duplicates)), ("setAside", .number(setAsideTotal)),
            ("setAsideByReason", .counts(setAside)),
            ("notDICOM", .number(notDICOM)), ("mediaDirectories", .number(mediaDirectories)), ("badReferences", .number(badReferences)),
            ("notFollowed", .counts(skipped)), ("gone", .number(gone)), ("pruned", .number(pruned)), ("copied", .number(copied)),
            ("balanced", .flag(isBalanced)), ("sealed", .flag(isSealed)), ("failedPaths", .list(failedPaths.map { .text($0) })),
            ("failedFolders", .list(failedFolders.map { .text($0) })), ("leftOut", .counts(excluded)), ("keptLeftOut", .number(keptBelowExcluded)),
            ("linksFollowed", .number(followed)),
            ("warnings", .list(warnings.map { .text($0) })),
        ])
    }
}

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: Swift.max(0, width - count)) }
}

extension ContentChange {
    fileprivate var json: JSONOutput {
        .object([("path", .text(shownPath(path))), ("oldDigest", .text(hexadecimal(oldDigest))), ("newDigest", .text(hexadecimal(newDigest)))])
    }
}
