import Glibc
import Locks

/// A thread that takes no signals: those are the main thread's.
package enum PlainThread {
    /// Runs `body` on a new detached thread. False when the system has no more threads.
    package static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let previous = TerminationSignals.block()
        defer { TerminationSignals.restore(previous) }
        return DetachedThread.start(body)
    }
}

/// SIGINT, SIGTERM, SIGHUP, SIGQUIT: they end the session, but only when they reach the thread that runs its loop. Blocked
/// before any thread is made, they stay blocked in all of them.
package enum TerminationSignals {
    /// Blocks them in this thread and those it will make.
    package static func blockInThisThread() {
        _ = block()
    }

    /// Blocks them in this thread and returns the mask of before.
    @discardableResult
    static func block() -> sigset_t {
        var previous = sigset_t()
        var set = all
        pthread_sigmask(SIG_BLOCK, &set, &previous)
        return previous
    }

    static func unblock() {
        var set = all
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    static func restore(_ mask: sigset_t) {
        var mask = mask
        pthread_sigmask(SIG_SETMASK, &mask, nil)
    }

    private static var all: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { sigaddset(&set, signal) }
        return set
    }
}
