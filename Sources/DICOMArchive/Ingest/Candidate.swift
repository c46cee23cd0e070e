import DICOM

/// A folder that is being indexed. Used by the indexing thread; `rootDescriptor` and `path` also by parser threads.
///
/// `@unchecked Sendable`: `row` belongs to the indexing thread, the rest never changes.
final class IndexedFolder: @unchecked Sendable {
    let root: OpenRoot
    /// Path below the root; empty for the root itself.
    let path: [UInt8]
    let device: UInt64
    /// Where it is another one than the root's.
    let filesystem: [UInt8]?
    /// Row of `directories`, 0 until it has one.
    var row: Int64

    init(root: OpenRoot, path: [UInt8], device: UInt64, filesystem: [UInt8]? = nil, row: Int64) {
        self.root = root
        self.path = path
        self.device = device
        self.filesystem = filesystem
        self.row = row
    }

    var absolutePath: [UInt8] { joinPath(root.absolutePath, path) }
    func absolutePath(of name: [UInt8]) -> [UInt8] { joinPath(absolutePath, name) }
}

/// A root folder with a descriptor to start from.
final class OpenRoot: Sendable {
    let id: Int64
    let absolutePath: [UInt8]
    let device: UInt64
    let inode: UInt64
    let filesystem: FilesystemIdentity
    let descriptor: CInt

    init(id: Int64, absolutePath: [UInt8], status: FileStatus, filesystem: FilesystemIdentity, descriptor: CInt) {
        self.id = id
        self.absolutePath = absolutePath
        device = status.device
        inode = status.inode
        self.filesystem = filesystem
        self.descriptor = descriptor
    }

    deinit { closeDescriptor(descriptor) }
}

/// A file that is to be read.
struct Candidate: Sendable {
    let folder: IndexedFolder
    let name: [UInt8]
    /// What the index knows of it.
    var known: SourceRecord?
    /// Whether its digest is wanted whatever it turns out to be.
    let wantsDigest: Bool
    /// It may hold other bytes than `known` says, although all its times are the same.
    var isSuspect = false
    /// Wall clock when it was put in line: before it is opened.
    let seenNs = nowNs()
}

extension Candidate {
    /// Whether there is still something of that name.
    var isListed: Bool {
        withCString(joinPath(folder.path, name)) { FileStatus(directory: folder.root.descriptor, name: $0) } != nil
    }

    /// Whether its times were so young when it was opened that a change after it was read could bear the same ones: filesystems
    /// count them in ticks, of 2 s at most. A clock of a server may run ahead of ours.
    func isYoung(_ identity: FileIdentity, _ youth: Int64) -> Bool {
        func isNear(_ time: Int64) -> Bool {
            let (age, isFar) = seenNs.subtractingReportingOverflow(time)
            return !isFar && age < youth && age > -3_600_000_000_000
        }
        return youth > 0 && (isNear(identity.ctimeNs) || isNear(identity.mtimeNs))
    }
}

/// What reading a candidate gave.
struct ReadFile: Sendable {
    enum Result: Sendable {
        case parsed(ParsedInput)
        /// It could not be opened or read: errno.
        case unreadable(CInt)
        /// This process has no descriptors or memory left to look at it (errno): nothing is known of the file.
        case exhausted(CInt)
        case notRegular
        /// An archive of files (zip, tar and their like, by name), which nobody looks into.
        case packed(String)
        /// It changed while it was read.
        case unstable
        /// The run was ended before it was read.
        case cancelled
    }
    var identity = FileIdentity()
    var result: Result
    var digest: [UInt8]?
}
