import DICOM

/// Instances: new, changed, the same again, the same identifier with other bytes (filesystem.md section 2, N10, N11).
extension IngestWriter {
    func instance(_ candidate: Candidate, _ given: ReadFile, _ summary: InstanceSummary) throws(ArchiveError) {
        let file = try noteChange(candidate, given)
        let uid = summary.sopInstanceUID.isEmpty ? [0] + (file.digest ?? []) : summary.sopInstanceUID
        let sop = SOPIdentity(uid: uid, key: hash.key(uid))
        try noteHeaderProblems(candidate, summary)
        if let known = candidate.known, let id = known.instance {
            if try settle(candidate, known, id, file, summary, sop) { return }
            try detach(known, from: id)
        }
        let sameUID = try instances(withUID: uid, key: sop.key)
        var digest = file.digest
        for existing in sameUID {
            switch try compare(existing, candidate, file, &digest) {
            case .same:
                report.duplicates += 1
                try writeSource(candidate, file.identity, kind: .duplicate, instance: existing.id, digest: digest)
                return try copyIfWanted(candidate, file, existing.id)
            case .replaced:
                report.changed += 1
                return try adopt(candidate, file, digest, summary, into: existing)
            case .different: continue
            }
        }
        if candidate.known?.instance == nil { report.new += 1 } else { report.changed += 1 }
        if !sameUID.isEmpty && digest == nil { digest = try digestOfCandidate(candidate, file) }
        try insertInstance(candidate, file, digest, summary, sop, conflictsWith: sameUID.first?.id)
    }

    /// A damaged file stays in the tree as far as it could be read, and is named in `/problems` with offset and reason.
    private func noteHeaderProblems(_ candidate: Candidate, _ summary: InstanceSummary) throws(ArchiveError) {
        guard !summary.headerProblems.isEmpty else { return try clearProblems(candidate) }
        let problems = summary.headerProblems.map { problem in
            let reason = problem.code == .malformed ? Self.headerDamaged : problem.code.rawValue
            return (reason: reason, at: Int64(problem.offset), message: Array(problem.message.utf8))
        }
        try replaceProblems(try row(of: candidate.folder), candidate.name, problems)
    }

    /// The reason of files that are shown although something in their header cannot be read; `malformed` ones are not shown.
    private static let headerDamaged = "header-damaged"

    // MARK: - A source that the index knows

    /// The file was read again. True when it still holds its instance, which is brought up to date in place.
    private func settle(
        _ candidate: Candidate, _ known: SourceRecord, _ id: Int64, _ file: ReadFile, _ summary: InstanceSummary, _ sop: SOPIdentity
    ) throws(ArchiveError) -> Bool {
        guard let record = try instanceRecord(id), record.sopUID == sop.uid else { return false }
        let isOnlySource = try sources(ofInstance: id).count == 1
        let isSameDigest = known.digest != nil && known.digest == file.digest
        // Nothing but times or place changed, or a digest was wanted of a file that did not change.
        let isSameIdentity = known.identity == file.identity
        let isSameContent = isSameDigest || isSameIdentity && !candidate.isSuspect && (known.digest == nil || file.digest == nil)
        guard isSameContent || isOnlySource else { return false }
        if isOnlySource || known.kind == .instance {
            guard try update(record, file, summary, isSameContent: isSameContent) else { return false }
        }
        // Another ctime or inode may mean another content, whatever size and mtime say. Where an identity was too young to tell, and
        // no digest does, nothing speaks for a change; what was made of the old bytes is not used any more all the same.
        if !isSameContent && !(isSameIdentity && known.digest == nil) {
            report.changed += 1
        } else if known.kind == .instance {
            report.unchanged += 1
        } else {
            report.duplicates += 1
        }
        try writeSource(candidate, file.identity, kind: known.kind, instance: id, digest: file.digest ?? (isSameContent ? known.digest : nil))
        try copyIfWanted(candidate, file, id)
        return true
    }

