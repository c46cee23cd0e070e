/// What `dcmfs index` was asked to do.
package struct IndexOptions {
    /// Read and hash every file again, whatever its size and times say.
    package var verifies = false
    /// Take the SHA-256 of every file.
    package var takesDigests = false
    /// Drop the rows of sources that are gone below the given paths.
    package var prunes = false
    /// Copy what is indexed into this folder, which the archive then owns.
    package var copyTo: [UInt8]?
    /// Threads that open files and wait for the parser.
    package var parserThreads = 2
    /// Files of one request to the parser; each holds a descriptor meanwhile.
    package var filesPerRequest = 64
    /// A transaction ends after this many files ...
    package var filesPerTransaction = 1000
    /// ... or after this time.
    package var nanosecondsPerTransaction: Int64 = 2_000_000_000
    /// Called on the indexing thread after every request of files, and after every commit.
    package var onProgress: (@Sendable (IndexProgress) throws(ArchiveError) -> Void)?

    /// Asked before a file is read that is new or looks changed, with its absolute path and modification time: whether
    /// somebody may still be writing to it. Such a file is left as it is and counted as waiting.
    package var isIncomplete: ((_ path: [UInt8], _ mtimeNs: Int64) -> Bool)?

    /// Asked of every file that looks as it did, with its absolute path: whether something says that it was written to. Such a file
    /// is read whatever its times say; `willRead` tells that the answer was taken, else the next run asks again.
    package var isTouched: ((_ path: [UInt8], _ willRead: Bool) -> Bool)?

    /// An identity taken within this time of the file's own times is not trusted by the next run, in nanoseconds: two changes within
    /// a tick of the filesystem's clock look like one. FAT has ticks of 2 s.
    package var youth: Int64 = 2_000_000_000

    /// Names and paths to leave out beside the ones that are left out by default, and ones to take all the same (fnmatch(3)).
    package var excludes: [[UInt8]] = []
    package var includes: [[UInt8]] = []

    /// What becomes of symbolic links.
    package enum Links: Sendable {
        /// Noted, never followed.
        case notFollowed
        /// Followed as far as the paths given reach.
        case withinPaths
        case anywhere
    }
    package var links = Links.notFollowed

    /// Asked after every request of files; true ends the run.
    package var isCancelled: (@Sendable () -> Bool)?

    package init() {}

    /// Whether a folder on the way from one of the roots to a path is left out by its name: nothing below it is watched.
    package func leavesOut(_ path: [UInt8], below roots: [[UInt8]]) -> Bool {
        guard let root = roots.filter({ pathBelow($0, path) != nil }).max(by: { $0.count < $1.count }), let below = pathBelow(root, path) else {
            return false
        }
        return below.split(separator: UInt8(ascii: "/")).contains { part in
            guard let pattern = Exclusions.standing(Array(part)) else { return false }
            return !includes.contains { $0 == pattern || Exclusions.isMatch($0, Array(part)) }
        }
    }
}

/// How far an index run is.
package struct IndexProgress: Sendable {
    /// Regular files seen so far.
    package var found = 0
    /// Files whose rows are durable: a crash after this loses none of them.
    package var durable = 0
    /// True in the call that follows a commit.
    package var isCommit = false
}
