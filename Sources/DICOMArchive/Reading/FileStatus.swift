import Glibc

/// The parts of `struct stat` that matter here.
struct FileStatus {
    let identity: FileIdentity
    let device: UInt64
    let mode: UInt32
    let owner: uid_t
    let group: gid_t

    var size: Int64 { identity.size }
    var inode: UInt64 { identity.inode }
    var isRegular: Bool { mode & S_IFMT == S_IFREG }
    var isDirectory: Bool { mode & S_IFMT == S_IFDIR }
    var isSymbolicLink: Bool { mode & S_IFMT == S_IFLNK }

    init?(descriptor: CInt) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    /// Follows no symbolic link.
    init?(path: [UInt8]) {
        var status = stat()
        guard withCString(path, { lstat($0, &status) }) == 0 else { return nil }
        self.init(status)
    }

    /// `name` in the open folder `directory`; follows no symbolic link.
    init?(directory: CInt, name: UnsafePointer<CChar>) {
        var status = stat()
        guard fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        self.init(status)
    }

    /// The same with the errno of a failure.
    static func at(directory: CInt, name: UnsafePointer<CChar>) -> (status: FileStatus?, code: CInt) {
        var status = stat()
        guard fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return (nil, errno) }
        return (FileStatus(status), 0)
    }

    private init(_ status: stat) {
        identity = FileIdentity(
            size: Int64(status.st_size), mtimeNs: Self.nanoseconds(status.st_mtim), ctimeNs: Self.nanoseconds(status.st_ctim),
            inode: UInt64(status.st_ino))
        device = UInt64(status.st_dev)
        mode = status.st_mode
        owner = status.st_uid
        group = status.st_gid
    }

    /// Nanoseconds since 1970; years beyond 1678...2262 are cut to the ends of that range.
    private static func nanoseconds(_ time: timespec) -> Int64 {
        let (product, overflow) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return time.tv_sec < 0 ? .min : .max }
        let (sum, carry) = product.addingReportingOverflow(Int64(time.tv_nsec))
        return carry ? .max : sum
    }
}

/// Calls `body` with `bytes` as a C string; a path with a NUL inside ends there, as in the kernel.
func withCString<Result>(_ bytes: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { buffer in
        for i in bytes.indices { buffer[i] = CChar(bitPattern: bytes[i]) }
        buffer[bytes.count] = 0
        // A temporary allocation of at least one element has an address.
        return body(UnsafePointer(buffer.baseAddress.unsafelyUnwrapped))
    }
}

/// The absolute path with all symbolic links resolved, nil when it does not exist.
func realPath(_ path: [UInt8]) -> [UInt8]? {
    guard let resolved = withCString(path, { realpath($0, nil) }) else { return nil }
    defer { free(resolved) }
    return [UInt8](UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
}

func errorText(_ code: CInt) -> String { String(cString: strerror(code)) }

/// Wall clock, nanoseconds since 1970.
func nowNs() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
}

/// Nanoseconds of a clock that nobody sets, for how long ago something was; exact to a few milliseconds, and cheap.
func monotonicNs() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
}

/// Opens a folder for listing, -1 when it is none.
func openFolderForCounting(_ path: UnsafePointer<CChar>) -> CInt {
    open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
}
