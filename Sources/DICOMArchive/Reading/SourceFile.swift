import CLinux
import Glibc

/// An open source file, vetted against the index. Closed when the last reference goes.
package final class SourceFile: Sendable {
    package let descriptor: CInt
    package let size: Int64
    package let mtimeNs: Int64
    /// As it was when it was opened.
    package let identity: FileIdentity
    /// Its inode or time of change is not that of the index, where these mean anything.
    let isTouched: Bool

    init(descriptor: CInt, identity: FileIdentity, isTouched: Bool = false) {
        self.descriptor = descriptor
        self.identity = identity
        self.isTouched = isTouched
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

/// How much of a source's identity must be that of the index before it is served; size and mtime always.
package enum SourceStrictness: Sendable {
    case sizeAndTime
    /// Also ctime and inode, where the source's filesystem keeps them.
    case whereKept
    /// Also ctime and inode.
    case always
}

extension Archive {
    /// Opens the first source of an instance that is there and has the size and mtime of the index.
    ///
    /// The file is reached below its root, which must be the folder that was indexed, without following symbolic links, is a
    /// regular file, and its opening never blocks (P15, S3).
    package func openSource(of instance: Int64, strict: SourceStrictness = .sizeAndTime) throws(ArchiveError) -> SourceFile {
        try open(firstOf: try sources(of: instance), strict: strict)
    }

    /// The same with the sources at hand.
    package func openSource(of instance: LocatedInstance, strict: SourceStrictness = .sizeAndTime) throws(ArchiveError) -> SourceFile {
        try open(firstOf: instance.sources, strict: strict)
    }

    private func open(firstOf sources: [SourceRow], strict: SourceStrictness) throws(ArchiveError) -> SourceFile {
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

    func open(_ source: SourceRow, strict: SourceStrictness = .sizeAndTime) throws(ArchiveError) -> SourceFile {
        var (result, verdict) = try openBelowRoot(source)
        // A server that lost its handle usually has the file again at the second try (S5).
        if result == -ESTALE { (result, verdict) = try openBelowRoot(source) }
        guard result >= 0 else {
            throw ArchiveError(.sourceUnavailable, "source cannot be opened: \(errorText(-result))", errno: -result)
        }
        guard result < Self.lastDescriptor else {
            Glibc.close(result)
            throw ArchiveError(.sourceUnavailable, "source cannot be opened: \(errorText(EMFILE))", errno: EMFILE)
        }
        do throws(ArchiveError) {
            let (identity, isTouched) = try vet(result, source, verdict, strict)
            // Two threads of the mount may read a file in turns: then the kernel alone would not see that it is read in order.
            posix_fadvise(result, 0, 0, POSIX_FADV_SEQUENTIAL)
            return SourceFile(descriptor: result, identity: identity, isTouched: isTouched)
        } catch {
            Glibc.close(result)
            throw error
        }
    }

    /// Sources leave the last descriptors of this process to the database and the workers: names are answered even when so
    /// many files are open that no more can be. As the limit (7: RLIMIT_NOFILE) stands at the first opening.
    private static let lastDescriptor: CInt = {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(7), &limit) == 0 else { return .max }
        let all = CInt(clamping: limit.rlim_cur)
        return all - min(16, all / 4)
    }()

    /// Whether an open file is the source that was indexed, as far as its identity tells.
    private func vet(
        _ descriptor: CInt, _ source: SourceRow, _ verdict: RootGuard.Verdict, _ strict: SourceStrictness
    ) throws(ArchiveError) -> (FileIdentity, isTouched: Bool) {
        guard let status = FileStatus(descriptor: descriptor), status.isRegular, status.size == source.size,
            status.identity.mtimeNs == source.mtimeNs
        else { throw Self.changed("source is not the file that was indexed; run dcmfs index again") }
        try rootGuard.checkFilesystem(of: descriptor, status.device, verdict, source)
        guard status.identity.ctimeNs != source.ctimeNs || status.inode != source.inode else { return (status.identity, false) }
        let isTelling = !verdict.hasTravelled && rootGuard.keepsInodes(descriptor, status.device)
        if isTelling { touched.note(source.path) }
        if strict == .always || strict == .whereKept && isTelling {
            throw Self.changed("source has another inode or time of change than the file that was indexed; run dcmfs index")
        }
        return (status.identity, isTelling)
    }

    private static func changed(_ why: String) -> ArchiveError { ArchiveError(.sourceChanged, why, errno: EIO) }

    /// A descriptor, or -errno. The root is opened anew each time: holding it would keep a disk from being unmounted.
    private func openBelowRoot(_ source: SourceRow) throws(ArchiveError) -> (CInt, RootGuard.Verdict) {
        let (root, verdict) = try rootGuard.open(source.rootPath, source.place)
        defer { Glibc.close(root) }
        let descriptor = withCString(source.relativePath) {
            clinux_open_beneath(root, $0, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY)
        }
        return (descriptor, verdict)
    }
}
