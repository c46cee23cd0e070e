import CLinux
import Dispatch
import Glibc
import Locks

/// The thread that starts workers and notices their end. It alone reaps.
///
/// Workers die with the thread that started them (PR_SET_PDEATHSIG counts threads), and libfuse ends threads as it likes:
/// hence a thread of our own. It has a table of descriptors of its own as well, from before any source was opened: else every
/// worker would begin by closing a copy of each source, which on network filesystems is a round trip (FUSE's FLUSH). What a worker
/// is to have comes over a socket.
final class WorkerKeeper: Sendable {
    private struct Order: Sendable {
        let program: WorkerProgram
        let done: DispatchSemaphore
        let box: ResultBox
    }
    private final class ResultBox: Sendable {
        /// The process id, or -errno.
        let pid = Mutex<pid_t?>(nil)
    }
    private struct State: ~Copyable {
        var orders: [UInt64: Order] = [:]
        var lastOrder: UInt64 = 0
        /// Running and not reaped yet.
        var workers: [pid_t: WorkerProcess] = [:]
        var isStopping = false
    }

    private let state = Mutex(State())
    /// Orders go in at `ours`; the thread takes them at `theirs`.
    private let ours: CInt
    private let theirs: CInt
    private let begun = DispatchSemaphore(value: 0)
    private let stopped = DispatchSemaphore(value: 0)

