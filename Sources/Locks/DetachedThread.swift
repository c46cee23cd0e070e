import Glibc

/// A thread outside Swift's cooperative pool, on which blocking is no sin. Foundation's own cannot say that there are no more.
public enum DetachedThread {
    /// Runs `body` on a new thread. False when the system has no more threads: the caller does without, or does it himself.
    public static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let box = Unmanaged.passRetained(Body(body))
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else {
            box.release()
            return false
        }
        defer { pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        let isStarted =
            pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED)) == 0
            && pthread_create(
                &thread, &attributes,
                { argument in
                    if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                    return nil
                }, box.toOpaque()) == 0
        if !isStarted { box.release() }
        return isStarted
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
