/// The contents of `/problems`: text files named after reasons, and conflicts.txt and missing.txt.
extension Archive {
    private static let suffix = Array(".txt".utf8)
    private static let conflictsName = Array("conflicts.txt".utf8)
    private static let missingName = Array("missing.txt".utf8)
    private static let picturelessName = Array("no-preview.txt".utf8)

    /// The files of `/problems`, by name; a reason without entries has no file.
    package func problemReasons() throws(ArchiveError) -> [ProblemReason] {
        try pool.read { connection throws(ArchiveError) in
            var reasons: [ProblemReason] = []
            let query = try connection.prepare(
                "SELECT t.value, count(*), max(p.changed_ns) FROM problems p JOIN texts t ON t.id = p.reason GROUP BY p.reason")
            while try query.step() {
                reasons.append(ProblemReason(name: query.bytes(0) + Self.suffix, count: Int(query.int(1)), changedNs: query.int(2)))
            }
            let conflicts = try connection.prepare("SELECT count(*), max(changed_ns) FROM conflicts")
            if try conflicts.step(), conflicts.int(0) > 0 {
                reasons.append(ProblemReason(name: Self.conflictsName, count: Int(conflicts.int(0)), changedNs: conflicts.int(1)))
            }
            conflicts.reset()
            let missing = try connection.scalar("SELECT count(*) FROM sources WHERE gone = 1 AND instance IS NOT NULL") ?? 0
            if missing > 0 {
                let changed = try connection.scalar("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'gone-changed-ns'") ?? 0
                reasons.append(ProblemReason(name: Self.missingName, count: Int(missing), changedNs: changed))
            }
            let pictureless = try connection.scalar("SELECT count(*) FROM instances WHERE picture_state > 1") ?? 0
            if pictureless > 0 {
                let changed = try connection.scalar("SELECT max(modified_ns) FROM patients") ?? 0
                reasons.append(ProblemReason(name: Self.picturelessName, count: Int(pictureless), changedNs: changed))
            }
            return reasons.sorted { $0.name.lexicographicallyPrecedes($1.name) }
        }
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
    package func problems(reason: [UInt8]? = nil) throws(ArchiveError) -> [ProblemEntry] {
        var entries: [ProblemEntry] = []
        if reason == nil || reason == Array("conflicts".utf8) { entries += try conflicts() }
        if reason == nil || reason == Array("missing".utf8) { entries += try missing() }
        if reason == nil || reason == Array("no-preview".utf8) { entries += try pictureless() }
        try pool.read { connection throws(ArchiveError) in
            let query = try connection.prepare(
                """
                SELECT t.value, p.directory, p.name, p.ordinal, p.reason, p.at, p.message, p.changed_ns, p.checksum, \
                d.root, d.path, d.device, d.checksum, r.is_relative, r.path, r.device, r.checksum \
                FROM problems p JOIN texts t ON t.id = p.reason JOIN directories d ON d.id = p.directory JOIN roots r ON r.id = d.root \
                \(reason == nil ? "" : "WHERE p.reason = (SELECT id FROM texts WHERE value = ?1)") \
                ORDER BY t.value, r.is_relative, r.path, d.path, p.name, p.ordinal
                """)
            if let reason { query.bind(1, reason) }
            while try query.step() { entries.append(try problemEntry(query)) }
        }
        return entries
    }

    private func problemEntry(_ s: SQLStatement) throws(ArchiveError) -> ProblemEntry {
        let record = try ProblemRecord(s, from: 1)
        let directory = try DirectoryRecord(id: record.directory, s, from: 9)
        let root = try RootRecord(id: directory.root, s, from: 13)
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
                entries.append(ProblemEntry(reason: "no-preview", path: path, offset: -1, message: query.optionalBytes(19) ?? []))
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
