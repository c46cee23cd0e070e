import CFUSE3

/// How a session talks to the kernel.
package struct SessionConfiguration: Sendable {
    package var timeouts = CacheTimeouts()
    package var readdirplus = ReaddirPlus.auto
    /// libfuse's own threads, for everything that is quick or waits for a source.
    package var threads = 16
    /// Threads for work that takes long.
    package var slowThreads = 2
    /// Shown in `mount` and `df`: what is mounted. Any bytes but NUL.
    package var source: [UInt8] = []
    /// The type is shown as `fuse.<subtype>`.
    package var subtype = "fuse"
    package var allowOther = false
    /// Answer for extended attributes: two more requests for each file of `ls -l`.
    package var extendedAttributes = false
    package var isDebugging = false
    /// Let the kernel read files that have a `backing` by itself, where library, kernel and privileges allow it.
    package var passthrough = false
    /// Takes one line for the system log.
    package var log: @Sendable (String) -> Void = { _ in }

    package init() {}

    /// The words behind `-o` for libfuse. Read-only always: the kernel then answers EROFS to every change by itself.
    var mountWords: [UInt8] {
        var words = Array("ro,nosuid,nodev,noexec,noatime,default_permissions,subtype=\(subtype),fsname=".utf8)
        for byte in source {
            // libfuse takes a comma for the end of the word and a backslash for an escape.
            if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\\") { words.append(UInt8(ascii: "\\")) }
            words.append(byte)
        }
        if allowOther { words += Array(",allow_other".utf8) }
        return words
    }
}

/// When listings come with full attributes.
package enum ReaddirPlus: String, Sendable, CaseIterable {
    case never, auto, always

    var negotiated: dcmfs_readdirplus {
        switch self {
        case .never: dcmfs_readdirplus_never
        case .auto: dcmfs_readdirplus_auto
        case .always: dcmfs_readdirplus_always
        }
    }
}
