import CLinux
import Glibc

/// An open source file, vetted against the index. Closed when the last reference goes.
package final class SourceFile: Sendable {
    package let descriptor: CInt
    package let size: Int64
    package let mtimeNs: Int64
    /// As it was when it was opened.
    package let identity: FileIdentity

    init(descriptor: CInt, identity: FileIdentity) {
        self.descriptor = descriptor
        self.identity = identity
        size = identity.size
        mtimeNs = identity.mtimeNs
    }

    /// Whether nothing says that it was written to since it was opened.
    package var isAsOpened: Bool { FileStatus(descriptor: descriptor)?.identity == identity }

    /// Whether its bytes are those that were opened, as far as size and mtime tell. To be asked after reading: links and renaming
    /// change neither.
    package var isUnwritten: Bool {
        guard let now = FileStatus(descriptor: descriptor) else { return false }
        return now.size == size && now.identity.mtimeNs == mtimeNs
    }

    deinit { Glibc.close(descriptor) }
}

extension Archive {
    /// Opens the first source of an instance that is there and has the size and mtime of the index.
    ///
    /// `strict` also compares ctime and inode. The file is reached below its root without following symbolic links, is a
    /// regular file, and its opening never blocks (P15, S3).
    package func openSource(of instance: Int64, strict: Bool = false) throws(ArchiveError) -> SourceFile {
        try Self.open(firstOf: try sources(of: instance), strict: strict)
    }

    /// The same with the sources at hand.
    package func openSource(of instance: LocatedInstance, strict: Bool = false) throws(ArchiveError) -> SourceFile {
        try Self.open(firstOf: instance.sources, strict: strict)
    }

    private static func open(firstOf sources: [SourceRow], strict: Bool) throws(ArchiveError) -> SourceFile {
        var failure = ArchiveError(.noSuchRow, "no such instance")
        for source in sources {
            do throws(ArchiveError) {
                return try open(source, strict: strict)
            } catch {
                failure = error
            }
        }
        throw failure
    }

    static func open(_ source: SourceRow, strict: Bool) throws(ArchiveError) -> SourceFile {
        var result = openBelowRoot(source)
        // A server that lost its handle usually has the file again at the second try (S5).
        if result == -ESTALE { result = openBelowRoot(source) }
        guard result >= 0 else {
            throw ArchiveError(.sourceUnavailable, "source cannot be opened: \(errorText(-result))", errno: -result)
        }
        guard result < lastDescriptor else {
            Glibc.close(result)
            throw ArchiveError(.sourceUnavailable, "source cannot be opened: \(errorText(EMFILE))", errno: EMFILE)
        }
        guard let status = FileStatus(descriptor: result), status.isRegular, isVetted(status.identity, source, strict: strict) else {
            Glibc.close(result)
            throw ArchiveError(.sourceChanged, "source is not the file that was indexed; run dcmfs index again", errno: EIO)
        }
        // Two threads of the mount may read a file in turns: then the kernel alone would not see that it is read in order.
        posix_fadvise(result, 0, 0, POSIX_FADV_SEQUENTIAL)
        return SourceFile(descriptor: result, identity: status.identity)
    }

    /// Sources leave the last descriptors of this process to the database and the workers: names are answered even when so
    /// many files are open that no more can be. As the limit (7: RLIMIT_NOFILE) stands at the first opening.
    private static let lastDescriptor: CInt = {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(7), &limit) == 0 else { return .max }
        let all = CInt(clamping: limit.rlim_cur)
        return all - min(16, all / 4)
    }()

    private static func isVetted(_ identity: FileIdentity, _ source: SourceRow, strict: Bool) -> Bool {
        identity.size == source.size && identity.mtimeNs == source.mtimeNs
            && (!strict || identity.ctimeNs == source.ctimeNs && identity.inode == source.inode)
    }

    /// A descriptor, or -errno. The root is opened anew each time: holding it would keep a disk from being unmounted.
    private static func openBelowRoot(_ source: SourceRow) -> CInt {
        let root = withCString(source.rootPath, clinux_open_folder)
        guard root >= 0 else { return root }
        defer { Glibc.close(root) }
        return withCString(source.relativePath) {
            clinux_open_beneath(root, $0, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY)
        }
    }
}
