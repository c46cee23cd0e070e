import Glibc

/// Which roots are folders of copies, as the archive keeps it.
enum CopyRoots {
    private static let key = "copy-roots"

    static func read(_ connection: Connection) throws(ArchiveError) -> Set<Int64> {
        let query = try connection.prepare("SELECT value FROM meta WHERE key = '\(key)'")
        defer { query.reset() }
        if try query.step() {
            return Set(query.bytes(0).split(separator: UInt8(ascii: " ")).compactMap { Int64(String(decoding: $0, as: UTF8.self)) })
        }
        // Archives of before version 3 only show it in their rows.
        let roots = try connection.prepare(
            "SELECT DISTINCT d.root FROM sources s JOIN directories d ON d.id = s.directory WHERE s.kind = \(SourceRow.Kind.copy.rawValue)")
        var found: Set<Int64> = []
        while try roots.step() { found.insert(roots.int(0)) }
        return found
    }

    /// In the writer's transaction.
    static func write(_ roots: Set<Int64>, _ writer: IngestWriter) throws(ArchiveError) {
        let set = try writer.connection.statement(WriteSQL.setMeta)
        set.bind(1, Array(key.utf8))
        set.bind(2, Array(roots.sorted().map(String.init).joined(separator: " ").utf8))
        try set.run()
    }
}

/// Files in the folders of copies that no row names: a run was killed, or a disk was full, between the copy and its row. The next
/// `index --copy-to` of the same content takes them up again.
package struct OrphanedCopies: Hashable, Sendable {
    package var files = 0
    package var bytes: Int64 = 0
}

extension Archive {
    package func orphanedCopies() throws(ArchiveError) -> OrphanedCopies {
        try pool.read { connection throws(ArchiveError) in
            var orphans = OrphanedCopies()
            let copyRoots = try CopyRoots.read(connection)
            let find = try connection.prepare(
                "SELECT 1 FROM directories d JOIN sources s ON s.directory = d.id WHERE d.root = ?1 AND d.path = ?2 AND s.name = ?3")
            for root in try roots(connection) where copyRoots.contains(root.record.id) {
                // A folder of copies that is not there holds none.
                for folder in Self.names(in: root.path) {
                    let path = joinPath(root.path, folder)
                    for name in Self.names(in: path) {
                        find.bind(1, root.record.id)
                        find.bind(2, folder)
                        find.bind(3, name)
                        defer { find.reset() }
                        guard try !find.step(), let status = FileStatus(path: joinPath(path, name)), status.isRegular else { continue }
                        orphans.files += 1
                        orphans.bytes &+= status.size
                    }
                }
            }
            return orphans
        }
    }

    private static func names(in folder: [UInt8]) -> [[UInt8]] {
        let descriptor = withCString(folder, openFolderForCounting)
        guard descriptor >= 0 else { return [] }
        defer { closeDescriptor(descriptor) }
        // For a count of unused copies only: a folder that cannot be listed adds none.
        guard let listing = try? DirectoryListing(descriptor: descriptor) else { return [] }
        return (0..<listing.count).map(listing.name)
    }
}
