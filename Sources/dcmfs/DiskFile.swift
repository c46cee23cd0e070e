import CLinux
import Glibc

/// A file that is written beside its place and put there when it is whole, and on the disk.
final class DiskFile {
    let descriptor: CInt
    private let temporary: [CChar]
    private var isOpen = true
    /// Read once: asking for it changes it for a moment.
    private static let mask = {
        let mask = umask(0)
        umask(mask)
        return mask
    }()

    init(beside target: [UInt8]) throws(CommandFailure) {
        var path = Self.cPath(Self.folder(of: target) + Array(".dcmfs-export-XXXXXX".utf8))
        descriptor = mkstemp(&path)
        temporary = path
        guard descriptor >= 0 else { throw Self.failure(target) }
        // As open() would have made it; mkstemp is for secrets.
        fchmod(descriptor, 0o666 & ~Self.mask)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    /// Gives it its name. What stands under that name is replaced only if `replaces` is set: the kernel looks and renames in one step.
    /// The caller makes the name durable with `syncFolder`, once for all files of a folder.
    func finish(as target: [UInt8], modifiedNs: Int64? = nil, replaces: Bool) throws(CommandFailure) {
        if let modifiedNs {
            var times = Self.times(modifiedNs)
            futimens(descriptor, &times)
        }
        // Without this a crash could leave the name with nothing behind it. Some filesystems cannot (EINVAL, EROFS of special files).
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else { throw Self.failure(target) }
        isOpen = false
        guard close(descriptor) == 0 else { throw Self.failure(target) }
        if replaces {
            guard rename(temporary, Self.cPath(target)) == 0 else { throw Self.failure(target) }
        } else {
            try publish(as: target)
        }
    }

    private func publish(as target: [UInt8]) throws(CommandFailure) {
        let name = Self.cPath(target)
        var result = clinux_publish(AT_FDCWD, temporary, name)
        if result != 0, result != -EEXIST {
            // Neither RENAME_NOREPLACE nor links (exFAT of user space, for one): the name is claimed with an empty file of our own first.
            let claim = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if claim >= 0 { close(claim) }
            result = claim >= 0 && rename(temporary, name) == 0 ? 0 : -errno
        }
        if result == -EEXIST { throw Self.existing(target) }
        errno = -result
        guard result == 0 else { throw Self.failure(target) }
    }

    /// Also behind a `finish` that failed.
    func discard() {
        if isOpen { close(descriptor) }
        isOpen = false
        unlink(temporary)
    }

    // MARK: - Paths

    static func exists(_ path: [UInt8]) -> Bool {
        var status = stat()
        return lstat(cPath(path), &status) == 0
    }

    /// Whether a regular file has this size and this time, as exactly as its filesystem keeps times (FAT: even seconds).
    static func isLike(_ path: [UInt8], _ size: Int, _ modifiedNs: Int64) -> Bool {
        var status = stat()
        guard lstat(cPath(path), &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size == size else { return false }
        let wanted = times(modifiedNs)[0]
        if status.st_mtim.tv_sec == wanted.tv_sec, status.st_mtim.tv_nsec == wanted.tv_nsec { return true }
        return status.st_mtim.tv_nsec == 0 && (0..<2).contains(wanted.tv_sec - status.st_mtim.tv_sec)
    }

    /// Whether a regular file holds the same bytes as the one behind the descriptor.
    static func isEqual(_ path: [UInt8], _ descriptor: CInt) -> Bool {
        let other = open(cPath(path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard other >= 0 else { return false }
        defer { close(other) }
        var (one, two) = (stat(), stat())
        guard fstat(descriptor, &one) == 0, fstat(other, &two) == 0, two.st_mode & S_IFMT == S_IFREG, one.st_size == two.st_size else { return false }
        var (left, right) = ([UInt8](repeating: 0, count: 1 << 16), [UInt8](repeating: 0, count: 1 << 16))
        var offset: off_t = 0
        while offset < one.st_size {
            let count = pread(descriptor, &left, left.count, offset)
            guard count > 0, pread(other, &right, count, offset) == count, left[..<count] == right[..<count] else { return false }
            offset += count
        }
        return true
    }

    static func isDirectory(_ path: [UInt8]) -> Bool {
        var status = stat()
        return stat(cPath(path), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// False where it was there.
    static func makeDirectory(_ path: [UInt8]) throws(CommandFailure) -> Bool {
        if mkdir(cPath(path), 0o777) == 0 { return true }
        guard errno == EEXIST, isDirectory(path) else { throw failure(path) }
        return false
    }

    static func setTime(_ modifiedNs: Int64, of path: [UInt8]) {
        var times = times(modifiedNs)
        utimensat(AT_FDCWD, cPath(path), &times, 0)
    }

    /// Makes the names in a folder durable. A folder that cannot be opened for that, or synchronised, is no error: its files are whole.
    static func syncFolder(of target: [UInt8]) {
        let folder = folder(of: target)
        let descriptor = open(cPath(folder.isEmpty ? [UInt8(ascii: ".")] : folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    static func existing(_ path: [UInt8]) -> CommandFailure { CommandFailure("\(shownPath(path)): exists; replace it with --force") }

    /// With the slash; empty for the current one.
    private static func folder(of path: [UInt8]) -> [UInt8] { path.lastIndex(of: UInt8(ascii: "/")).map { Array(path[...$0]) } ?? [] }

    private static func times(_ ns: Int64) -> [timespec] {
        var (seconds, rest) = ns.quotientAndRemainder(dividingBy: 1_000_000_000)
        if rest < 0 { (seconds, rest) = (seconds - 1, rest + 1_000_000_000) }
        return Array(repeating: timespec(tv_sec: Int(seconds), tv_nsec: Int(rest)), count: 2)
    }

    private static func cPath(_ path: [UInt8]) -> [CChar] { path.map { CChar(bitPattern: $0) } + [0] }

    private static func failure(_ path: [UInt8]) -> CommandFailure { CommandFailure("\(shownPath(path)): \(String(cString: strerror(errno)))") }
}
