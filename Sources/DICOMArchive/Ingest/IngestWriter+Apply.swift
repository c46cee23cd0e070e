import DICOM
import Glibc

/// One file that was read: which count it goes to, which rows it changes.
extension IngestWriter {
    func apply(_ given: Candidate, _ file: ReadFile) throws(ArchiveError) {
        var candidate = given
        // A file before this one may have changed its row: taken a digest, made it the first source, dropped it.
        if let known = given.known { candidate.known = try findSource(known.directory, known.name) }
        switch file.result {
        case .unreadable(let code) where code == ENOENT || code == ENOTDIR:
            try vanished(candidate)
        case .exhausted(let code):
            throw ArchiveError(.system, Self.exhaustion(code), errno: code)
        case .cancelled: throw ArchiveError(.interrupted, LongWork.interrupted)
        case .unreadable(let code):
            report.found += 1
            try keepUnreadable(candidate, errorText(code))
        case .unstable:
            report.found += 1
            try keepUnreadable(candidate, "it changed while it was read")
        case .notRegular:
            try skip(candidate.folder, candidate.name, known: candidate.known, reason: "special-file", "not a regular file, skipped")
        case .packed(let kind):
            report.found += 1
            try setAside(candidate, file, reason: "packed", at: -1, Array("\(kind): unpack it first, nothing in it is shown".utf8))
        case .parsed(.failed(let reason)):
            report.found += 1
            try setAside(candidate, file, reason: "reader-failed", at: -1, Array(reason.utf8))
        // Its bytes did not come: nothing of that is the file's own.
        case .parsed(.outcome(.setAside(let error))) where error.code == .unreadable:
            report.found += 1
            try keepUnreadable(candidate, error.message)
        case .parsed(.outcome(.setAside(let error))):
            report.found += 1
            try setAside(candidate, file, reason: error.code.rawValue, at: Int64(error.offset), Array(error.message.utf8))
        case .parsed(.outcome(.mediaDirectory(let media))):
            report.found += 1
            try mediaDirectory(candidate, file, media)
        case .parsed(.outcome(.instance(let summary))):
            report.found += 1
            try instance(candidate, file, summary)
        }
        fileDone()
    }

    static func exhaustion(_ code: CInt) -> String {
        "\(errorText(code)): more is needed than this process may have (ulimit -n); the same command goes on where it stopped"
    }

    /// It was there when the folder was listed.
    private func vanished(_ candidate: Candidate) throws(ArchiveError) {
        if let known = candidate.known { try lost(known) }
    }

    /// A file that cannot be read now keeps what the index knows of it; it is tried again by every run.
    func keepUnreadable(_ candidate: Candidate, _ why: String) throws(ArchiveError) {
        report.setAside["unreadable", default: 0] += 1
        if let known = candidate.known, known.instance != nil { return try keep(known, Array(why.utf8), holdsOther: false) }
        let directory = try row(of: candidate.folder)
        try writeSource(candidate, FileIdentity(), kind: .setAside, instance: nil, digest: nil)
        try replaceProblems(directory, candidate.name, [(reason: "unreadable", at: -1, message: Array(why.utf8))])
    }

    /// Damage is not deletion: a source that cannot be read, or holds nothing that is an instance, keeps its entry, which answers
    /// I/O errors and is named. Who mirrors the mount would otherwise delete the copy that is still good.
    private func keep(_ known: SourceRecord, _ why: [UInt8], holdsOther: Bool) throws(ArchiveError) {
        guard let found = try findSource(known.directory, known.name) else { return }
        var source = found
        source.state = .unreadable
        source.isYoung = true
        // Such bytes are never served, whatever their size and time say. No file has this one.
        if holdsOther { source.identity.mtimeNs = .min + 1 }
        if source.checksum != found.checksum {
            try write(source, isNew: false)
            if let instance = source.instance { try touchInstance(instance) }
        }
        try replaceProblems(source.directory, source.name, [(reason: "unreadable", at: -1, message: why)])
    }

