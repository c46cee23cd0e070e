import Glibc
import Locks

/// Which files are the archive's own: its sources and its database, under whatever path. Asked before anything is replaced.
///
/// Paths do not suffice: a bind mount or a hard link leads to the same file by another name. So what would be replaced is compared by
/// device and inode, and the folder that it lies in by those of the folders of sources, as they are now. What is needed for
/// that (16 bytes a source) is read once, when something that exists is to be replaced.
package final class OwnFiles: Sendable {
    private let archive: Archive
    private let known = Mutex<Known?>(nil)

    package init(_ archive: Archive) { self.archive = archive }

    /// Whether to give a file the name `path` would replace a source or the database, or put a file where SQLite looks for its own.
    package func includes(_ path: [UInt8]) throws(ArchiveError) -> Bool {
        if try archive.isOwn(path) { return true }
        let slash = UInt8(ascii: "/")
        let start = path.lastIndex(of: slash).map { path.index(after: $0) } ?? path.startIndex
        let (parent, name) = (path[..<start], Array(path[start...]))
        // A trailing "." follows links to the folder itself.
        let folder = FileKey(of: joinPath(Array(parent), [UInt8(ascii: ".")]))
        if let folder, folder == FileKey(of: joinPath(archive.folder, [UInt8(ascii: ".")])), databaseNames.contains(name) { return true }
        guard let target = FileStatus(path: path) else { return false }
        let file = FileKey(target)
        for database in databaseNames where FileKey(of: joinPath(archive.folder, database)) == file { return true }
        return try known.withLock { known throws(ArchiveError) in
            let files: Known
            if let known { files = known } else { files = try Known(archive) }
            known = files
            if try files.holds(name, in: folder, archive) { return true }
            return try files.holds(file, archive)
        }
    }

    private var databaseNames: [[UInt8]] {
        let base = archive.path[(archive.path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0)...]
        return ["", "-wal", "-shm", "-journal"].map { Array(base) + Array($0.utf8) }
    }
}

/// What two paths to one file have in common.
private struct FileKey: Hashable {
    let device: UInt64
    let inode: UInt64

    init(_ status: FileStatus) { (device, inode) = (status.device, status.inode) }

    init?(of path: [UInt8]) {
        guard let status = FileStatus(path: path) else { return nil }
        self.init(status)
    }
}

private struct Known {
    /// Folders of sources that are there.
    private var folders: [FileKey: [Int64]] = [:]
    private var paths: [Int64: [UInt8]] = [:]
    /// By inode at the time of the index.
    private var sources: [(inode: UInt64, directory: Int64)] = []

    init(_ archive: Archive) throws(ArchiveError) {
        var known = Self()
        try archive.pool.read { connection throws(ArchiveError) in
            let folders = try connection.prepare("SELECT d.id, r.is_relative, r.path, d.path FROM directories d JOIN roots r ON r.id = d.root")
            while try folders.step() {
                let root = folders.int(1) == 1 ? joinPath(archive.folder, folders.bytes(2)) : folders.bytes(2)
                let path = joinPath(root, folders.bytes(3))
                known.paths[folders.int(0)] = path
                if let key = FileKey(of: path) { known.folders[key, default: []].append(folders.int(0)) }
            }
            let sources = try connection.prepare("SELECT inode, directory FROM sources")
            while try sources.step() { known.sources.append((UInt64(bitPattern: sources.int(0)), sources.int(1))) }
        }
        known.sources.sort { $0.inode < $1.inode }
        self = known
    }

    private init() {}

    /// Whether a source of that name, there or gone, lies in the folder.
    func holds(_ name: [UInt8], in folder: FileKey?, _ archive: Archive) throws(ArchiveError) -> Bool {
        guard let folder, let directories = folders[folder] else { return false }
        return try archive.pool.read { connection throws(ArchiveError) in
            let query = try connection.prepare("SELECT 1 FROM sources WHERE directory = ?1 AND name = ?2")
            for directory in directories {
                query.bind(1, directory)
                query.bind(2, name)
                defer { query.reset() }
                if try query.step() { return true }
            }
            return false
        }
    }

    /// Whether the file is a source by another name.
    func holds(_ file: FileKey, _ archive: Archive) throws(ArchiveError) -> Bool {
        var (low, high) = (0, sources.count)
        while low < high {
            let middle = (low + high) / 2
            if sources[middle].inode < file.inode { low = middle + 1 } else { high = middle }
        }
        let directories = Set(sources[low...].prefix { $0.inode == file.inode }.map(\.directory))
        guard !directories.isEmpty else { return false }
        return try archive.pool.read { connection throws(ArchiveError) in
            let query = try connection.prepare("SELECT name FROM sources WHERE directory = ?1 AND inode = ?2")
            for directory in directories {
                query.bind(1, directory)
                query.bind(2, Int64(bitPattern: file.inode))
                defer { query.reset() }
                while try query.step() {
                    // Numbers of inodes repeat from disk to disk: what is there now decides.
                    if let path = paths[directory], FileKey(of: joinPath(path, query.bytes(0))) == file { return true }
                }
            }
            return false
        }
    }
}