    init() throws(WorkerFailure) {
        var sockets: [CInt] = [-1, -1]
        let paired = CLinux_socketpair(&sockets)
        guard paired == 0 else { throw WorkerFailure(.cannotStart("socketpair: \(String(cString: strerror(-paired)))")) }
        (ours, theirs) = (sockets[0], sockets[1])
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self)
        let created = pthread_create(&thread, nil, keeperMain, context.toOpaque())
        guard created == 0 else {
            context.release()
            throw WorkerFailure(.cannotStart("thread: \(String(cString: strerror(created)))"))
        }
        pthread_detach(thread)
        // What is opened from now on is not in its table.
        begun.wait()
    }

    deinit {
        close(ours)
        close(theirs)
    }

    /// Starts a process; it is of use after `waitUntilReady`.
    func start(_ program: WorkerProgram) -> Result<WorkerProcess, WorkerFailure> {
        func failed(_ what: String, _ code: CInt) -> Result<WorkerProcess, WorkerFailure> {
            .failure(WorkerFailure(.cannotStart("\(what): \(String(cString: strerror(-code)))")))
        }
        var sockets: [CInt] = [-1, -1]
        let paired = CLinux_socketpair(&sockets)
        guard paired == 0 else { return failed("socketpair", paired) }
        defer { close(sockets[1]) }
        let memory = CLinux_shared_memory(WorkerChannel.memorySize)
        defer { if memory >= 0 { close(memory) } }
        guard memory >= 0, let shared = SharedMemory(descriptor: memory) else {
            close(sockets[0])
            return failed("shared memory", memory < 0 ? memory : -ENOMEM)
        }
        let pid = spawn(program, [program.descriptor, sockets[1], memory])
        guard pid > 0 else {
            close(sockets[0])
            return failed("exec", pid)
        }
        let worker = WorkerProcess(pid: pid, socket: sockets[0], shared: shared)
        let isStopping = state.withLock { state in
            state.workers[pid] = worker
            return state.isStopping
        }
        // It may have ended before it was in the list.
        send(.look, number: 0, [])
        if isStopping { worker.kill() }
        return .success(worker)
    }

    /// Ends the thread, and with it every worker it started. Waits a few seconds at most.
    func stop() {
        state.withLock { $0.isStopping = true }
        send(.stop, number: 0, [])
        if stopped.wait(timeout: .now() + .seconds(5)) == .success { stopped.signal() }
    }

    private func spawn(_ program: WorkerProgram, _ descriptors: [CInt]) -> pid_t {
        let order = Order(program: program, done: DispatchSemaphore(value: 0), box: ResultBox())
        let number = state.withLock { state -> UInt64? in
            guard !state.isStopping else { return nil }
            state.lastOrder += 1
            state.orders[state.lastOrder] = order
            return state.lastOrder
        }
        guard let number else { return -ESHUTDOWN }
        guard send(.start, number: number, descriptors) else {
            state.withLock { _ = $0.orders.removeValue(forKey: number) }
            return -EIO
        }
        order.done.wait()
        return order.box.pid.withLock { $0 } ?? -ESHUTDOWN
    }

    // MARK: - Messages to the thread

    private enum Message: UInt64 {
        case start = 1
        case stop, look
    }

    @discardableResult
    private func send(_ message: Message, number: UInt64, _ descriptors: [CInt]) -> Bool {
        let words = [message.rawValue, number]
        return words.withUnsafeBytes { bytes in
            CLinux_send(ours, bytes.baseAddress, bytes.count, descriptors, CInt(descriptors.count), 10_000) == bytes.count
        }
    }

    // MARK: - The thread

    fileprivate func run() {
        // Where neither close_range nor unshare is allowed the table stays shared: only slower.
        let isSeparate = CLinux_own_descriptors(theirs) == 0
        begun.signal()
        while receive() { reapEnded() }
        let workers = state.withLock { Array($0.workers.values) }
        for worker in workers { worker.kill() }
        // The kernel lets go of them at once, but where a disk hangs; then they end with this thread.
        for _ in 0..<150 where !reapEnded() { usleep(20_000) }
        let orders = state.withLock { state in
            defer { state.orders = [:] }
            return Array(state.orders.values)
        }
        for order in orders { order.done.signal() }
        if isSeparate { close(theirs) }
        stopped.signal()
    }

    /// Waits for a message or the end of a worker, and does what it says. False when it is time to end.
    private func receive() -> Bool {
        var polled = [pollfd(fd: theirs, events: Int16(POLLIN), revents: 0)]
        let processes = state.withLock { Array($0.workers.keys) }
        for process in processes { polled.append(pollfd(fd: CLinux_pidfd(process), events: Int16(POLLIN), revents: 0)) }
        defer { for one in polled.dropFirst() where one.fd >= 0 { close(one.fd) } }
        // Kernels before 5.3 have no descriptors of processes: there one looks now and then.
        let isBlind = polled.dropFirst().contains { $0.fd < 0 }
        guard poll(&polled, nfds_t(polled.count), isBlind ? 20 : -1) > 0, polled[0].revents != 0 else { return true }
        var words: [UInt64] = [0, 0]
        var descriptors = [CInt](repeating: -1, count: 3)
        var count: CInt = 0
        let length = words.withUnsafeMutableBytes { bytes in
            CLinux_receive(theirs, bytes.baseAddress, bytes.count, &descriptors, CInt(descriptors.count), &count, -1)
        }
        defer { for descriptor in descriptors.prefix(Int(count)) { close(descriptor) } }
        guard length == 16, let message = Message(rawValue: words[0]) else { return length > 0 }
        if message == .start, let order = state.withLock({ $0.orders.removeValue(forKey: words[1]) }) {
            let pid = count == 3 ? order.program.spawn(executable: descriptors[0], socket: descriptors[1], memory: descriptors[2]) : -EMFILE
            order.box.pid.withLock { $0 = pid }
            order.done.signal()
        }
        return message != .stop
    }

    /// Forgets who has ended. True when nobody is left.
    @discardableResult
    private func reapEnded() -> Bool {
        let ended = state.withLock { Array($0.workers.values) }.filter { $0.reap() }.map(\.pid)
        return state.withLock { state in
            for pid in ended { state.workers[pid] = nil }
            return state.workers.isEmpty
        }
    }
}

/// A C function outside every actor: the thread has no executor to check.
private func keeperMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    CLinux_become_helper_thread("dcmfs-keeper")
    Unmanaged<WorkerKeeper>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