    private func setAside(_ candidate: Candidate, _ file: ReadFile, reason: String, at: Int64, _ message: [UInt8]) throws(ArchiveError) {
        if try keepDamaged(candidate, file, Array("\(reason): ".utf8) + message) { return }
        let isDICOM = reason != DICOMError.Code.notDICOM.rawValue
        if isDICOM { report.setAside[reason, default: 0] += 1 } else { report.notDICOM += 1 }
        try writeSource(candidate, file.identity, kind: isDICOM ? .setAside : .notDICOM, instance: nil, digest: file.digest)
        try replaceProblems(try row(of: candidate.folder), candidate.name, [(reason: reason, at: at, message: message)])
    }

    /// What was read is no instance, where one is known: true when its entry was kept.
    private func keepDamaged(_ candidate: Candidate, _ file: ReadFile, _ why: [UInt8]) throws(ArchiveError) -> Bool {
        guard let known = candidate.known, known.instance != nil else { return false }
        report.setAside["unreadable", default: 0] += 1
        // The same bytes as before are as good as before, whatever became of their reader.
        let isSame = known.identity == file.identity && !candidate.isSuspect
        try keep(known, isSame ? why : Array("it no longer holds what was indexed: ".utf8) + why, holdsOther: !isSame)
        return true
    }

    private func mediaDirectory(_ candidate: Candidate, _ file: ReadFile, _ media: MediaDirectorySummary) throws(ArchiveError) {
        if try keepDamaged(candidate, file, Array("it is a media directory now".utf8)) { return }
        report.mediaDirectories += 1
        let known = candidate.known
        // Read by every run, because its members may have come or gone; written only when it changed itself.
        if known?.kind != .mediaDirectory || known?.identity != file.identity || known?.state != .present {
            try writeSource(candidate, file.identity, kind: .mediaDirectory, instance: nil, digest: file.digest)
        }
        let problems = MediaReferences.problems(of: media, in: candidate.folder)
        report.badReferences += problems.count
        try replaceProblems(try row(of: candidate.folder), candidate.name, problems)
    }

    /// Something that is no regular file stands where a source was.
    func displaced(_ known: SourceRecord, by what: String) throws(ArchiveError) {
        guard known.instance != nil else { return try lost(known) }
        try keep(known, Array("\(what) has taken its place".utf8), holdsOther: false)
    }

    /// Notes an entry that is not a regular file. Not counted among the files found.
    func skip(_ folder: IndexedFolder, _ name: [UInt8], known: SourceRecord?, reason: String, _ message: String) throws(ArchiveError) {
        report.skipped[reason, default: 0] += 1
        if let known {
            if known.instance != nil { return try keep(known, Array(message.utf8), holdsOther: false) }
            if known.kind == .skipped && !known.isGone {
                return try replaceProblems(known.directory, name, [(reason: reason, at: -1, message: Array(message.utf8))])
            }
            try drop(known)
        }
        var source = SourceRecord()
        source.directory = try row(of: folder)
        source.name = name
        source.kind = .skipped
        try write(source, isNew: true)
        try replaceProblems(source.directory, name, [(reason: reason, at: -1, message: Array(message.utf8))])
    }

    /// A source whose size, times and inode are those of the index.
    func unchanged(_ known: SourceRecord) throws(ArchiveError) {
        report.found += 1
        switch known.kind {
        case .instance: report.unchanged += 1
        case .duplicate, .copy: report.duplicates += 1
        case .notDICOM: report.notDICOM += 1
        case .mediaDirectory: report.mediaDirectories += 1
        case .setAside, .skipped:
            report.setAside[try problemReason(known), default: 0] += 1
        }
        if known.isGone, var source = try findSource(known.directory, known.name) {
            source.isGone = false
            try write(source, isNew: false)
            if let instance = source.instance { try touchInstance(instance) }
        }
        fileDone()
    }

