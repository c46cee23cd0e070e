import CLinux
import Glibc
import Locks

/// What the index knows of the place of a source: which folder its root was, and on which filesystems they lay.
struct SourcePlace: Hashable, Sendable {
    /// Row of `roots`.
    let root: Int64
    let isRelative: Bool
    /// Of the root; nil where it was not recorded, or its filesystem keeps none.
    let inode: UInt64?
    /// Of the root; nil where it was not recorded.
    let filesystem: [UInt8]?
    /// Of the source's folder, where that is another one.
    let folderFilesystem: [UInt8]?

    init(_ root: RootRecord, folderFilesystem: [UInt8]? = nil) {
        self.root = root.id
        isRelative = root.isRelative
        inode = root.inode
        filesystem = root.filesystem
        self.folderFilesystem = folderFilesystem
    }
}

/// Lets only those folders be read that were indexed.
///
/// Whoever may rename a folder of a path could otherwise put another one in its place, and have a mount of root read it to them. So a
/// root is reached without any symbolic link, and must have the inode and the filesystem that were recorded. What was found out
/// holds for a second: a disk may be exchanged under a running mount, and to ask for a UUID takes longer than to open a file.
final class RootGuard: Sendable {
    /// What was found of a root.
    struct Verdict: Sendable {
        let device: UInt64
        /// Below the archive's folder, and moved with it since the last index: inodes are others, and mean nothing.
        let hasTravelled: Bool
    }
    private struct KnownRoot {
        let place: SourcePlace
        let inode: UInt64
        let verdict: Verdict
        let until: Int64
    }
    private struct KnownFilesystem {
        let identity: FilesystemIdentity
        let until: Int64
    }
    private struct State {
        var roots: [Int64: KnownRoot] = [:]
        var filesystems: [UInt64: KnownFilesystem] = [:]
    }

    private let state = Mutex(State())
    /// Folder of the archive.
    private let archiveFolder: [UInt8]
    private static let validity: Int64 = 1_000_000_000

    init(archiveFolder: [UInt8]) { self.archiveFolder = archiveFolder }

    /// Opens a root that is the recorded one. A descriptor (O_PATH) that the caller closes.
    func open(_ path: [UInt8], _ place: SourcePlace) throws(ArchiveError) -> (descriptor: CInt, verdict: Verdict) {
        let descriptor = withCString(path, clinux_open_folder)
        guard descriptor >= 0 else { throw Self.failure(-descriptor, path) }
        do throws(ArchiveError) {
            return (descriptor, try check(descriptor, path, place))
        } catch {
            closeDescriptor(descriptor)
            throw error
        }
    }

    /// A link where a folder was recorded is another folder; whatever else happens is the disk's affair.
    static func failure(_ code: CInt, _ path: [UInt8]) -> ArchiveError {
        guard code == ELOOP else { return ArchiveError(.sourceUnavailable, "source cannot be opened: \(errorText(code))", errno: code) }
        return other(path, "a symbolic link leads there now")
    }

    private static func other(_ path: [UInt8], _ why: String) -> ArchiveError {
        let name = shown(path)
        return ArchiveError(
            .otherFolder,
            "\(name) is another folder than the one that was indexed (\(why)): nothing of it is read. "
                + "If this is the right one, run: dcmfs relocate ARCHIVE \(name) \(name)", errno: EIO)
    }

    /// Whether an open folder is the recorded root.
    func check(_ descriptor: CInt, _ path: [UInt8], _ place: SourcePlace) throws(ArchiveError) -> Verdict {
        guard let status = FileStatus(descriptor: descriptor) else { throw ArchiveError(.sourceUnavailable, errorText(errno), errno: errno) }
        let now = monotonicNs()
        let known = state.withLock { $0.roots[place.root] }
        if let known, known.until > now, known.inode == status.inode, known.verdict.device == status.device, known.place == place {
            return known.verdict
        }
        let verdict = try examine(descriptor, status, path, place)
        state.withLock {
            $0.roots[place.root] = KnownRoot(place: place, inode: status.inode, verdict: verdict, until: now &+ Self.validity)
        }
        return verdict
    }

    private func examine(_ descriptor: CInt, _ status: FileStatus, _ path: [UInt8], _ place: SourcePlace) throws(ArchiveError) -> Verdict {
        guard let recorded = place.filesystem else { return Verdict(device: status.device, hasTravelled: false) }
        let identity = filesystem(of: descriptor, status.device)
        let isSame = identity.matches(recorded) && (place.inode == nil || place.inode == status.inode)
        if place.isRelative {
            if try isBesideArchive(identity, status.device) { return Verdict(device: status.device, hasTravelled: !isSame) }
        }
        guard identity.matches(recorded) else {
            throw Self.other(path, "it lies on \(shown(identity.text)), and lay on \(shown(recorded))")
        }
        guard isSame else { throw Self.other(path, "it has another inode number") }
        return Verdict(device: status.device, hasTravelled: false)
    }

    /// Whether something lies on the filesystem of the archive's folder: then it moves with it.
    private func isBesideArchive(_ identity: FilesystemIdentity, _ device: UInt64) throws(ArchiveError) -> Bool {
        let descriptor = withCString(archiveFolder, clinux_open_folder)
        guard descriptor >= 0 else { throw Self.failure(-descriptor, archiveFolder) }
        defer { closeDescriptor(descriptor) }
        guard let status = FileStatus(descriptor: descriptor) else { return false }
        if status.device == device { return true }
        // Subvolumes of one filesystem have device numbers of their own.
        let own = filesystem(of: descriptor, status.device)
        return !own.uuid.isEmpty && own.type == identity.type && own.uuid == identity.uuid
    }

    /// Whether an open source lies on the filesystem on which its folder lay: another one may be mounted below the root by now.
    func checkFilesystem(of descriptor: CInt, _ device: UInt64, _ verdict: Verdict, _ source: SourceRow) throws(ArchiveError) {
        let place = source.place
        guard let recorded = place.folderFilesystem ?? place.filesystem else { return }
        if device == verdict.device && (place.folderFilesystem == nil || verdict.hasTravelled) { return }
        let identity = filesystem(of: descriptor, device)
        if identity.matches(recorded) || verdict.hasTravelled { return }
        throw Self.other(
            source.rootPath, "a folder below it lies on \(shown(identity.text)), and lay on \(shown(recorded))")
    }

    /// Whether inode numbers and times of change of a filesystem mean anything.
    func keepsInodes(_ descriptor: CInt, _ device: UInt64) -> Bool { filesystem(of: descriptor, device).keepsInodes }

    func filesystem(of descriptor: CInt, _ device: UInt64) -> FilesystemIdentity {
        let now = monotonicNs()
        if let known = state.withLock({ $0.filesystems[device] }), known.until > now { return known.identity }
        let identity = FilesystemIdentity(descriptor: descriptor, device: device)
        state.withLock {
            // Subvolumes could be any number.
            if $0.filesystems.count > 1024 { $0.filesystems.removeAll() }
            $0.filesystems[device] = KnownFilesystem(identity: identity, until: now &+ Self.validity)
        }
        return identity
    }
}
