/// What the index could not do, and why. Compare by `code`; `description` is for people.
package struct ArchiveError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Hashable, Sendable {
        /// There is no file at the archive's path.
        case noArchive = "no-archive"
        /// The file is not a dcmfs archive, or its schema was tampered with.
        case notAnArchive = "not-an-archive"
        /// Somebody else may have written it, and the caller did not say that it may be used.
        case untrusted = "untrusted"
        /// Made by a newer dcmfs.
        case newerVersion = "newer-version"
        /// Made by an older dcmfs, and cannot be brought up to date here.
        case olderVersion = "older-version"
        /// A write-ahead log waits in a place that cannot be written.
        case unsealed = "unsealed"
        /// Another `dcmfs index` (or forget, relocate) works on the archive.
        case locked = "locked"
        /// SQLite reported an error.
        case database = "database"
        /// A row's checksum does not match: nothing of it is served.
        case damagedRow = "damaged-row"
        /// No row has that id.
        case noSuchRow = "no-such-row"
        /// Every source of the instance is gone, replaced or unreadable.
        case sourceUnavailable = "source-unavailable"
        /// The file at a source's path is not the one that was indexed.
        case sourceChanged = "source-changed"
        /// A root, or a filesystem below it, is another one than was indexed: nothing of it is read.
        case otherFolder = "other-folder"
        /// A PATH given to a command is absent, empty, on another device, or otherwise unusable.
        case badPath = "bad-path"
        /// The user ended the run; what was committed stands.
        case interrupted = "interrupted"
        /// A system call failed.
        case system = "system"
    }

    package let code: Code
    package let message: String
    /// errno where a system call failed, else 0.
    package let errno: CInt

    @inline(never)
    package init(_ code: Code, _ message: String, errno: CInt = 0) {
        self.code = code
        self.message = message
        self.errno = errno
    }

    package var description: String { message }
}
