/// One thing that `dcmfs verify` found wrong.
package struct VerifyFinding: Hashable, Sendable {
    package enum Kind: String, Sendable {
        case missing, changed, unreadable
        /// The bytes are not those whose digest is stored.
        case digest
        /// Its content changed since its digest was first stored, and nobody acknowledged that.
        case altered
        /// A row of the database whose checksum is wrong, or that refers to nothing.
        case row
        /// SQLite's own check.
        case database
    }
    package let kind: Kind
    /// Path of the source; empty for the database.
    package let path: [UInt8]
    package let message: String
}

package struct VerifyReport: Hashable, Sendable {
    package var sources = 0
    package var digests = 0
    package var bytesHashed: Int64 = 0
    /// Sources whose times were so young when they were indexed that they prove nothing, and that no digest proves.
    package var young = 0
    package var rows = 0
    package var findings: [VerifyFinding.Kind: Int] = [:]

    package var isIntact: Bool { findings.isEmpty }
}

extension Archive {
    /// Checks the database (structure, indexes, every row's checksum, references between rows), then every source of an
    /// instance: there, with the size and mtime of the index, and with its digest where one is stored.
    package func verify(onFinding: @escaping (VerifyFinding) -> Void) throws(ArchiveError) -> VerifyReport {
        var verifier = Verifier(archive: self, onFinding: onFinding)
        try verifier.checkDatabase()
        try verifier.checkSources()
        try verifier.checkChanges()
        return verifier.report
    }
}

private struct Verifier {
    let archive: Archive
    let onFinding: (VerifyFinding) -> Void
    var report = VerifyReport()

    private mutating func found(_ kind: VerifyFinding.Kind, _ path: [UInt8] = [], _ message: String) {
        report.findings[kind, default: 0] += 1
        onFinding(VerifyFinding(kind: kind, path: path, message: message))
    }

    // MARK: - Database

    mutating func checkDatabase() throws(ArchiveError) {
        for line in try lines("PRAGMA integrity_check(100)") where line != "ok" { found(.database, [], line) }
        for table in VerifiedTable.all {
            for message in try damage(in: table) { found(.row, [], message) }
        }
        for (what, query) in Self.references {
            for line in try lines(query) { found(.row, [], "\(what) \(line) refers to a row that is not there") }
        }
        try checkTotals()
    }

    private mutating func checkTotals() throws(ArchiveError) {
        var areRight = true
        do throws(ArchiveError) {
            try archive.pool.read { connection throws(ArchiveError) in
                // As of one moment: rows may come and go meanwhile.
                try connection.transaction { () throws(ArchiveError) in areRight = try connection.totals() == connection.countedTotals() }
            }
        } catch {
            // A damaged row was reported with its table; anything else is a failure of the examination.
            guard error.code == .damagedRow else { throw error }
        }
        if !areRight { found(.row, [], "the totals are not those of the rows") }
    }

    private static let references = [
        ("study", "SELECT CAST(id AS TEXT) FROM studies WHERE patient NOT IN (SELECT id FROM patients)"),
        ("series", "SELECT CAST(id AS TEXT) FROM series WHERE study NOT IN (SELECT id FROM studies)"),
        (
            "study under a modality",
            """
            SELECT CAST(id AS TEXT) FROM study_modalities WHERE study NOT IN (SELECT id FROM studies) OR modality NOT IN (SELECT id FROM modalities)
            """
        ),
        (
            "series under a modality",
            """
            SELECT CAST(id AS TEXT) FROM series s WHERE NOT EXISTS \
            (SELECT 1 FROM study_modalities p WHERE p.id = s.modality_study AND p.study = s.study)
            """
        ),
        ("day of study", "SELECT CAST(id AS TEXT) FROM studies WHERE day NOT IN (SELECT id FROM view_folders)"),
        ("instance", "SELECT CAST(id AS TEXT) FROM instances WHERE series NOT IN (SELECT id FROM series)"),
        (
            "source of instance",
            "SELECT CAST(instance AS TEXT) FROM sources WHERE instance IS NOT NULL AND instance NOT IN (SELECT id FROM instances)"
        ),
        ("directory", "SELECT CAST(id AS TEXT) FROM directories WHERE root NOT IN (SELECT id FROM roots)"),
        ("source in folder", "SELECT CAST(directory AS TEXT) FROM sources WHERE directory NOT IN (SELECT id FROM directories)"),
    ]

    private func lines(_ query: String) throws(ArchiveError) -> [String] {
        try archive.pool.read { connection throws(ArchiveError) in
            let statement = try connection.prepare(query)
            var lines: [String] = []
            while try statement.step() { lines.append(String(decoding: statement.bytes(0), as: UTF8.self)) }
            return lines
        }
    }

    private mutating func damage(in table: VerifiedTable) throws(ArchiveError) -> [String] {
        var rows = 0
        let messages = try archive.pool.read { connection throws(ArchiveError) in
            let statement = try connection.prepare(table.query)
            var messages: [String] = []
            // A page that SQLite cannot read ends the table; its own check has named it.
            while (try? statement.step()) ?? false {
                rows += 1
                do throws(ArchiveError) {
                    try table.check(statement)
                } catch {
                    messages.append(error.message)
                }
            }
            return messages
        }
        report.rows += rows
        return messages
    }

    // MARK: - Sources

    mutating func checkSources() throws(ArchiveError) {
        var last: (directory: Int64, name: [UInt8]) = (0, [])
        while true {
            let page = try archive.shownSources(after: last)
            guard let end = page.last else { return }
            last = (end.record.directory, end.record.name)
            for source in page { check(source.row) }
        }
    }

    mutating func checkChanges() throws(ArchiveError) {
        do throws(ArchiveError) {
            for change in try archive.contentChanges() {
                found(.altered, change.path, String(decoding: change.message, as: UTF8.self) + " (accept it: dcmfs acknowledge)")
            }
        } catch {
            // A damaged row was reported with its table.
            guard error.code == .damagedRow else { throw error }
        }
    }

    private mutating func check(_ source: SourceRow) {
        report.sources += 1
        do throws(ArchiveError) {
            let file = try archive.open(source)
            guard !source.digest.isEmpty else {
                if file.isTouched {
                    found(.changed, source.path, TouchedSources.message)
                } else if source.isYoung {
                    report.young += 1
                }
                return
            }
            report.digests += 1
            report.bytesHashed &+= file.size
            if try digestOfFile(file.descriptor, size: file.size) != source.digest { found(.digest, source.path, "its bytes have changed") }
        } catch {
            let kind: VerifyFinding.Kind = error.code == .sourceChanged ? .changed : error.isLoss ? .missing : .unreadable
            found(kind, source.path, error.message)
        }
    }
}
