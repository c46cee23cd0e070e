/// The known sources of a folder in the order of their names, a page at a time.
struct KnownSources {
    private let writer: IngestWriter
    private let folder: Int64
    private var page: ArraySlice<SourceRecord> = []
    private var last: [UInt8] = []
    private var isExhausted: Bool

    init(_ writer: IngestWriter, _ folder: Int64) {
        self.writer = writer
        self.folder = folder
        isExhausted = folder == 0
    }

    /// The next source whose name sorts before `name` (nil: any).
    mutating func next(before name: [UInt8]?) throws(ArchiveError) -> SourceRecord? {
        guard let first = try peek() else { return nil }
        if let name, !first.name.lexicographicallyPrecedes(name) { return nil }
        page.removeFirst()
        return first
    }

    /// The source of that very name.
    mutating func take(_ name: [UInt8]) throws(ArchiveError) -> SourceRecord? {
        while let first = try peek() {
            if first.name == name {
                page.removeFirst()
                return first
            }
            guard first.name.lexicographicallyPrecedes(name) else { return nil }
            page.removeFirst()
        }
        return nil
    }

    private mutating func peek() throws(ArchiveError) -> SourceRecord? {
        if page.isEmpty && !isExhausted {
            let limit = 2048
            let records = try writer.sources(of: folder, after: last, limit: limit)
            isExhausted = records.count < limit
            page = records[...]
            if let end = records.last { last = end.name }
        }
        return page.first
    }
}
