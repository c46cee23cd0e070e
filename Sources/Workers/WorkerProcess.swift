import CLinux
import Glibc
import Locks
import WorkerProtocol

/// One running worker: its socket, its shared memory, its limits, its end. Used by one thread at a time.
final class WorkerProcess: Sendable {
    let child: ChildProcess
    let shared: SharedMemory
    private let socket: CInt

    private struct State {
        /// Bytes of address space before the first request; 0 where there is no limit (sanitizers).
        var idleMemory: UInt64 = 0
        var memoryLimit: UInt64 = 0
        /// Processor time when it last became idle.
        var timeWhenIdle: UInt64 = 0
        var filesServed = 0
    }
    private let state = Mutex(State())
    private let lastRequest = Atomic<UInt32>(0)

    var pid: pid_t { child.pid }

    /// Takes over the socket.
    init(_ child: ChildProcess, socket: CInt, shared: SharedMemory) {
        self.child = child
        self.socket = socket
        self.shared = shared
    }

    deinit { close(socket) }

    /// Waits for the ready message. Microseconds.
    func waitUntilReady(within limit: UInt64) throws(WorkerFailure) -> ReadyMessage {
        do {
            let ready = try ReadyMessage(try receiveHead(deadline: CLinux_monotonic_time() &+ limit))
            // No file was in its hands yet: what it says of itself is true.
            state.withLock { $0.idleMemory = ready.isSanitized ? 0 : UInt64(clamping: ready.idleAddressSpace) }
            return ready
        } catch let error as WireError {
            child.kill()
            throw WorkerFailure(.cannotStart(error.description))
        } catch {
            throw WorkerFailure(.cannotStart("\(end(asCauseOf: error))"))
        }
    }

    func nextRequest() -> UInt32 { lastRequest.wrappingAdd(1, ordering: .relaxed).newValue }
}

/// What it may use. The kernel keeps the limits, dcmfs moves them: the worker itself can change none, and can neither catch nor
/// block the signal that ends it.
extension WorkerProcess {
    /// For the next file: so much processor time from now on, so much memory.
    func allow(_ budget: WorkerBudget) {
        child.ifNotReaped {
            let used = CLinux_charged_cpu_time_of(pid)
            // RLIMIT_CPU counts whole seconds over the life of the process.
            _ = CLinux_limit_cpu_of(pid, (used + budget.cpu + 999_999) / 1_000_000)
            state.withLock { state in
                guard state.idleMemory > 0, state.memoryLimit != budget.memory else { return }
                if CLinux_limit_address_space_of(pid, state.idleMemory + budget.memory) == 0 { state.memoryLimit = budget.memory }
            }
        }
    }

    /// Microseconds of processor time that a worker may use up after its answer: it closes files and gives memory back.
    private static let idleTime: UInt64 = 500_000

    /// It has answered: who uses the processor from now on is ended by the kernel within two seconds of it.
    func becomeIdle(after files: Int) {
        child.ifNotReaped {
            let used = CLinux_charged_cpu_time_of(pid)
            _ = CLinux_limit_cpu_of(pid, used / 1_000_000 + 2)
            state.withLock { state in
                state.filesServed += files
                state.timeWhenIdle = used
            }
        }
    }

    var filesServed: Int { state.withLock { $0.filesServed } }

    /// Whether it waits for a request as a worker that is well does: silent, and using no processor time.
    var isWaiting: Bool {
        guard child.isRunning, CLinux_has_input(socket) == 0 else { return false }
        let before = state.withLock { $0.timeWhenIdle }
        return before == 0 || CLinux_cpu_time_of(pid) <= before + Self.idleTime
    }
}

extension WorkerProcess {
    /// What the socket said; `end(asCauseOf:)` asks the process itself why.
    enum ChannelError: Error, Hashable {
        case closed
        case timedOut
        /// Nobody wants the answer any more.
        case cancelled
        case other(CInt)
    }

    func send(_ bytes: [UInt8], descriptors: [CInt]) throws(ChannelError) {
        // A request is taken at once by an idle worker; a stopped one must not block the caller for ever.
        let sent = CLinux_send(socket, bytes, bytes.count, descriptors, CInt(descriptors.count), 10_000)
        if sent != bytes.count { throw Self.error(CInt(sent < 0 ? sent : -Int(EIO))) }
    }

    /// One short packet. The deadline is in microseconds of the monotonic clock.
    func receiveHead(deadline: UInt64) throws(ChannelError) -> [UInt8] {
        try withUnsafeTemporaryAllocation(byteCount: WorkerChannel.maximumHead, alignment: 8) { buffer throws(ChannelError) in
            [UInt8](buffer.prefix(try receive(into: buffer, deadline: deadline)))
        }
    }

    /// One packet; returns its length, at least 1.
    func receive(into buffer: UnsafeMutableRawBufferPointer, deadline: UInt64) throws(ChannelError) -> Int {
        let now = CLinux_monotonic_time()
        let patience = deadline > now ? (deadline - now) / 1000 + 1 : 0
        // No room for descriptors: a worker has none to send.
        let length = CLinux_receive(socket, buffer.baseAddress, buffer.count, nil, 0, nil, CInt(clamping: patience))
        if length < 0 { throw Self.error(CInt(truncatingIfNeeded: length)) }
        if length == 0 { throw .closed }
        return length
    }

    /// Ends the process and says what happened, the process's own end before the socket's complaint.
    func end(asCauseOf error: any Error) -> WorkerFailure {
        let status = child.end()
        switch error as? ChannelError {
        case .timedOut: return WorkerFailure(.timedOut)
        case .cancelled: return WorkerFailure(.cancelled)
        case .closed:
            guard let status else { return WorkerFailure(.timedOut) }
            let signal = CLinux_term_signal(status)
            return signal != 0 ? WorkerFailure(.killed(signal: signal)) : WorkerFailure(.exited(code: CLinux_exit_code(status)))
        case .other(let code): return WorkerFailure(.nonsense("socket: \(String(cString: strerror(-code)))"))
        case nil: return WorkerFailure(.nonsense("\(error)"))
        }
    }

    private static func error(_ code: CInt) -> ChannelError {
        switch -code {
        case EPIPE, ECONNRESET: .closed
        case ETIMEDOUT: .timedOut
        default: .other(code)
        }
    }
}
