import CFUSE3
import Glibc

extension MountPoint {
    /// Whether a mount here would hide a path: it is the folder itself, or lies somewhere below. Folders are told by device and
    /// inode, so that another way to the same folder (a bind mount, a link) makes no difference.
    package func covers(_ path: [UInt8]) -> Bool {
        guard let own = Self.identity(self.path) else { return false }
        let resolved = Self.resolved(path)
        if (resolved + [UInt8(ascii: "/")]).starts(with: self.path + (self.path.last == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")])) { return true }
        var folder = resolved[...]
        while true {
            // What is not there (any more, or yet) would be made below the next that is.
            if let identity = Self.identity(Array(folder)), identity == own { return true }
            guard folder.count > 1, let slash = folder.lastIndex(of: UInt8(ascii: "/")) else { return false }
            folder = slash == folder.startIndex ? folder.prefix(1) : folder[..<slash]
        }
    }

    private struct Identity: Equatable {
        let device: UInt
        let inode: UInt
    }

    private static func identity(_ path: [UInt8]) -> Identity? {
        var status = stat()
        return CPath.with(path, { stat($0, &status) }) == 0 ? Identity(device: status.st_dev, inode: status.st_ino) : nil
    }

    /// Without symbolic links, as far as it is there.
    private static func resolved(_ path: [UInt8]) -> [UInt8] {
        guard let found = CPath.with(path, { realpath($0, nil) }) else { return path }
        defer { free(found) }
        return Array(UnsafeRawBufferPointer(start: found, count: strlen(found)))
    }
}
