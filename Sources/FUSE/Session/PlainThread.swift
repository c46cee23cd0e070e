import CFUSE3
import Glibc

/// A thread outside Swift's cooperative pool, on which blocking is no sin. It takes no signals: those are the main thread's.
package enum PlainThread {
    /// Runs `body` on a new detached thread. False when the system has no more threads.
    @discardableResult
    package static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let box = Unmanaged.passRetained(Body(body))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
        defer { pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        let previous = TerminationSignals.block()
        let result = pthread_create(
            &thread, &attributes,
            { argument in
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, box.toOpaque())
        TerminationSignals.restore(previous)
        if result != 0 { box.release() }
        return result == 0
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
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
