import Glibc

/// The set-uid helper of libfuse, which lets ordinary users unmount what they mounted.
enum FusermountProcess {
    /// Its exit status, or nil where it could not be started.
    static func run(arguments: [String], path: [UInt8]) -> CInt? {
        var pointers: [UnsafeMutablePointer<CChar>?] = (["fusermount3"] + arguments).map { strdup($0) }
        pointers.append(CPath.with(path) { strdup($0) })
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        var child = pid_t()
        guard posix_spawnp(&child, "fusermount3", nil, nil, pointers, environ) == 0 else { return nil }
        var status: CInt = 0
        while waitpid(child, &status, 0) < 0 {
            guard errno == EINTR else { return nil }
        }
        return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    }
}
