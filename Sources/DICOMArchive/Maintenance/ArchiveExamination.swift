import CLinux
import Glibc

/// How an archive's file and its sources are, as far as a look of a few seconds tells; for `dcmfs doctor`.
/// `Archive.verify` looks at every row and every source.
package struct ArchiveExamination: Sendable {
    /// One root folder, with what a sample of its sources showed.
    package struct Root: Sendable {
        package let path: [UInt8]
        /// errno of opening the folder; 0 when it is there.
        package let problem: CInt
        /// Set when another folder than the one that was indexed stands at its place: how it differs.
        package var otherFolder: String?
        /// Sources of instances below it, and how many of them the last index did not find.
        package let sources: Int
        package let gone: Int
        /// Sources that were tried, and how many of them cannot be served now.
        package var sampled = 0
        package var unavailable = 0
        package var changed = 0
    }

    package let path: [UInt8]
    /// Permission bits of the database file.
    package let mode: UInt32
    /// Kind of network filesystem that the database lies on; nil for a local one.
    package let networkFilesystem: String?
    /// Committed rows wait in a log beside the database.
    package let hasLog: Bool
    package let folderIsWritable: Bool
    /// Schema of the file, and the one of this program.
    package var schema: Int64?
    package static let knownSchema = Schema.version
    /// Why it could not be opened or read to the end.
    package var failure: ArchiveError?
    /// What SQLite's quick check says, without the "ok" of an intact file.
    package var damage: [String] = []
    package var instances = 0
    package var roots: [Root] = []
    package var orphans = OrphanedCopies()
}

extension Archive {
    /// Never throws: whatever fails is part of the answer, except that there must be a file.
    package static func examine(path: [UInt8], isTrusted: Bool = false) throws(ArchiveError) -> ArchiveExamination {
        let location = try ArchiveLocation(path, mode: .readWrite)
        guard let status = FileStatus(path: location.path) else { throw ArchiveError(.noArchive, "there is no archive \(location.text)") }
        var examination = ArchiveExamination(
            path: location.path, mode: status.mode & 0o7777, networkFilesystem: networkFilesystem(location.path),
            hasLog: location.hasLog, folderIsWritable: location.folderIsWritable)
        do throws(ArchiveError) {
            let archive = try open(path: path, mode: .readOnly, isTrusted: isTrusted)
            defer { archive.close() }
            try archive.examine(&examination)
        } catch {
            examination.failure = error
        }
        return examination
    }

    private func examine(_ examination: inout ArchiveExamination) throws(ArchiveError) {
        let (schema, damage) = try pool.read { connection throws(ArchiveError) in
            let schema = try connection.scalar("PRAGMA user_version")
            let check = try connection.prepare("PRAGMA quick_check(20)")
            var lines: [String] = []
            while try check.step() { lines.append(String(decoding: check.bytes(0), as: UTF8.self)) }
            return (schema, lines.filter { $0 != "ok" })
        }
        examination.schema = schema
        examination.damage = damage
        examination.instances = try totals().instances
        examination.orphans = try orphanedCopies()
        for (id, root) in try examinedRoots() { examination.roots.append(try sampled(root, id: id)) }
    }

    private func examinedRoots() throws(ArchiveError) -> [(Int64, ArchiveExamination.Root)] {
        try pool.read { connection throws(ArchiveError) in
            let query = try connection.prepare(
                """
                SELECT r.id, \(ReadSQL.qualified(ReadSQL.root, "r")), count(s.name), coalesce(sum(s.gone = 1), 0) FROM roots r \
                LEFT JOIN directories d ON d.root = r.id LEFT JOIN sources s ON s.directory = d.id AND s.instance IS NOT NULL \
                GROUP BY r.id ORDER BY r.id
                """)
            var roots: [(Int64, ArchiveExamination.Root)] = []
            while try query.step() {
                let record = try RootRecord(id: query.int(0), query, from: 1)
                let path = record.absolutePath(archiveFolder: folder)
                var failure: ArchiveError?
                do throws(ArchiveError) {
                    closeDescriptor(try rootGuard.open(path, SourcePlace(record)).descriptor)
                } catch {
                    failure = error
                }
                let root = ArchiveExamination.Root(
                    path: path, problem: failure?.errno ?? 0, otherFolder: failure?.code == .otherFolder ? failure?.message : nil,
                    sources: Int(query.int(7)), gone: Int(query.int(8)))
                roots.append((query.int(0), root))
            }
            return roots
        }
    }

    /// Tries the first sources of a root, one each of so many folders.
    private func sampled(_ root: ArchiveExamination.Root, id: Int64) throws(ArchiveError) -> ArchiveExamination.Root {
        guard root.problem == 0 else { return root }
        var root = root
        let rows = try pool.read { connection throws(ArchiveError) in
            let query = try connection.prepare(
                """
                SELECT \(ReadSQL.source) FROM directories d JOIN roots r ON r.id = d.root \
                JOIN sources s ON s.directory = d.id AND s.name = (SELECT min(f.name) FROM sources f \
                WHERE f.directory = d.id AND f.instance IS NOT NULL AND f.gone = 0) WHERE d.root = ?1 LIMIT 64
                """)
            query.bind(1, id)
            var rows: [SourceRow] = []
            while try query.step() { rows.append(try sourceRow(query)) }
            return rows
        }
        for row in rows {
            root.sampled += 1
            do throws(ArchiveError) {
                _ = try open(row)
            } catch {
                if error.code == .sourceChanged { root.changed += 1 } else { root.unavailable += 1 }
            }
        }
        return root
    }

    /// Numbers of statfs(2). SQLite's locks and shared memory do not work on these.
    private static func networkFilesystem(_ path: [UInt8]) -> String? {
        let kinds: [UInt32: String] = [
            0x6969: "NFS", 0x517B: "SMB", 0xFF53_4D42: "CIFS", 0xFE53_4D42: "SMB 2", 0x5346_414F: "AFS", 0x00C3_6400: "Ceph", 0x0BD0_0BD0: "Lustre",
            0x0102_1997: "9P", 0x6573_5546: "FUSE",
        ]
        return kinds[withCString(path, clinux_filesystem_magic)]
    }
}
