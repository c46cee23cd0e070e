import CLinux
import Glibc
import Locks
import WorkerProtocol

/// One running worker: its socket, its shared memory, its end. Used by one thread at a time.
final class WorkerProcess: Sendable {
    let pid: pid_t
    let shared: SharedMemory
    /// Readable when the process has ended; negative where the kernel has no such thing.
    let endDescriptor: CInt
    private let socket: CInt
    /// Wait status once reaped. Killing and reaping happen under this lock: a process id is never used after its reaping.
    private let status = Mutex<CInt?>(nil)
    private let lastRequest = Atomic<UInt32>(0)

    private init(pid: pid_t, socket: CInt, shared: SharedMemory) {
        self.pid = pid
        self.socket = socket
        self.shared = shared
        endDescriptor = CLinux_pidfd(pid)
    }

    deinit {
        end()
        close(socket)
        if endDescriptor >= 0 { close(endDescriptor) }
    }

    /// Starts a process; it is of use after `waitUntilReady`.
    static func start(_ program: WorkerProgram) -> Result<WorkerProcess, WorkerFailure> {
        func failed(_ what: String, _ code: CInt) -> Result<WorkerProcess, WorkerFailure> {
            .failure(WorkerFailure(.cannotStart("\(what): \(String(cString: strerror(-code)))")))
        }
        var sockets: [CInt] = [-1, -1]
        let paired = CLinux_socketpair(&sockets)
        guard paired == 0 else { return failed("socketpair", paired) }
        let (ours, theirs) = (sockets[0], sockets[1])
        defer { close(theirs) }
        let memory = CLinux_shared_memory(WorkerChannel.memorySize)
        guard memory >= 0, let shared = SharedMemory(descriptor: memory) else {
            close(ours)
            if memory >= 0 { close(memory) }
            return failed("shared memory", memory < 0 ? memory : -ENOMEM)
        }
        defer { close(memory) }
        let pid = program.spawn(socket: theirs, memory: memory)
        guard pid > 0 else {
            close(ours)
            return failed("exec", pid)
        }
        return .success(WorkerProcess(pid: pid, socket: ours, shared: shared))
    }

    /// Waits for the ready message. Microseconds.
    func waitUntilReady(within limit: UInt64) throws(WorkerFailure) -> ReadyMessage {
        do {
            return try ReadyMessage(try receiveHead(deadline: CLinux_monotonic_time() &+ limit))
        } catch let error as WireError {
            throw WorkerFailure(.cannotStart(error.description))
        } catch {
            throw WorkerFailure(.cannotStart("\(end(asCauseOf: error))"))
        }
    }

    /// Whether it has not been seen to end.
    var isRunning: Bool { status.withLock { $0 == nil } }

    /// Kills the process if need be and returns how it ended.
    @discardableResult
    func end() -> CInt {
        status.withLock { status in
            if let status { return status }
            let ended = CLinux_reap(pid, 1)
            status = ended
            return ended
        }
    }

    /// Reaps a process that has ended by itself, without killing it.
    func reap() {
        status.withLock { if $0 == nil { $0 = CLinux_reap(pid, 0) } }
    }

    func nextRequest() -> UInt32 { lastRequest.wrappingAdd(1, ordering: .relaxed).newValue }
}

extension WorkerProcess {
    /// What the socket said; `end(asCauseOf:)` asks the process itself why.
    enum ChannelError: Error, Hashable {
        case closed
        case timedOut
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
        let status = end()
        switch error as? ChannelError {
        case .timedOut: return WorkerFailure(.timedOut)
        case .closed:
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
