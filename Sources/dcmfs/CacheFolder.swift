import ArgumentParser
import DICOMArchive
import DICOMTree
import FUSE
import Glibc
import Workers

/// `-o cache_dir=`: where a mount keeps pictures that were costly to make. Nowhere unless asked: these are pictures of
/// patients.
struct CacheFolder {
    /// As it was given.
    var name: String
    var bytes = defaultBytes

    static let defaultBytes = 1 << 30

    /// The absolute path, for a process that changes its folder. Refuses one inside the mount: it would wait for itself.
    func path(outside point: MountPoint) throws(MountError) -> [UInt8] {
        let given = Array(name.utf8)
        guard let path = Self.resolved(given) ?? Self.resolvedParent(given) else {
            throw MountError(
                .failed, "cache_dir \(name): \(String(cString: strerror(errno))); the folder is made where there is none, the one it lies in is not")
        }
        guard !(path + [UInt8(ascii: "/")]).starts(with: point.path + [UInt8(ascii: "/")]) else {
            throw MountError(.usage, "cache_dir \(name) lies in the mount itself; name a folder outside of it")
        }
        return path
    }

    /// To be called in the process that serves the mount: threads begin here.
    func open(at path: [UInt8], log: @escaping @Sendable (String) -> Void) throws(StoreFolder.Failure) -> DiskPictureStore {
        let store = DiskPictureStore(folder: try StoreFolder(path: path), limits: DiskPictureStore.Limits(bytes: bytes), log: log)
        store.start()
        return store
    }

    /// What decides about pictures beside orders and sources: the program, its worker, and which archive counts the rows.
    static func origin(_ producer: PoolProducer, _ archive: [UInt8]) -> [UInt8] {
        var status = stat()
        _ = stat(archive.map { CChar(bitPattern: $0) } + [0], &status)
        let words = [DCMFS.configuration.version] + producer.pool.programStamp.map(String.init) + ["\(status.st_ino)"]
        return Array(words.joined(separator: "\n").utf8) + [UInt8(ascii: "\n")] + archive
    }

    private static func resolvedParent(_ path: [UInt8]) -> [UInt8]? {
        var path = path[...]
        while path.count > 1, path.last == UInt8(ascii: "/") { path = path.dropLast() }
        let start = path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? path.startIndex
        let (parent, name) = (Array(path[..<start]), Array(path[start...]))
        guard let resolved = resolved(parent.isEmpty ? [UInt8(ascii: ".")] : parent) else { return nil }
        return joinPath(resolved, name)
    }

    private static func resolved(_ path: [UInt8]) -> [UInt8]? {
        guard let resolved = realpath(path.map { CChar(bitPattern: $0) } + [0], nil) else { return nil }
        defer { free(resolved) }
        return Array(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
    }
}
