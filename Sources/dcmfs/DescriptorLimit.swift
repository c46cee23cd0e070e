import Glibc

/// How many files this process may have open at once (RLIMIT_NOFILE).
enum DescriptorLimit {
    /// The number of the limit; glibc's own name for it is an enumerator in C.
    private static let resource = __rlimit_resource_t(7)

    /// Takes what the hard limit gives, 65,536 at most.
    static func raise() {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = min(limit.rlim_max, 65_536)
        _ = setrlimit(resource, &limit)
    }

    static var current: Int {
        var limit = rlimit()
        return getrlimit(resource, &limit) == 0 ? Int(clamping: limit.rlim_cur) : 64
    }

    /// Files that each of `threads` threads may hold, beside what the database and `threads` workers need.
    static func filesPerThread(_ threads: Int, atMost most: Int) -> Int {
        let free = current - 32 - 4 * threads
        return max(1, min(most, free / max(1, threads)))
    }
}
