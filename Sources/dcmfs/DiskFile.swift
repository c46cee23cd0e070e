import Glibc

/// A file that is written beside its place and put there when it is whole.
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
        let slash = target.lastIndex(of: UInt8(ascii: "/"))
        let folder = slash.map { Array(target[...$0]) } ?? []
        var path = Self.cPath(folder + Array(".dcmfs-export-XXXXXX".utf8))
        descriptor = mkstemp(&path)
        temporary = path
        guard descriptor >= 0 else { throw Self.failure(target) }
        // As open() would have made it; mkstemp is for secrets.
        fchmod(descriptor, 0o666 & ~Self.mask)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    func finish(as target: [UInt8], modifiedNs: Int64) throws(CommandFailure) {
        var times = Self.times(modifiedNs)
        futimens(descriptor, &times)
        isOpen = false
        guard close(descriptor) == 0, rename(temporary, Self.cPath(target)) == 0 else { throw Self.failure(target) }
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

    static func isDirectory(_ path: [UInt8]) -> Bool {
        var status = stat()
        return stat(cPath(path), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func makeDirectory(_ path: [UInt8]) throws(CommandFailure) {
        guard mkdir(cPath(path), 0o777) == 0 || errno == EEXIST && isDirectory(path) else { throw failure(path) }
    }

    static func setTime(_ modifiedNs: Int64, of path: [UInt8]) {
        var times = times(modifiedNs)
        utimensat(AT_FDCWD, cPath(path), &times, 0)
    }

    private static func times(_ ns: Int64) -> [timespec] {
        var (seconds, rest) = ns.quotientAndRemainder(dividingBy: 1_000_000_000)
        if rest < 0 { (seconds, rest) = (seconds - 1, rest + 1_000_000_000) }
        return Array(repeating: timespec(tv_sec: Int(seconds), tv_nsec: Int(rest)), count: 2)
    }

    private static func cPath(_ path: [UInt8]) -> [CChar] { path.map { CChar(bitPattern: $0) } + [0] }

    private static func failure(_ path: [UInt8]) -> CommandFailure { CommandFailure("\(shownPath(path)): \(String(cString: strerror(errno)))") }
}
