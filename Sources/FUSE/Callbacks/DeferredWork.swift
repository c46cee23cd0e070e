import Dispatch
import Glibc
import Locks
import SystemPackage

/// A few threads for work that takes long, so that libfuse's own never wait: names and attributes are answered while all
/// of these are busy.
///
/// Users take turns (`FairQueue`). Requests for one key share one run. Who asked and was killed meanwhile is answered EINTR within 50 ms; the work goes on
/// when it has begun (its result is kept), and is dropped when it has not.
///
/// Lock order: the state first, then a waiter's own lock. Neither is held while work runs or an answer is sent from a result.
final class DeferredWork: Sendable {
    /// What work has made: the content of a file, attributes, or nothing but that it is done.
    enum Outcome: Sendable {
        case done
        case content([UInt8])
        case attributes(FileAttributes)
    }
    typealias Preparation = @Sendable () throws(Errno) -> Outcome
    typealias Reply = @Sendable (consuming Request, Result<Outcome, Errno>) -> Void

    /// Requests with the same one are content with one run.
    struct Key: Hashable, Sendable {
        let node: UInt64
        /// Of an open file (`OpenFile.version`), as far as that is asked for.
        var version = 0
    }

    private struct State {
        var jobs: [Key: Job] = [:]
        var queue = FairQueue<Key>()
        var isStopped = false
    }

    private final class Job {
        let prepare: Preparation
        var waiters: [Waiter] = []
        var hasBegun = false
        /// In whose lines it stands.
        var users: Set<UInt32>
        init(_ prepare: @escaping Preparation, user: UInt32) {
            self.prepare = prepare
            users = [user]
        }
    }

    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)
    private let watch = DispatchSemaphore(value: 0)
    /// Longest time a program waits for an answer, in ticks of the watch.
    private static let tickMilliseconds = 20
    private static let patience = 120_000 / tickMilliseconds

    /// - Throws: EAGAIN where the system has no thread for the work, or none that watches it: requests would wait for ever. With fewer
    ///   threads than wanted it goes on.
    init(threadCount: Int) throws(Errno) {
        let workers = (0..<max(1, threadCount)).count { _ in PlainThread.start { [weak self] in while let self, self.runNext() {} } }
        guard workers > 0, PlainThread.start({ [weak self] in while let self, self.watchOnce() {} }) else {
            stop()
            throw .resourceTemporarilyUnavailable
        }
    }

    /// - Parameter weight: about how much work it is, in bytes to be made.
    func submit(key: Key, weight: Int = 0, _ request: consuming Request, prepare: @escaping Preparation, reply: @escaping Reply) {
        let (user, weight) = (request.user, UInt64(max(0, weight)))
        let waiter = Waiter(request, reply)
        let (isNew, isStopped) = state.withLock { state in
            guard !state.isStopped else { return (false, true) }
            if let job = state.jobs[key] {
                job.waiters.append(waiter)
                // Who waits for another one's work has it done when his own turn comes, if that is sooner.
                guard !job.hasBegun, job.users.insert(user).inserted else { return (false, false) }
                state.queue.push(key, of: user, weight: weight)
                return (true, false)
            }
            let job = Job(prepare, user: user)
            job.waiters = [waiter]
            state.jobs[key] = job
            state.queue.push(key, of: user, weight: weight)
            return (true, false)
        }
        guard !isStopped else { return waiter.answer(error: .ioError) }
        if isNew { work.signal() }
        watch.signal()
    }

    /// Answers everyone who waits with EIO and ends the threads as soon as they are free.
    func stop() {
        let waiters = state.withLock { state in
            state.isStopped = true
            let waiters = state.jobs.values.flatMap(\.waiters)
            state.jobs = [:]
            return waiters
        }
        for waiter in waiters { waiter.answer(error: .ioError) }
        for _ in 0..<64 { work.signal() }
        watch.signal()
    }

    // MARK: the working threads

    /// False when it is time to end.
    private func runNext() -> Bool {
        work.wait()
        let next = state.withLock { state -> (Key, Preparation)? in
            guard let key = state.queue.pop(), let job = state.jobs[key], !job.hasBegun else { return nil }
            guard job.waiters.contains(where: \.isWaiting) else {
                state.jobs[key] = nil
                return nil
            }
            job.hasBegun = true
            return (key, job.prepare)
        }
        if let (key, prepare) = next {
            let result = Result { () throws(Errno) in try prepare() }
            let waiters = state.withLock { $0.jobs.removeValue(forKey: key)?.waiters ?? [] }
            for waiter in waiters { waiter.answer(result) }
        }
        return state.withLock { !$0.isStopped }
    }

    // MARK: the watch

    /// Looks once for programs that wait no longer; sleeps while nobody waits. False when it is time to end.
    private func watchOnce() -> Bool {
        let waiters = state.withLock { $0.jobs.values.flatMap(\.waiters) }
        if waiters.isEmpty {
            watch.wait()
        } else {
            usleep(UInt32(Self.tickMilliseconds * 1000))
            for waiter in waiters { waiter.tick(patience: Self.patience) }
        }
        return state.withLock { !$0.isStopped }
    }

    /// One request that waits for a job.
    private final class Waiter: Sendable {
        private struct State: ~Copyable {
            var request: Request?
            var ticks = 0
            var interruptedTicks = 0
        }
        private let state: Mutex<State>
        private let reply: Reply

        init(_ request: consuming Request, _ reply: @escaping Reply) {
            state = Mutex(State(request: request))
            self.reply = reply
        }

        var isWaiting: Bool { state.withLock { $0.request != nil } }

        func answer(_ result: Result<Outcome, Errno>) {
            if let request = take() { reply(request, result) }
        }

        func answer(error: Errno) {
            if let request = take() { request.reply(error: error) }
        }

        /// Answers who was interrupted (a tick later, so that quick work still wins) or has waited too long.
        func tick(patience: Int) {
            let error = state.withLock { state -> Errno? in
                guard let isInterrupted = state.request?.isInterrupted else { return nil }
                state.ticks += 1
                if isInterrupted { state.interruptedTicks += 1 }
                if state.interruptedTicks > 1 { return .interrupted }
                return state.ticks > patience ? .ioError : nil
            }
            if let error { answer(error: error) }
        }

        private func take() -> Request? {
            state.withLock { $0.request.take() }
        }
    }
}
