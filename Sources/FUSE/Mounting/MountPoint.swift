import CFUSE3
import Glibc

/// A directory that something is to be mounted on.
package struct MountPoint: Hashable, Sendable {
    /// Absolute, without symbolic links.
    package let path: [UInt8]

    /// Resolves a path, also one whose mount is dead: there the last component cannot be looked into.
    package init(resolving path: [UInt8]) throws(MountError) {
        if let resolved = Self.realPath(path) {
            self.path = resolved
            return
        }
        guard errno == ENOTCONN, let resolved = Self.resolveParent(of: path) else {
            throw MountError(.badMountPoint, "mount point \(String(decoding: path, as: UTF8.self)): \(String(cString: strerror(errno)))")
        }
        self.path = resolved
    }

    /// Throws unless a mount may be put here: an empty directory that carries no mount of ours already. A dead mount of
    /// ours (its process was killed) is cleared away first; `didClear` is told.
    package func check(subtype: String, allowNonEmpty: Bool, didClear: () -> Void) throws(MountError) {
        let type = Array("fuse.\(subtype)".utf8)
        let isOurs = MountTable.current().top(at: path)?.type == type
        var status = stat()
        var result = withPath { stat($0, &status) }
        if result != 0 && errno == ENOTCONN || isOurs && isDead {
            guard isOurs else {
                throw MountError(.badMountPoint, "\(text): a dead FUSE mount that is not of type fuse.\(subtype) is in the way; unmount it first")
            }
            try unmount(lazily: true)
            didClear()
            result = withPath { stat($0, &status) }
        } else if isOurs {
            throw MountError(.alreadyMounted, "\(text) is already a \(subtype) mount; unmount it first")
        }
        guard result == 0 else { throw MountError(.badMountPoint, "mount point \(text): \(String(cString: strerror(errno)))") }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw MountError(.badMountPoint, "mount point \(text) is not a directory") }
        guard allowNonEmpty || isEmpty else {
            throw MountError(.badMountPoint, "mount point \(text) is not empty; -o nonempty mounts over what is there")
        }
    }

    /// Takes away what is mounted here: directly for root, by `fusermount3` for others.
    package func unmount(lazily: Bool) throws(MountError) {
        let flags = CInt(UMOUNT_NOFOLLOW) | (lazily ? CInt(MNT_DETACH) : 0)
        if withPath({ umount2($0, flags) }) == 0 { return }
        let reason = errno
        if reason == EPERM {
            let status = FusermountProcess.run(arguments: lazily ? ["-u", "-z", "--"] : ["-u", "--"], path: path)
            if status == 0 { return }
            throw MountError(.failed, "fusermount3 could not unmount \(text)" + (status == nil ? ": it is not installed (package fuse3)" : ""))
        }
        let advice = reason == EBUSY ? "; it is in use (--lazy detaches it now and ends when the last file is closed)" : ""
        throw MountError(.failed, "unmounting \(text): \(String(cString: strerror(reason)))\(advice)")
    }

    package var text: String { String(decoding: path, as: UTF8.self) }

    private var isEmpty: Bool {
        guard let directory = withPath({ opendir($0) }) else { return true }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let isSelfOrParent = withUnsafeBytes(of: entry.pointee.d_name) { name in
                name[0] == 0x2e && (name[1] == 0 || name[1] == 0x2e && name[2] == 0)
            }
            if !isSelfOrParent { return false }
        }
        return true
    }

    /// The process of a mount here has ended. stat does not tell: for a second after the end the kernel answers it from its cache.
    private var isDead: Bool {
        guard let directory = withPath({ opendir($0) }) else { return errno == ENOTCONN }
        closedir(directory)
        return false
    }

    private func withPath<R>(_ body: (UnsafePointer<CChar>) -> R) -> R {
        CPath.with(path, body)
    }

    private static func realPath(_ path: [UInt8]) -> [UInt8]? {
        guard let resolved = CPath.with(path, { realpath($0, nil) }) else { return nil }
        defer { free(resolved) }
        let bytes = Array(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
        var status = stat()
        // realpath does not look into the last component; we want to know whether it answers.
        return stat(resolved, &status) == 0 || errno != ENOENT ? bytes : nil
    }

    private static func resolveParent(of path: [UInt8]) -> [UInt8]? {
        var trimmed = path[...]
        while trimmed.count > 1, trimmed.last == UInt8(ascii: "/") { trimmed.removeLast() }
        let slash = trimmed.lastIndex(of: UInt8(ascii: "/"))
        let name = slash.map { trimmed[($0 + 1)...] } ?? trimmed
        let parent = slash.map { $0 == 0 ? [UInt8(ascii: "/")] : Array(trimmed[..<$0]) } ?? [UInt8(ascii: ".")]
        guard let resolved = realPath(parent) else { return nil }
        return (resolved == [UInt8(ascii: "/")] ? [] : resolved) + [UInt8(ascii: "/")] + name
    }
}

/// Bytes as a C string.
enum CPath {
    static func with<R>(_ path: [UInt8], _ body: (UnsafePointer<CChar>) -> R) -> R {
        var terminated = path.map { CChar(bitPattern: $0) }
        terminated.append(0)
        return terminated.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return "".withCString(body) }
            return body(base)
        }
    }
}
