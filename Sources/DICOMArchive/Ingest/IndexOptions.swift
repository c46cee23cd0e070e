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

    /// Asked after every request of files; true ends the run.
    package var isCancelled: (@Sendable () -> Bool)?

    package init() {}
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
