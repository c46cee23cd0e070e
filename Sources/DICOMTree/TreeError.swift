import DICOMArchive

/// Why the tree has no answer. The mapping to errno stands in one other place; compare by `code`.
package struct TreeError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        /// No entry of that name.
        case missing
        case notADirectory
        case isADirectory
        /// A node id that stands for nothing (any more), or an open file whose content another has taken the place of.
        case stale
        /// A user has as many numbers in use as he may.
        case crowded
        /// The index did not answer, or its row is damaged.
        case archive
        /// The source is gone, replaced or unreadable.
        case source
        /// The bytes could not be made; `isDeterministic` failures are remembered.
        case production
        /// What was made or read is not what was promised.
        case broken
    }
    package let code: Code
    /// One line, no patient data.
    package let description: String
    /// errno where a system call failed, else 0.
    package let errno: CInt

    package init(_ code: Code, _ description: String = "", errno: CInt = 0) {
        self.code = code
        self.description = description
        self.errno = errno
    }

    init(_ error: ArchiveError) {
        switch error.code {
        case .sourceUnavailable: self.init(.source, error.message, errno: error.errno)
        case .noSuchRow: self.init(.stale, error.message)
        default: self.init(.archive, error.message, errno: error.errno)
        }
    }
}

/// Runs a question to the archive; its errors become the tree's.
func asking<R>(_ body: () throws(ArchiveError) -> R) throws(TreeError) -> R {
    do throws(ArchiveError) {
        return try body()
    } catch {
        throw TreeError(error)
    }
}
