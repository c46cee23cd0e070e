import CLinux
import Glibc

/// The root folders of an archive, and which of them a path belongs to: always the deepest.
///
/// So a folder that was indexed by itself keeps its rows when a folder above it is indexed later, and the other way round.
final class Roots {
    private let archive: Archive
    private let connection: Connection
    private(set) var known: [(record: RootRecord, path: [UInt8])] = []
    private var open: [Int64: OpenRoot] = [:]
    /// Where the roots were at the end of the last run.
    private(set) var formerDevices: [Int64: UInt64] = [:]

    init(_ archive: Archive, _ connection: Connection) throws(ArchiveError) {
        self.archive = archive
        self.connection = connection
        let query = try connection.prepare("SELECT id, \(ReadSQL.root) FROM roots ORDER BY id")
        while try query.step() {
            let record = try RootRecord(id: query.int(0), query, from: 1)
            known.append((record, record.absolutePath(archiveFolder: archive.folder)))
            formerDevices[record.id] = record.device
        }
    }

    /// The deepest known root that is `path` or above it.
    func root(above path: [UInt8]) -> (record: RootRecord, path: [UInt8])? {
        known.filter { pathBelow($0.path, path) != nil }.max { $0.path.count < $1.path.count }
    }

    /// The root that lies exactly at `path`.
    func root(at path: [UInt8]) -> RootRecord? { known.first { $0.path == path }?.record }

    /// Makes a root for an absolute path; below the archive's own folder it is stored relative to it.
    func insert(_ path: [UInt8], device: UInt64, id: Int64) throws(ArchiveError) -> RootRecord {
        var record = RootRecord()
        record.id = id
        if let below = pathBelow(archive.folder, path) {
            record.isRelative = true
            record.path = below
        } else {
            record.path = path
        }
        record.device = device
        let insert = try connection.prepare("INSERT INTO roots (id, \(ReadSQL.root)) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
        bind(record, to: insert)
        try insert.run()
        known.append((record, path))
        return record
    }

    func update(_ record: RootRecord) throws(ArchiveError) {
        let update = try connection.prepare(
            "UPDATE roots SET is_relative = ?2, path = ?3, device = ?4, checksum = ?5, inode = ?6, filesystem = ?7 WHERE id = ?1")
        bind(record, to: update)
        try update.run()
        guard let index = known.firstIndex(where: { $0.record.id == record.id }) else { return }
        known[index] = (record, record.absolutePath(archiveFolder: archive.folder))
    }

    private func bind(_ record: RootRecord, to statement: SQLStatement) {
        statement.bind(1, record.id)
        statement.bind(2, record.isRelative ? Int64(1) : 0)
        statement.bind(3, record.path)
        statement.bind(4, Int64(bitPattern: record.device))
        statement.bind(5, record.checksum)
        statement.bind(6, record.inode.map { Int64(bitPattern: $0) })
        statement.bind(7, record.filesystem)
    }

    /// A descriptor to start from, one per root and run; nil when the folder is not there.
    func opened(_ record: RootRecord) -> OpenRoot? {
        if let root = open[record.id] { return root }
        let path = record.absolutePath(archiveFolder: archive.folder)
        let descriptor = withCString(path, clinux_open_folder)
        guard descriptor >= 0 else { return nil }
        guard let status = FileStatus(descriptor: descriptor) else {
            closeDescriptor(descriptor)
            return nil
        }
        let root = OpenRoot(id: record.id, absolutePath: path, device: status.device, descriptor: descriptor)
        open[record.id] = root
        return root
    }
}

/// The path of `path` below `folder` (empty when they are one), nil when it is not below it.
func pathBelow(_ folder: [UInt8], _ path: [UInt8]) -> [UInt8]? {
    if folder == [UInt8(ascii: "/")] { return path.first == UInt8(ascii: "/") ? Array(path.dropFirst()) : nil }
    guard path.starts(with: folder) else { return nil }
    if path.count == folder.count { return [] }
    return path[folder.count] == UInt8(ascii: "/") ? Array(path[(folder.count + 1)...]) : nil
}
