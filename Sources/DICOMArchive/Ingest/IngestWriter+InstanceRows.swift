import DICOM

/// What an instance is recognised by.
struct SOPIdentity {
    /// SOP Instance UID; without one a 0 byte and the file's digest.
    let uid: [UInt8]
    /// Of `instances.sop_key`.
    let key: Int64
}

/// Rows of `instances` as such.
extension IngestWriter {
    func instances(withUID uid: [UInt8], key: Int64) throws(ArchiveError) -> [InstanceRecord] {
        let query = try connection.statement(WriteSQL.instancesBySOP)
        query.bind(1, key)
        defer { query.reset() }
        var records: [InstanceRecord] = []
        while try query.step() {
            if query.equals(4, uid) { records.append(try InstanceRecord(query)) }
        }
        return records
    }

    func instanceRecord(_ id: Int64) throws(ArchiveError) -> InstanceRecord? {
        let query = try connection.statement(ReadSQL.instanceByID)
        query.bind(1, id)
        defer { query.reset() }
        return try query.step() ? try InstanceRecord(query) : nil
    }

    func located(sourcesOf id: Int64) throws(ArchiveError) -> [LocatedSource] {
        let query = try connection.statement(ReadSQL.sourcesOfInstance)
        query.bind(1, id)
        defer { query.reset() }
        var sources: [LocatedSource] = []
        while try query.step() { sources.append(LocatedSource(record: try SourceRecord(query), row: try archive.sourceRow(query))) }
        return sources
    }

    /// Everything but id, series and stem.
    func record(_ summary: InstanceSummary, _ file: ReadFile, _ identity: SOPIdentity) throws(ArchiveError) -> InstanceRecord {
        var record = InstanceRecord()
        record.sopKey = identity.key
        record.sopUID = identity.uid
        record.sopClass = try text(summary.sopClassUID)
        record.transferSyntax = try text(summary.transferSyntaxUID)
        record.forgiven = summary.forgiven.isEmpty ? 0 : try text(Array(summary.forgiven.joined(separator: " ").utf8))
        record.size = file.identity.size
        record.mtimeNs = file.identity.mtimeNs
        record.textLength = Int64(summary.headerTextLength)
        record.textVersion = DescriptionVersion.current
        record.pictureState = summary.pictureState
        record.pictureProblem = summary.pictureProblem.isEmpty ? 0 : try text(Array(summary.pictureProblem.utf8))
        record.picture = summary.pictureState == .available ? summary.picture : summary.icon
        return record
    }

    /// A new instance with its first source. Whoever comes first has the bare number; a conflict always has the suffix.
    func insertInstance(
        _ candidate: Candidate, _ file: ReadFile, _ digest: [UInt8]?, _ summary: InstanceSummary, _ sop: SOPIdentity, conflictsWith other: Int64?
    ) throws(ArchiveError) {
        var record = try self.record(summary, file, sop)
        record.series = try series(for: summary, digest: digest ?? [])
        record.id = ids.next(.instances)
        let number = EntityNames.stem(summary)
        let identity = other == nil ? UniqueName.identity("instance", sop.uid) : UniqueName.identity("instance", sop.uid, digest ?? [])
        record.uidStem = ViewNames.stem(sop, identity: identity, isConflict: other != nil)
        try begin()
        if let number, other == nil {
            record.stem = number
            if try !insert(record) { try insertSuffixed(&record, number, summary, sop, identity) }
        } else {
            try insertSuffixed(&record, number ?? names.noNumber, summary, sop, identity)
        }
        if let other { try addConflict(.instance, record.id, other) }
        touchedSeries.insert(record.series)
        try writeSource(candidate, file.identity, kind: .instance, instance: record.id, digest: digest)
        try copyIfWanted(candidate, file, record.id)
    }

