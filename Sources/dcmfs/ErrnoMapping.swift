import DICOMTree
import SystemPackage

/// The one place where errors of the tree become errno.
///
/// A source that is gone is EIO, never ENOENT: its entry stays in the listings, and a copying program must take it for
/// a failure, not for a file to delete at the other end.
extension Errno {
    init(_ error: TreeError) {
        switch error.code {
        case .missing: self = .noSuchFileOrDirectory
        case .notADirectory: self = .notDirectory
        case .isADirectory: self = .isDirectory
        case .stale: self = .staleNFSFileHandle
        case .crowded: self = .resourceTemporarilyUnavailable
        case .source: self = Self.passedOn.contains(Errno(rawValue: error.errno)) ? Errno(rawValue: error.errno) : .ioError
        case .archive, .production, .broken: self = .ioError
        }
    }

    /// Errors of the source's own filesystem, or of this process' limits, that say more than EIO.
    private static let passedOn: Set<Errno> = [
        .staleNFSFileHandle, .timedOut, .hostIsDown, .tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory, .interrupted,
    ]
}

/// Runs a question to the tree; its errors become errno.
func answering<R>(_ body: () throws(TreeError) -> R) throws(Errno) -> R {
    do throws(TreeError) {
        return try body()
    } catch {
        throw Errno(error)
    }
}
