import CLinux
import Dispatch
import Glibc
import Locks

/// The life of one child process. It has no descriptors: the thread that reaps has a table of its own (`WorkerKeeper`), and what
/// it lets go of last would be closed there.
final class ChildProcess: Sendable {
    let pid: pid_t

    private struct State {
        /// Wait status once reaped.
        var status: CInt?
        var isKilled = false
    }
    /// Signals, limits and reaping happen under this lock, all without waiting: a process id is never used after its reaping.
    private let state = Mutex(State())
    /// Signalled when it was reaped.
    private let ended = DispatchSemaphore(value: 0)

    init(pid: pid_t) { self.pid = pid }

    /// Whether it has not been seen to end.
    var isRunning: Bool { state.withLock { $0.status == nil && !$0.isKilled } }

    /// Runs `body` while the process id is this process's.
    func ifNotReaped(_ body: () -> Void) { state.withLock { if $0.status == nil { body() } } }

    /// Ends it without waiting: it is reaped when the kernel lets go of it, which on a disk that hangs may take long.
    func kill() {
        state.withLock { state in
            if state.status == nil { Glibc.kill(pid, SIGKILL) }
            state.isKilled = true
        }
    }

    /// Seconds that a request waits to learn how its worker ended.
    private static let patience = 3

    /// Kills it if need be and returns how it ended; nil where the kernel does not let go of it in time.
    func end() -> CInt? {
        kill()
        if ended.wait(timeout: .now() + .seconds(Self.patience)) == .success { ended.signal() }
        return state.withLock { $0.status }
    }

    /// Reaps it if it has ended; never waits. True when there is nothing left to reap.
    func reap() -> Bool {
        let (isNew, isReaped) = state.withLock { state -> (Bool, Bool) in
            if state.status != nil { return (false, true) }
            let status = CLinux_reap(pid)
            guard status != -EAGAIN else { return (false, false) }
            state.status = status
            return (true, true)
        }
        if isNew { ended.signal() }
        return isReaped
    }
}
