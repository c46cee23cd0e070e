/// The contents of `/problems`: text files named after reasons, and conflicts.txt and missing.txt.
extension Archive {
    private static let suffix = Array(".txt".utf8)
    private static let conflictsName = Array("conflicts.txt".utf8)
    private static let changedName = Array("changed.txt".utf8)
    private static let missingName = Array("missing.txt".utf8)
    private static let touchedName = Array("\(TouchedSources.reason).txt".utf8)
    private static let picturelessName = Array("no-preview.txt".utf8)

    /// The files of `/problems`, by name; a reason without entries has no file. Costs a few look-ups, however many entries there are.
    package func problemReasons() throws(ArchiveError) -> [ProblemReason] {
        var reasons = try pool.read { connection throws(ArchiveError) in
            var reasons = try setAsideReasons(connection)
            if let changed = try connection.value(.newestConflict) { reasons.append(ProblemReason(name: Self.conflictsName, changedNs: changed)) }
            if let changed = try connection.value(.newestContentChange) { reasons.append(ProblemReason(name: Self.changedName, changedNs: changed)) }
            if try connection.value(.anyMissing) != nil {
                reasons.append(ProblemReason(name: Self.missingName, changedNs: try connection.value(.goneChanged) ?? 0))
            }
            if try connection.value(.anyPictureless) != nil {
                reasons.append(ProblemReason(name: Self.picturelessName, changedNs: try connection.value(.newestPatientChange) ?? 0))
            }
            return reasons
        }
        // What this process found by itself; the archive cannot say it.
        let touched = touched.known(counter: try changeCounter())
        if !touched.paths.isEmpty { reasons.append(ProblemReason(name: Self.touchedName, changedNs: touched.newest)) }
        return reasons.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    /// The reasons for which inputs are set aside: from one to the next through the index.
    private func setAsideReasons(_ connection: Connection) throws(ArchiveError) -> [ProblemReason] {
        var reasons: [ProblemReason] = []
        var last = Int64.min
        while let reason = try connection.value(.nextProblemReason, last) {
            last = reason
            let name = try connection.one(.textByID, reason) { s throws(ArchiveError) in s.bytes(0) }
            guard let name else { continue }
            reasons.append(ProblemReason(name: name + Self.suffix, changedNs: try connection.value(.newestProblem, reason) ?? 0))
        }
        return reasons
    }

    /// Newest change of any patient, nanoseconds since 1970; 0 in an empty archive.
    package func newestChange() throws(ArchiveError) -> Int64 {
        try pool.read { connection throws(ArchiveError) in try connection.value(.newestPatientChange) ?? 0 }
    }

    /// The text of one file of `/problems`, one input a line; nil when there is no such file.
    package func problemFile(named name: [UInt8]) throws(ArchiveError) -> [UInt8]? {
        guard name.count > Self.suffix.count, name.suffix(Self.suffix.count).elementsEqual(Self.suffix) else { return nil }
        var text: [UInt8] = []
        for entry in try problems(reason: Array(name.dropLast(Self.suffix.count))) {
            text += printable(entry.path)
            text.append(UInt8(ascii: "\t"))
            text += printable(entry.message)
            if entry.offset >= 0 { text += Array(" (at byte \(entry.offset))".utf8) }
            text.append(UInt8(ascii: "\n"))
        }
        return text.isEmpty ? nil : text
    }

    /// Every input that is not shown, and every conflict and missing source; `reason` limits them to one kind.
    ///
    /// `looking`: at every source, for what no row says; else what this process has found of that.
    package func problems(reason: [UInt8]? = nil, looking: Bool = false) throws(ArchiveError) -> [ProblemEntry] {
        var entries: [ProblemEntry] = []
        let areTouchedWanted = reason == nil || reason == Array(TouchedSources.reason.utf8)
        if looking, areTouchedWanted || reason == Array(Self.otherFolder.utf8) {
            for entry in try lookAtSources() where reason == nil || reason == Array(entry.reason.utf8) { entries.append(entry) }
        } else if areTouchedWanted {
            entries += touched.known(counter: try changeCounter()).paths.map(Self.touchedEntry)
        }
        if reason == nil || reason == Array("conflicts".utf8) { entries += try conflicts() }
        if reason == nil || reason == Array("changed".utf8) { entries += try contentChanges() }
        if reason == nil || reason == Array("missing".utf8) { entries += try missing() }
        if reason == nil || reason == Array("no-preview".utf8) { entries += try pictureless() }
        try pool.read { connection throws(ArchiveError) in
            let query = try connection.prepare(
                """
                SELECT t.value, p.directory, p.name, p.ordinal, p.reason, p.at, p.message, p.changed_ns, p.checksum, \
                \(ReadSQL.qualified(ReadSQL.directory, "d")), \(ReadSQL.qualified(ReadSQL.root, "r")) \
                FROM problems p JOIN texts t ON t.id = p.reason JOIN directories d ON d.id = p.directory JOIN roots r ON r.id = d.root \
                \(reason == nil ? "" : "WHERE p.reason = (SELECT id FROM texts WHERE value = ?1)") \
                ORDER BY t.value, r.is_relative, r.path, d.path, p.name, p.ordinal
                """)
            if let reason { query.bind(1, reason) }
            while try query.step() { entries.append(try problemEntry(query)) }
        }
        return entries
    }

    static let otherFolder = "other-folder"

    static func touchedEntry(_ path: [UInt8]) -> ProblemEntry {
        ProblemEntry(reason: TouchedSources.reason, path: path, offset: -1, message: Array(TouchedSources.message.utf8))
    }

    private func problemEntry(_ s: SQLStatement) throws(ArchiveError) -> ProblemEntry {
        let record = try ProblemRecord(s, from: 1)
        let directory = try DirectoryRecord(id: record.directory, s, from: 9)
        let root = try RootRecord(id: directory.root, s, from: 14)
        let folder = joinPath(root.absolutePath(archiveFolder: folder), directory.path)
        return ProblemEntry(
            reason: String(decoding: s.bytes(0), as: UTF8.self), path: joinPath(folder, record.name), offset: record.at, message: record.message)
    }

    /// Instances that have pixels and no picture, by their sources, with what is missing.
    private func pictureless() throws(ArchiveError) -> [ProblemEntry] {
        try pool.read { connection throws(ArchiveError) in
            let query = try connection.prepare(
                """
                SELECT \(ReadSQL.source), t.value FROM instances i JOIN sources s ON s.instance = i.id JOIN directories d ON d.id = s.directory \
                JOIN roots r ON r.id = d.root LEFT JOIN texts t ON t.id = i.picture_problem \
                WHERE i.picture_state > 1 AND s.kind = \(SourceRow.Kind.instance.rawValue) ORDER BY r.is_relative, r.path, d.path, s.name
                """)
            var entries: [ProblemEntry] = []
            while try query.step() {
                let path = try sourceRow(query).path
                entries.append(ProblemEntry(reason: "no-preview", path: path, offset: -1, message: query.optionalBytes(ReadSQL.sourceColumns) ?? []))
            }
            return entries
        }
    }

    private func missing() throws(ArchiveError) -> [ProblemEntry] {
        try pool.read { connection throws(ArchiveError) in
            let query = try connection.prepare(
                """
                SELECT \(ReadSQL.source) FROM sources s JOIN directories d ON d.id = s.directory JOIN roots r ON r.id = d.root \
                WHERE s.gone = 1 AND s.instance IS NOT NULL ORDER BY r.is_relative, r.path, d.path, s.name
                """)
            var entries: [ProblemEntry] = []
            while try query.step() {
                let path = try sourceRow(query).path
                entries.append(ProblemEntry(reason: "missing", path: path, offset: -1, message: Array("not found by the last index".utf8)))
            }
            return entries
        }
    }
}
