import CFUSE3
import Dispatch
import Locks

/// Tells the kernel what it must not keep. Returns at once; may be called from anywhere, also while a question is answered.
package protocol KernelNotifier: Sendable {
    /// A name in a directory: it is looked up anew, and what nobody uses below it is forgotten.
    func forget(name: [UInt8], in directory: UInt64)
    /// What the kernel keeps of a node: its attributes, and the bytes of a file.
    func invalidate(_ node: UInt64)
}

/// Sends notifications on a thread of its own that holds no lock: the kernel waits in them for locks of directories and pages
/// that requests hold which we have not answered yet.
final class NotificationThread: KernelNotifier {
    private enum Notification: Hashable {
        case name([UInt8], directory: UInt64)
        case node(UInt64)
    }
    private struct State {
        /// Address of the session; nil while there is none.
        var session: UInt?
        var waiting: [Notification] = []
        var isBusy = false
        var isStopped = false
    }
    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)
    private let isIdle = DispatchSemaphore(value: 0)
    /// Beyond it some are dropped: the kernel then keeps what it has until its timeouts.
    private static let limit = 65_536

    func forget(name: [UInt8], in directory: UInt64) { send(.name(name, directory: directory)) }
    func invalidate(_ node: UInt64) { send(.node(node)) }

    private func send(_ notification: Notification) {
        let isFirst = state.withLock { state in
            guard !state.isStopped, state.waiting.count < Self.limit else { return false }
            state.waiting.append(notification)
            return state.waiting.count == 1
        }
        if isFirst { work.signal() }
    }

    /// From now on the session takes them. False when the system has no thread for it.
    func start(_ session: OpaquePointer) -> Bool {
        state.withLock { $0.session = UInt(bitPattern: session) }
        return PlainThread.start { [weak self] in while let self, self.sendNext() {} }
    }

    /// The session ends: waits, for a while, until the thread is out of it.
    func stop() {
        let isBusy = state.withLock { state in
            state.isStopped = true
            state.waiting = []
            return state.isBusy
        }
        work.signal()
        if isBusy { _ = isIdle.wait(timeout: .now() + .seconds(2)) }
    }

    private func sendNext() -> Bool {
        work.wait()
        let (session, batch) = state.withLock { state -> (UInt?, [Notification]) in
            defer { state.waiting = [] }
            state.isBusy = !state.isStopped
            return state.isStopped ? (nil, []) : (state.session, state.waiting)
        }
        if let session = session.flatMap({ OpaquePointer(bitPattern: $0) }) {
            for notification in batch where !state.withLock({ $0.isStopped }) { Self.send(notification, session) }
        }
        return state.withLock { state in
            state.isBusy = false
            if state.isStopped { isIdle.signal() }
            return !state.isStopped
        }
    }

    /// Errors say that the kernel knows the node or name no more, or that the session has ended.
    private static func send(_ notification: Notification, _ session: OpaquePointer) {
        switch notification {
        case .node(let node):
            _ = fuse_lowlevel_notify_inval_inode(session, node, 0, 0)
        case .name(let name, let directory):
            // libfuse reads one byte more than it is told: the NUL of a C string.
            (name + [0]).withUnsafeBytes { bytes in
                _ = fuse_lowlevel_notify_inval_entry(session, directory, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), name.count)
            }
        }
    }
}
