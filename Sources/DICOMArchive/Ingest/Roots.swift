import CLinux
import Glibc

/// The root folders of an archive, and which of them a path belongs to: always the deepest.
///
/// So a folder that was indexed by itself keeps its rows when a folder above it is indexed later, and the other way round.
final class Roots {
    private let archive: Archive
    private let connection: Connection
    private(set) var known: [(record: RootRecord, path: [UInt8])] = []
    private var byPath: [[UInt8]: Int] = [:]
    private var open: [Int64: OpenRoot] = [:]
    /// Where the roots were at the end of the last run.
    private(set) var formerDevices: [Int64: UInt64] = [:]

    init(_ archive: Archive, _ connection: Connection) throws(ArchiveError) {
        self.archive = archive
        self.connection = connection
        let query = try connection.prepare("SELECT id, \(ReadSQL.root) FROM roots ORDER BY id")
        while try query.step() {
            let record = try RootRecord(id: query.int(0), query, from: 1)
            append(record)
            formerDevices[record.id] = record.device
        }
    }

    /// The deepest known root that is `path` or above it.
    func root(above path: [UInt8]) -> (record: RootRecord, path: [UInt8])? {
        // Links may be followed to any number of roots: looked up one folder of the path after the other.
        let slash = UInt8(ascii: "/")
        var place = path[...]
        while true {
            if let index = byPath[Array(place)] { return known[index] }
            guard let end = place.lastIndex(of: slash) else { return nil }
            if place.count == 1 { return nil }
            place = end == place.startIndex ? place[...end] : place[..<end]
        }
    }

    /// The root that lies exactly at `path`.
    func root(at path: [UInt8]) -> RootRecord? { byPath[path].map { known[$0].record } }

    /// Whether a root lies at `path` or below it.
    func hasRoot(atOrBelow path: [UInt8]) -> Bool { known.contains { pathBelow(path, $0.path) != nil } }

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
        append(record)
        return record
    }

    private func append(_ record: RootRecord) {
        let path = record.absolutePath(archiveFolder: archive.folder)
        if byPath[path] == nil { byPath[path] = known.count }
        known.append((record, path))
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

    /// A descriptor to start from, one per root and run. It is not yet said that this is the folder that was indexed.
    func opened(_ record: RootRecord) throws(ArchiveError) -> OpenRoot {
        if let root = open[record.id] { return root }
        let path = record.absolutePath(archiveFolder: archive.folder)
        let descriptor = withCString(path, clinux_open_folder)
        guard descriptor >= 0 else {
            let failure = RootGuard.failure(-descriptor, path)
            throw ArchiveError(
                .badPath, failure.code == .otherFolder ? failure.message : "\(shown(path)) cannot be opened: \(errorText(-descriptor))",
                errno: -descriptor)
        }
        guard let status = FileStatus(descriptor: descriptor) else {
            let code = errno
            closeDescriptor(descriptor)
            throw ArchiveError(.badPath, "\(shown(path)) cannot be opened: \(errorText(code))", errno: code)
        }
        let root = OpenRoot(
            id: record.id, absolutePath: path, status: status, filesystem: archive.rootGuard.filesystem(of: descriptor, status.device),
            descriptor: descriptor)
        open[record.id] = root
        return root
    }
}

extension RootRecord {
    /// Takes over which folder this is.
    mutating func identify(_ root: OpenRoot) {
        device = root.device
        inode = root.filesystem.keepsInodes ? root.inode : nil
        filesystem = root.filesystem.text
    }
}

/// The path of `path` below `folder` (empty when they are one), nil when it is not below it.
func pathBelow(_ folder: [UInt8], _ path: [UInt8]) -> [UInt8]? {
    if folder == [UInt8(ascii: "/")] { return path.first == UInt8(ascii: "/") ? Array(path.dropFirst()) : nil }
    guard path.starts(with: folder) else { return nil }
    if path.count == folder.count { return [] }
    return path[folder.count] == UInt8(ascii: "/") ? Array(path[(folder.count + 1)...]) : nil
}
