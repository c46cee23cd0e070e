import Glibc

/// Brings an archive up to date with folders of files (architecture.md section 4).
///
/// This thread walks, decides what must be read and writes; parser threads read. Files are written in the order of the
/// walk (names sorted by bytes), so the same input always gives the same archive.
package final class Indexer {
    let archive: Archive
    let options: IndexOptions
    let writer: IngestWriter
    let roots: Roots
    private let pipeline: ReadPipeline
    /// Some rows may have been described by an older version of the program: their files are read again.
    private(set) var isOutdated: Bool
    private var pending: [Candidate] = []
    /// Parts of the tree in which an absence means that something is gone.
    var scopes: [(root: Int64, path: [UInt8])] = []
    /// Parts that could not be looked at: nothing below them is gone.
    var protected: [(root: Int64, path: [UInt8])] = []
    var detached = Detached()
    /// Rows of a file are half written.
    private var isAmidFile = false
    /// Folders of copies (`--copy-to` of this run or an earlier one): never walked as sources.
    var copyRoots: Set<Int64>
    /// What the user gave, resolved: links lead out of them or not.
    var places: [IndexTarget] = []
    /// Where links led to beyond the paths, to be indexed after them.
    var linked: [IndexTarget] = []
    var seenTargets: Set<[UInt8]> = []
    let exclusions: Exclusions

    private init(_ archive: Archive, _ parser: any HeaderParser, _ options: IndexOptions) throws(ArchiveError) {
        self.archive = archive
        self.options = options
        writer = try IngestWriter(archive, options: options)
        roots = try Roots(archive, writer.connection)
        copyRoots = try CopyRoots.read(writer.connection)
        exclusions = Exclusions(excluding: options.excludes, including: options.includes)
        isOutdated = try writer.connection.scalar("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'described-by'") != DescriptionVersion.current
        pipeline = ReadPipeline(reader: FileReader(parser: parser, isCancelled: options.isCancelled), threads: options.parserThreads)
    }

    /// Indexes files and folders into an archive that was opened for writing.
    ///
    /// A path that cannot be indexed is named in the report and the others are done; an error of the archive itself ends
    /// the run, with what was committed in place.
    package static func index(
        _ paths: [[UInt8]], into archive: Archive, parser: any HeaderParser, options: IndexOptions = IndexOptions()
    ) throws(ArchiveError) -> IndexReport {
        let indexer = try Indexer(archive, parser, options)
        defer { indexer.pipeline.close() }
        do throws(ArchiveError) {
            try indexer.run(paths)
        } catch {
            indexer.pipeline.close()
            if error.code == .interrupted && !indexer.isAmidFile {
                // What was written so far is whole, file by file.
                try indexer.writer.commit()
            } else {
                indexer.writer.rollback()
                indexer.writer.copyStore?.discard()
            }
            throw error
        }
        return indexer.writer.report
    }

    private func run(_ paths: [[UInt8]]) throws(ArchiveError) {
        if let folder = options.copyTo { writer.copyStore = try copyStore(folder) }
        for path in paths {
            try attempting { () throws(ArchiveError) in places.append(try IndexTarget(path) { link throws(ArchiveError) in try checkLink(link) }) }
        }
        for target in places { try attempting { () throws(ArchiveError) in try index(target) } }
        // What links lead to may hold further links.
        while let target = linked.popLast() { try attempting { () throws(ArchiveError) in try index(target) } }
        if options.prunes { try prune() }
        if isOutdated { try noteDescriptions() }
        try writer.commit()
        guard !archive.isReplaced else {
            throw ArchiveError(.database, "the archive was removed or replaced while it was written: run the same command again")
        }
    }

    /// When no row of an older version is left, the next runs need not look.
    private func noteDescriptions() throws(ArchiveError) {
        let current = DescriptionVersion.current
        guard try writer.connection.scalar("SELECT EXISTS (SELECT 1 FROM instances WHERE text_version <> \(current))") == 0 else { return }
        try writer.begin()
        let set = try writer.connection.statement(WriteSQL.setMeta)
        set.bind(1, Array("described-by".utf8))
        set.bind(2, Array(String(current).utf8))
        try set.run()
        isOutdated = false
    }

    // MARK: - One path

    /// A path that cannot be indexed is named, nothing below it is taken to be gone, and the others are done.
    private func attempting(_ body: () throws(ArchiveError) -> Void) throws(ArchiveError) {
        let before = scopes.count
        do throws(ArchiveError) {
            try body()
        } catch  where error.code == .badPath {
            // Whatever was met of it is on its way to be written.
            try drain()
            scopes.removeSubrange(before...)
            writer.report.failedPaths.append(error.message)
        }
    }

    private func index(_ target: IndexTarget) throws(ArchiveError) {
        let (root, path) = try place(of: target)
        let start = PendingFolder(root: root, path: path, parent: nil, name: [])
        if let file = target.file {
            try visit(start, only: file)
        } else {
            scopes.append((root.id, path))
            try walk(from: start)
        }
        try drain()
        if target.file == nil { try markUnvisited() }
        try writer.commit()
    }

    /// The root a target belongs to, made when there is none, and the path below it.
    private func place(of target: IndexTarget) throws(ArchiveError) -> (OpenRoot, [UInt8]) {
        let record: RootRecord
        if let known = roots.root(above: target.folder) {
            record = known.record
        } else {
            try writer.begin()
            record = try roots.insert(target.folder, device: target.device, id: writer.ids.next(.roots))
            try insertArchiveFolder(below: target.folder)
        }
        guard !copyRoots.contains(record.id) else {
            throw ArchiveError(.badPath, "\(shown(target.folder)) is a folder of copies (--copy-to): they are in the archive already")
        }
        let root = try roots.opened(record)
        guard let path = pathBelow(root.absolutePath, target.folder) else {
            throw ArchiveError(.badPath, "\(shown(target.folder)) cannot be opened")
        }
        try checkIdentity(of: record, root)
        return (root, path)
    }

    /// Sources below the archive's own folder are relative to it even when a folder above it is indexed.
    private func insertArchiveFolder(below path: [UInt8]) throws(ArchiveError) {
        guard let below = pathBelow(path, archive.folder), !below.isEmpty, roots.root(at: archive.folder) == nil,
            let status = FileStatus(path: archive.folder)
        else { return }
        _ = try roots.insert(archive.folder, device: status.device, id: writer.ids.next(.roots))
    }

    private func copyStore(_ given: [UInt8]) throws(ArchiveError) -> CopyStore {
        let path = try CopyStore.prepareFolder(given)
        let record: RootRecord
        if let known = roots.root(at: path) {
            record = known
            let isEmpty = try isEmptyRoot(known.id)
            guard isEmpty || copyRoots.contains(known.id) else {
                throw ArchiveError(.badPath, "\(shown(path)) was indexed as a folder of sources: copies belong elsewhere")
            }
        } else {
            guard let status = FileStatus(path: path) else { throw ArchiveError(.badPath, "\(shown(path)) cannot be opened") }
            try writer.begin()
            record = try roots.insert(path, device: status.device, id: writer.ids.next(.roots))
        }
        let root = try roots.opened(record)
        try checkIdentity(of: record, root)
        if copyRoots.insert(record.id).inserted {
            try writer.begin()
            try CopyRoots.write(copyRoots, writer)
        }
        let store = CopyStore(root: root, isCancelled: options.isCancelled)
        store.removePartials()
        return store
    }

    // MARK: - The walk

    private func walk(from start: PendingFolder) throws(ArchiveError) {
        var stack = [start]
        while let folder = stack.popLast() {
            let below = try visit(folder, only: nil)
            // The stack gives the last first.
            for child in below.reversed() {
                if let other = roots.root(at: joinPath(child.root.absolutePath, child.path)), other.id != child.root.id {
                    guard !copyRoots.contains(other.id), let root = try nested(other) else { continue }
                    scopes.append((root.id, []))
                    stack.append(PendingFolder(root: root, path: [], parent: child.parent, name: child.name))
                } else {
                    stack.append(child)
                }
            }
        }
    }

    /// A root met on the way; nil, and named, when it is another folder than the one that was indexed.
    private func nested(_ record: RootRecord) throws(ArchiveError) -> OpenRoot? {
        do throws(ArchiveError) {
            let root = try roots.opened(record)
            try checkIdentity(of: record, root)
            return root
        } catch  where error.code == .badPath {
            writer.report.failedFolders.append(error.message)
            return nil
        }
    }

    /// Hands a file to the parser threads, and writes what is ready when enough is under way.
    func read(_ candidate: Candidate) throws(ArchiveError) {
        pending.append(candidate)
        if pending.count >= options.filesPerRequest { try submit() }
    }

    private func submit() throws(ArchiveError) {
        guard !pending.isEmpty else { return }
        while pipeline.isFull { try takeResult() }
        pipeline.submit(pending)
        pending.removeAll(keepingCapacity: true)
    }

    /// Waits for everything that is under way.
    private func drain() throws(ArchiveError) {
        try submit()
        while try takeResult() {}
    }

    @discardableResult
    private func takeResult() throws(ArchiveError) -> Bool {
        let next = pipeline.next()
        // Before the results are written: a signal to the process group may have ended the parsers as well.
        try checkCancelled()
        guard let (candidates, files) = next else { return false }
        for index in candidates.indices where index < files.count {
            isAmidFile = true
            try writer.apply(candidates[index], files[index])
            isAmidFile = false
            try writer.commitIfDue()
        }
        try writer.tellProgress()
        return true
    }

    /// Throws when the run is to end.
    func checkCancelled() throws(ArchiveError) {
        if options.isCancelled?() == true { throw ArchiveError(.interrupted, LongWork.interrupted) }
    }

    // MARK: - What is gone

    /// Marks the sources of folders below the paths that were not met.
    private func markUnvisited() throws(ArchiveError) {
        for folder in try foldersInScope() where !writer.visited.contains(folder.id) {
            try noteDisk(of: folder)
            var last: [UInt8] = []
            while true {
                let page = try writer.sources(of: folder.id, after: last, limit: 1024)
                guard let end = page.last else { break }
                for source in page { try writer.lost(source) }
                try writer.commitIfDue()
                last = end.name
            }
            writer.visited.insert(folder.id)
        }
    }

    func foldersInScope() throws(ArchiveError) -> [DirectoryRecord] {
        var folders: [DirectoryRecord] = []
        for root in Set(scopes.map(\.root)).sorted() {
            let query = try writer.connection.statement(WriteSQL.directoriesOfRoot)
            query.bind(1, root)
            defer { query.reset() }
            while try query.step() {
                let record = try DirectoryRecord(id: query.int(0), query, from: 1)
                if isCovered(record, by: scopes) && !isCovered(record, by: protected) { folders.append(record) }
            }
        }
        return folders
    }

    private func isCovered(_ folder: DirectoryRecord, by parts: [(root: Int64, path: [UInt8])]) -> Bool {
        parts.contains { $0.root == folder.root && ($0.path.isEmpty || pathBelow($0.path, folder.path) != nil) }
    }

    private func prune() throws(ArchiveError) {
        let folders = Set(try foldersInScope().map(\.id)).subtracting(detached.folders)
        writer.report.warnings += detached.warnings
        let query = try writer.connection.prepare("SELECT directory, name FROM sources WHERE gone = 1 ORDER BY directory, name")
        var gone: [(Int64, [UInt8])] = []
        while try query.step() {
            if folders.contains(query.int(0)) { gone.append((query.int(0), query.bytes(1))) }
        }
        for (directory, name) in gone {
            guard let source = try writer.findSource(directory, name) else { continue }
            try writer.drop(source)
            writer.report.pruned += 1
            writer.fileDone()
            try writer.commitIfDue()
        }
    }
}

/// A folder that waits for its visit.
struct PendingFolder {
    let root: OpenRoot
    let path: [UInt8]
    /// The folder it was listed in, nil for a path given by the user.
    let parent: IndexedFolder?
    let name: [UInt8]
}
