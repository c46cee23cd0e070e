import CFUSE3
import Glibc
import Synchronization
import SystemPackage

/// Open files that the kernel reads by itself: their reads do not come here.
///
/// The kernel wants all who have a node open at the same time to read it in one way: from one backing file, or through its
/// cache. So the first to open a node decides, and what it decided holds until the last has closed it. Only nodes that could
/// be backed are counted. Whatever the kernel refuses is read as always, and the log says why, once.
final class Passthrough: Sendable {
    enum Mode: Hashable, Sendable {
        /// Through the kernel's cache, with requests to us.
        case cached
        /// By the number that the kernel gave a backing file.
        case backed(CInt)
    }

    /// Of a file, as `stat` tells; another file may not take its place while it is open.
    fileprivate struct Identity: Hashable {
        let device: UInt
        let inode: UInt
        let size: Int
    }

    fileprivate struct OpenNode {
        let mode: Mode
        let identity: Identity
        var count: Int
    }

    fileprivate struct State {
        var isOff = false
        var nodes: [UInt64: OpenNode] = [:]
        /// Devices whose files the kernel does not take.
        var refusedDevices: Set<UInt> = []
        /// Backing files to close with the next request.
        var orphans: [CInt] = []
    }

    private let state = Mutex(State())
    private let log: @Sendable (String) -> Void
    /// What the kernel answers when there is no use in asking again.
    fileprivate static let finalErrors: Set<CInt> = [EPERM, ENOSYS, ENOTTY]

    private init(log: @escaping @Sendable (String) -> Void) {
        self.log = log
    }

    /// Nil, with a line in the log, when this build has none.
    static func make(log: @escaping @Sendable (String) -> Void) -> Passthrough? {
        guard dcmfs_has_passthrough() != 0 else {
            log("no passthrough: this dcmfs was built with libfuse \(FUSE_MAJOR_VERSION).\(FUSE_MINOR_VERSION), and 3.17 is the first to know it")
            return nil
        }
        return Passthrough(log: log)
    }

    func turnOff(_ reason: String) {
        let wasOn = state.withLock { state in
            defer { state.isOff = true }
            return !state.isOff
        }
        if wasOn { log("no passthrough: \(reason)") }
    }

    /// How a file is to be opened; counts it. Throws `resourceBusy` when the node is open with another file behind it: the
    /// kernel takes no second one.
    func enter(_ handle: FileHandle, _ request: borrowing Request) throws(Errno) -> Mode {
        guard let descriptor = handle.file.backing else { return .cached }
        let identity = try Self.identity(descriptor)
        let raw = request.handle
        var complaint: (error: CInt, isFinal: Bool)?
        // The lock is held while the kernel is asked, which takes no I/O: two who open a node at once must get one number.
        let result = state.withLock { state -> Result<Mode, Errno> in
            state.closeOrphans(raw)
            if let node = state.nodes[handle.node] {
                if case .backed = node.mode, node.identity != identity { return .failure(.resourceBusy) }
                state.nodes[handle.node]?.count += 1
                return .success(node.mode)
            }
            var mode = Mode.cached
            if !state.isOff, !state.refusedDevices.contains(identity.device) {
                let id = dcmfs_passthrough_open(raw, descriptor)
                if id > 0 { mode = .backed(id) } else { complaint = (-id, state.refuse(identity, error: -id)) }
            }
            state.nodes[handle.node] = OpenNode(mode: mode, identity: identity, count: 1)
            return .success(mode)
        }
        if let complaint { report(complaint.error, isFinal: complaint.isFinal) }
        return try result.get()
    }

    /// The counterpart of `enter`, when a file is closed.
    func leave(_ handle: FileHandle, _ request: borrowing Request) {
        guard handle.file.backing != nil else { return }
        let raw = request.handle
        state.withLock { state in
            state.leave(handle.node)
            state.closeOrphans(raw)
        }
    }

    /// The same where the answer to an opening reached nobody; its request is gone.
    func abandon(_ handle: FileHandle) {
        guard handle.file.backing != nil else { return }
        state.withLock { $0.leave(handle.node) }
    }

    private func report(_ error: CInt, isFinal: Bool) {
        let text = String(cString: strerror(error))
        if isFinal {
            log("no passthrough: \(error == EPERM ? "only root (CAP_SYS_ADMIN) may have it" : text); files are read as without it")
        } else {
            log("no passthrough for one of the sources' file systems: \(text)")
        }
    }

    private static func identity(_ descriptor: CInt) throws(Errno) -> Identity {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Errno(rawValue: errno) }
        return Identity(device: status.st_dev, inode: status.st_ino, size: status.st_size)
    }
}

extension Passthrough.State {
    /// True when that is the end of it for all files.
    fileprivate mutating func refuse(_ identity: Passthrough.Identity, error: CInt) -> Bool {
        if Passthrough.finalErrors.contains(error) {
            isOff = true
        } else {
            refusedDevices.insert(identity.device)
        }
        return isOff
    }

    fileprivate mutating func leave(_ node: UInt64) {
        guard var open = nodes[node] else { return }
        open.count -= 1
        if open.count > 0 {
            nodes[node] = open
        } else {
            nodes[node] = nil
            if case .backed(let id) = open.mode { orphans.append(id) }
        }
    }

    fileprivate mutating func closeOrphans(_ request: fuse_req_t) {
        for id in orphans { dcmfs_passthrough_close(request, id) }
        orphans = []
    }
}