    private func insertSuffixed(
        _ record: inout InstanceRecord, _ base: [UInt8], _ summary: InstanceSummary, _ sop: SOPIdentity, _ identity: [UInt8]
    ) throws(ArchiveError) {
        let hasOwnStem = record.uidStem != nil
        let hash = SHA256.base32(of: identity)
        let order = names.order(summary.orderKey)
        for length in UniqueName.hashLength...hash.count {
            record.stem = base + UniqueName.suffix(hash, length, order: order)
            if hasOwnStem { record.uidStem = ViewNames.stem(sop, identity: identity, isConflict: true, hashLength: length) }
            if try insert(record) { return }
        }
        throw ArchiveError(.database, "no name is left for an instance")
    }

    /// False when the stem is taken.
    func insert(_ given: InstanceRecord) throws(ArchiveError) -> Bool {
        var record = given
        numberFrames(of: &record)
        let statement = try connection.statement(WriteSQL.insertInstance)
        bind(record, to: statement)
        guard try statement.runUnlessTaken() else { return false }
        totalsChange.add(record)
        return true
    }

    func update(_ old: InstanceRecord, to record: InstanceRecord) throws(ArchiveError) {
        let statement = try connection.statement(WriteSQL.updateInstance)
        bind(record, to: statement)
        try statement.run()
        totalsChange.remove(old)
        totalsChange.add(record)
    }

    /// Gives an instance with several frames a range of numbers of its own. One whose range still suffices keeps it.
    func numberFrames(of record: inout InstanceRecord, before old: InstanceRecord? = nil) {
        let count = record.picture?.frameCount ?? 0
        guard count > 1 else {
            // What had frames once may have them again: its numbers stay its own.
            record.framesIno = old?.framesIno
            return
        }
        if let known = old?.framesIno, count <= old?.picture?.frameCount ?? 0 {
            record.framesIno = known
        } else {
            record.framesIno = ids.nextFrames(count)
        }
    }

    private func bind(_ record: InstanceRecord, to s: SQLStatement) {
        s.bind(1, record.id)
        s.bind(2, record.series)
        s.bind(3, record.stem)
        s.bind(4, record.sopKey)
        s.bind(5, record.sopUID)
        s.bind(6, record.sopClass)
        s.bind(7, record.transferSyntax)
        s.bind(8, record.forgiven)
        s.bind(9, record.size)
        s.bind(10, record.mtimeNs)
        s.bind(11, record.contentChangedNs)
        s.bind(12, record.textLength)
        s.bind(13, record.textVersion)
        s.bind(14, Int64(record.pictureState.rawValue))
        s.bind(15, record.pictureProblem)
        let picture = record.picture
        s.bind(16, picture.map { $0.widthColumn })
        s.bind(17, picture.map { $0.heightColumn })
        s.bind(18, picture.map { Int64($0.channels) })
        s.bind(19, picture.map { Int64($0.frameCount) })
        s.bind(20, picture.map { Int64($0.representativeFrame) })
        s.bind(21, picture?.density.map { Int64($0.x) })
        s.bind(22, picture?.density.map { Int64($0.y) })
        s.bind(23, picture?.density.map { $0.isMetric ? 1 : 0 })
        s.bind(24, picture.map { Int64($0.iccProfileLength) })
        s.bind(25, record.checksum)
        s.bind(26, record.uidStem)
        s.bind(27, record.framesIno)
    }

    func addConflict(_ kind: ConflictKind, _ entity: Int64, _ other: Int64) throws(ArchiveError) {
        try begin()
        let insert = try connection.statement(WriteSQL.insertConflict)
        insert.bind(1, Int64(kind.rawValue))
        insert.bind(2, entity)
        insert.bind(3, other)
        insert.bind(4, now)
        insert.bind(5, ConflictRecord(kind: kind, entity: entity, other: other, changedNs: now).checksum)
        try insert.run()
    }
}

/// By which versions of the program's formats a row was described: the header text's in the low byte, the pictures' above.
enum DescriptionVersion {
    static let current = Int64(HeaderText.formatVersion | PictureDescription.version << 8)
    /// Set on the first instance of a series whose row lacks what only the file says: see `Version2`.
    static let lacksSeries: Int64 = 1 << 32

    static func headerText(_ stored: Int64) -> Int { Int(stored & 0xFF) }

    /// Whether the next index reads the instance again.
    static func isOlder(_ stored: Int64) -> Bool { stored != current }
}