    /// A source is not there any more. What was shown stays, marked; what was not shown goes.
    func lost(_ known: SourceRecord) throws(ArchiveError) {
        guard var source = try findSource(known.directory, known.name) else { return }
        guard source.instance != nil else { return try deleteRow(source) }
        report.gone += 1
        guard !source.isGone else { return }
        report.newlyGone += 1
        if source.state == .unreadable {
            try begin()
            try deleteProblems(source.directory, source.name)
        }
        source.isGone = true
        try write(source, isNew: false)
        try noteGone()
    }

    // MARK: - Rows

    /// Whatever was wrong with it before no longer is.
    func clearProblems(_ candidate: Candidate) throws(ArchiveError) {
        guard let known = candidate.known else { return }
        try begin()
        try deleteProblems(known.directory, known.name)
    }

    @discardableResult
    func writeSource(
        _ candidate: Candidate, _ identity: FileIdentity, kind: SourceRow.Kind, instance: Int64?, digest: [UInt8]?
    ) throws(ArchiveError) -> SourceRecord {
        var source = SourceRecord()
        source.directory = try row(of: candidate.folder)
        source.name = candidate.name
        source.kind = kind
        source.identity = identity
        source.isYoung = candidate.isYoung(identity, options.youth)
        source.instance = instance
        source.digest = digest
        try write(source, isNew: candidate.known == nil)
        return source
    }

    func problemReason(_ known: SourceRecord) throws(ArchiveError) -> String {
        let query = try connection.statement(WriteSQL.problemsOf)
        query.bind(1, known.directory)
        query.bind(2, known.name)
        defer { query.reset() }
        return try query.step() ? String(decoding: query.bytes(8), as: UTF8.self) : "unknown"
    }

    /// Writes the problems of one input, if they are not the ones that stand already.
    func replaceProblems(_ directory: Int64, _ name: [UInt8], _ problems: [(reason: String, at: Int64, message: [UInt8])]) throws(ArchiveError) {
        var records: [ProblemRecord] = []
        for (ordinal, problem) in problems.enumerated() {
            var record = ProblemRecord()
            record.directory = directory
            record.name = name
            record.ordinal = Int64(ordinal)
            record.reason = try text(Array(problem.reason.utf8))
            record.at = problem.at
            record.message = problem.message
            records.append(record)
        }
        guard try !standing(directory, name, are: records) else { return }
        try begin()
        try deleteProblems(directory, name)
        for record in records { try insert(record) }
    }

    private func standing(_ directory: Int64, _ name: [UInt8], are records: [ProblemRecord]) throws(ArchiveError) -> Bool {
        let query = try connection.statement(WriteSQL.problemsOf)
        query.bind(1, directory)
        query.bind(2, name)
        defer { query.reset() }
        var rest = records[...]
        while try query.step() {
            let old = try ProblemRecord(query, from: 0)
            guard let new = rest.popFirst(), new.reason == old.reason, new.at == old.at, new.message == old.message else { return false }
        }
        return rest.isEmpty
    }

    func deleteProblems(_ directory: Int64, _ name: [UInt8]) throws(ArchiveError) {
        let delete = try connection.statement(WriteSQL.deleteProblems)
        delete.bind(1, directory)
        delete.bind(2, name)
        try delete.run()
    }

    private func insert(_ record: ProblemRecord) throws(ArchiveError) {
        var record = record
        record.changedNs = now
        let insert = try connection.statement(WriteSQL.insertProblem)
        insert.bind(1, record.directory)
        insert.bind(2, record.name)
        insert.bind(3, record.ordinal)
        insert.bind(4, record.reason)
        insert.bind(5, record.at)
        insert.bind(6, record.message)
        insert.bind(7, record.changedNs)
        insert.bind(8, record.checksum)
        try insert.run()
    }
}