    /// Brings an instance up to date with what its file says now. False when the file belongs elsewhere in the tree.
    private func update(
        _ record: InstanceRecord, _ file: ReadFile, _ summary: InstanceSummary, isSameContent: Bool
    ) throws(ArchiveError) -> Bool {
        guard keepsStem(record, summary), try series(for: summary, digest: file.digest ?? []) == record.series else { return false }
        var changed = try self.record(summary, file, SOPIdentity(uid: record.sopUID, key: record.sopKey))
        changed.id = record.id
        changed.series = record.series
        changed.stem = record.stem
        changed.uidStem = record.uidStem
        changed.contentChangedNs = isSameContent ? record.contentChangedNs : now
        numberFrames(of: &changed, before: record)
        guard changed.checksum != record.checksum else { return true }
        try begin()
        if isSameContent, DescriptionVersion.isOlder(record.textVersion) { report.describedAgain += 1 }
        if record.textVersion & DescriptionVersion.lacksSeries != 0 { try describeSeries(record.series, summary) }
        try update(record, to: changed)
        touchedSeries.insert(record.series)
        return true
    }

    private func keepsStem(_ record: InstanceRecord, _ summary: InstanceSummary) -> Bool {
        let base = EntityNames.stem(summary) ?? names.noNumber
        return record.stem == base || record.stem.starts(with: base + Array(" ~".utf8))
    }

    // MARK: - The same identifier again

    private enum Comparison {
        case same, different
        /// What the index shows is lost, and nothing says that it held other bytes: it was moved or restored.
        case replaced
    }

    private func compare(
        _ existing: InstanceRecord, _ candidate: Candidate, _ file: ReadFile, _ digest: inout [UInt8]?
    ) throws(ArchiveError) -> Comparison {
        guard existing.size == file.identity.size else { return .different }
        let sources = try located(sourcesOf: existing.id)
        guard let known = try digestOfInstance(sources) else { return areLost(sources) ? .replaced : .different }
        if digest == nil { digest = try digestOfCandidate(candidate, file) }
        return known == digest ? .same : .different
    }

    /// Whether every source is gone or another file by now; one that merely cannot be read at the moment is not lost.
    private func areLost(_ sources: [LocatedSource]) -> Bool {
        sources.allSatisfy { source in
            do throws(ArchiveError) {
                _ = try archive.open(source.row)
                return false
            } catch {
                return error.isLoss
            }
        }
    }

    /// The stored digest, or one taken (and stored) now from the first source that can be read.
    private func digestOfInstance(_ sources: [LocatedSource]) throws(ArchiveError) -> [UInt8]? {
        if let stored = sources.lazy.compactMap(\.record.digest).first { return stored }
        for source in sources {
            // A source that cannot be read gives no digest; the next one may.
            guard let open = try? archive.open(source.row), let digest = try? digestOfFile(open.descriptor, size: open.size, isCancelled: options.isCancelled)
            else { continue }
            var record = source.record
            record.digest = digest
            try write(record, isNew: false)
            return digest
        }
        return nil
    }

    func digestOfCandidate(_ candidate: Candidate, _ file: ReadFile) throws(ArchiveError) -> [UInt8] {
        let descriptor = openFile(candidate.folder, candidate.name)
        guard descriptor >= 0 else { throw ArchiveError(.sourceUnavailable, errorText(-descriptor), errno: -descriptor) }
        defer { closeDescriptor(descriptor) }
        return try digestOfFile(descriptor, size: file.identity.size, isCancelled: options.isCancelled)
    }

    /// The new place takes over the entry, its name and its id.
    private func adopt(
        _ candidate: Candidate, _ file: ReadFile, _ digest: [UInt8]?, _ summary: InstanceSummary, into existing: InstanceRecord
    ) throws(ArchiveError) {
        let lost = try sources(ofInstance: existing.id)
        // Size and mtime are what a mount vets a source by.
        let looksSame = existing.mtimeNs == file.identity.mtimeNs
        guard try update(existing, file, summary, isSameContent: looksSame) else {
            for source in lost { try drop(source) }
            return try insertInstance(candidate, file, digest, summary, SOPIdentity(uid: existing.sopUID, key: existing.sopKey), conflictsWith: nil)
        }
        try writeSource(candidate, file.identity, kind: .instance, instance: existing.id, digest: digest)
        for source in lost { try deleteRow(source) }
        try copyIfWanted(candidate, file, existing.id)
    }
}

/// A source row with the paths it needs to be opened.
struct LocatedSource {
    let record: SourceRecord
    let row: SourceRow
}

extension ArchiveError {
    /// The file is not there any more, or another one is: not merely unreadable for the moment (ENOENT, ENOTDIR, EXDEV, ELOOP).
    var isLoss: Bool { code == .sourceChanged || [2, 20, 18, 40].contains(errno) }
}
