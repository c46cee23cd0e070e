import DICOM

/// Turns what was read into rows. One thread, one connection, one transaction per batch.
///
/// Rules that keep a killed run harmless: everything about one file is written in one transaction; caches hold nothing
/// that a transaction before did not commit or the current one did not write; an error ends the run.
final class IngestWriter {
    let connection: Connection
    let archive: Archive
    let options: IndexOptions
    var report = IndexReport()
    let names: EntityNames
    var ids: RowIDs
    var texts: [[UInt8]: Int64] = [:]
    /// For the keys of SOP Instance UIDs.
    let hash = SHA256()
    var lastPlacement: (summary: InstanceSummary, series: Int64)?
    var placements: [[UInt8]: Int64] = [:]
    var copyStore: CopyStore?
    var touchedSeries = Set<Int64>()
    /// What the current transaction adds to the totals.
    var totalsChange = ArchiveTotals()
    /// Rows of `directories` that this run has seen.
    var visited = Set<Int64>()
    /// Commit time as the rows of the current transaction carry it.
    private(set) var now = nowNs()
    /// When the transaction began, by a clock that does not jump.
    private var began: Int64 = 0
    private var isInTransaction = false
    private var filesInTransaction = 0
    private var filesDone = 0
    private var progress = IndexProgress()

    init(_ archive: Archive, options: IndexOptions) throws(ArchiveError) {
        guard let lease = archive.writer else { throw ArchiveError(.database, "the archive was opened for reading only") }
        self.archive = archive
        self.options = options
        connection = try lease.connection()
        names = EntityNames(try connection.namingRule())
        ids = try RowIDs(connection)
    }

    /// Starts a transaction when none is open.
    func begin() throws(ArchiveError) {
        guard !isInTransaction else { return }
        try connection.statement(WriteSQL.begin).run()
        isInTransaction = true
        now = nowNs()
        began = monotonicNs()
    }

    /// Counts a file as done; ends the transaction when it is large or old enough.
    func fileDone() {
        filesDone += 1
        filesInTransaction += 1
    }

    func commitIfDue() throws(ArchiveError) {
        guard isInTransaction else { return }
        if filesInTransaction >= options.filesPerTransaction || monotonicNs() &- began >= options.nanosecondsPerTransaction { try commit() }
    }

    func commit() throws(ArchiveError) {
        if isInTransaction {
            try flushTouched()
            try flushTotals()
            try ids.save(connection)
            try connection.statement(WriteSQL.commit).run()
            isInTransaction = false
            filesInTransaction = 0
            copyStore?.committed()
        }
        progress.durable = filesDone
        try tellProgress(isCommit: true)
    }

    func rollback() {
        guard isInTransaction else { return }
        try? connection.statement(WriteSQL.rollback).run()
        isInTransaction = false
        totalsChange = ArchiveTotals()
    }

    private func flushTotals() throws(ArchiveError) {
        guard totalsChange != ArchiveTotals() else { return }
        var totals = try connection.totals()
        totals.add(totalsChange)
        try totals.write(connection)
        totalsChange = ArchiveTotals()
    }

    func tellProgress(isCommit: Bool = false) throws(ArchiveError) {
        progress.found = report.found
        progress.isCommit = isCommit
        try options.onProgress?(progress)
    }

    /// The row of an interned text.
    func text(_ value: [UInt8]) throws(ArchiveError) -> Int64 {
        if let known = texts[value] { return known }
        let find = try connection.statement(WriteSQL.findText)
        find.bind(1, value)
        var id: Int64?
        if try find.step() { id = find.int(0) }
        find.reset()
        if id == nil {
            try begin()
            let insert = try connection.statement(WriteSQL.insertText)
            insert.bind(1, value)
            try insert.run()
            id = connection.lastInsertedID
        }
        // Hostile files could make any number of texts.
        if texts.count > 4096 { texts.removeAll() }
        texts[value] = id
        return id ?? 0
    }

    /// Whether a statement gives any row.
    func exists(_ query: WriteSQL, _ bind: (SQLStatement) -> Void) throws(ArchiveError) -> Bool {
        let statement = try connection.statement(query)
        bind(statement)
        defer { statement.reset() }
        return try statement.step()
    }
}

/// The next ids of the tables: above every id that was ever used.
struct RowIDs {
    private var last: [Table: Int64] = [:]
    private var savedInstance: Int64 = 0
    /// How many numbers of frames were ever given out (`instances.frames_ino`), and how many of those the database knows of.
    private var frames: Int64 = 0
    private var savedFrames: Int64 = 0
    enum Table: String, CaseIterable {
        case roots, directories, patients, studies, series, instances, modalities
        case studyModalities = "study_modalities"
    }

    init(_ connection: Connection) throws(ArchiveError) {
        for table in Table.allCases {
            let used = try connection.scalar("SELECT max(seq) FROM sqlite_sequence WHERE name = '\(table.rawValue)'") ?? 0
            let present = try connection.scalar("SELECT max(id) FROM \(table.rawValue)") ?? 0
            // What lies beyond leaves no room for further ids, and would be read as damage.
            let range = [.roots, .directories].contains(table) ? 0..<RowRange.places.upperBound : 0..<RowRange.ids.upperBound
            try checkRow(range.contains(max(used, present)), table.rawValue, max(used, present))
            last[table] = max(0, used, present)
        }
        savedInstance = last[.instances] ?? 0
        frames = max(0, try connection.scalar("SELECT max(seq) FROM sqlite_sequence WHERE name = 'frames_ino'") ?? 0)
        savedFrames = frames
    }

    mutating func next(_ table: Table) -> Int64 {
        let id = (last[table] ?? 0) + 1
        last[table] = id
        return id
    }

    /// Numbers for so many frames: the first of a range that nobody had before. Nil where they have run out.
    mutating func nextFrames(_ count: Int) -> Int64? {
        guard count > 0, Int64(count) <= Self.frameNumbers - frames else { return nil }
        defer { frames += Int64(count) }
        return frames
    }

    /// How many numbers there are: a picture of each in two formats stays below 2^52.
    private static let frameNumbers: Int64 = 1 << 50

    /// Before a commit: notes the last instance id, which SQLite does not keep for that table, and the numbers of frames.
    mutating func save(_ connection: Connection) throws(ArchiveError) {
        let instance = last[.instances] ?? 0
        if frames != savedFrames { try save(connection, "frames_ino", frames) }
        savedFrames = frames
        guard instance != savedInstance else { return }
        try save(connection, "instances", instance)
        savedInstance = instance
    }

    private func save(_ connection: Connection, _ name: String, _ last: Int64) throws(ArchiveError) {
        try connection.execute(
            """
            DELETE FROM sqlite_sequence WHERE name = '\(name)'; \
            INSERT INTO sqlite_sequence (name, seq) VALUES ('\(name)', \(last))
            """)
    }
}
