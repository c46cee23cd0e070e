import CFUSE3
import Glibc

/// How long the kernel may answer by itself, in seconds.
package struct CacheTimeouts: Hashable, Sendable {
    package var entry: Double
    package var attributes: Double
    package var missing: Double

    package init(entry: Double = 1, attributes: Double = 1, missing: Double = 0) {
        self.entry = entry
        self.attributes = attributes
        self.missing = missing
    }
}

extension FileAttributes {
    /// `st_blksize`: what programs read at a time.
    static let blockSize = 128 * 1024

    var stat: Glibc.stat {
        var result = Glibc.stat()
        result.st_ino = UInt(number)
        result.st_mode = mode
        // Programs that put files into archives (cpio, tar) and that walk (fts) draw conclusions from any other count.
        result.st_nlink = 1
        result.st_uid = owner
        result.st_gid = group
        result.st_size = size
        result.st_blksize = Self.blockSize
        // Not the truth of any disk, but what du adds up and rsync and tar take for "not sparse".
        result.st_blocks = mode & S_IFMT == S_IFREG ? (size &+ 511) / 512 : 0
        let time = timespec(nanosecondsSince1970: modified)
        result.st_mtim = time
        result.st_ctim = timespec(nanosecondsSince1970: changed)
        result.st_atim = time
        return result
    }

    /// How long the kernel may keep them.
    func timeout(_ timeouts: CacheTimeouts) -> Double { isSizeExact && !isVolatile ? timeouts.attributes : 0 }

    func entryParameters(_ timeouts: CacheTimeouts) -> fuse_entry_param {
        var result = fuse_entry_param()
        result.ino = node
        result.generation = generation
        result.attr = stat
        result.entry_timeout = timeouts.entry
        result.attr_timeout = timeout(timeouts)
        return result
    }
}

extension timespec {
    /// Times before 1970 are negative seconds with nanoseconds that count upwards.
    fileprivate init(nanosecondsSince1970 time: Int64) {
        var seconds = time / 1_000_000_000
        var rest = time % 1_000_000_000
        if rest < 0 {
            rest += 1_000_000_000
            seconds -= 1
        }
        self.init(tv_sec: Int(seconds), tv_nsec: Int(rest))
    }
}
