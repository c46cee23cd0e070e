import CLinux
import Dispatch
import Glibc
import Locks
import WorkerProtocol

/// Starts workers on a thread of their own, which notices their end as well.
///
/// Workers die with the thread that started them (PR_SET_PDEATHSIG counts threads), and libfuse ends threads as it likes:
/// hence a thread that lasts. It has a table of descriptors of its own as well, from before any source was opened: else every
/// worker would begin by closing a copy of each source, which on network filesystems is a round trip (FUSE's FLUSH). What a worker
/// is to have comes to the thread over a socket.
///
/// The numbers of descriptors in here are those of all other threads, so this object is never the thread's to let go of.
final class WorkerKeeper: Sendable {
    /// Orders go in at `ours`; the thread takes them at `theirs`.
    private let ours: CInt
    private let theirs: CInt
    private let loop: KeeperLoop

    init() throws(WorkerFailure) {
        var sockets: [CInt] = [-1, -1]
        let paired = CLinux_socketpair(&sockets)
        guard paired == 0 else { throw WorkerFailure(.cannotStart("socketpair: \(String(cString: strerror(-paired)))")) }
        (ours, theirs) = (sockets[0], sockets[1])
        let loop = KeeperLoop(socket: sockets[1])
        self.loop = loop
        guard DetachedThread.start({ loop.run() }) else { throw WorkerFailure(.cannotStart("no thread: \(String(cString: strerror(errno)))")) }
        // What is opened from now on is not in its table.
        loop.begun.wait()
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
        switch spawn(program.launch, [program.descriptor, sockets[1], memory] + (program.launch.showsErrors ? [STDERR_FILENO] : [])) {
        case .success(let child): return .success(WorkerProcess(child, socket: sockets[0], shared: shared))
        case .failure(let error):
            close(sockets[0])
            return failed("exec", -error.code)
        }
    }

    /// Ends the thread, and with it every worker it started. Waits a few seconds at most.
    func stop() {
        loop.refuseOrders()
        send(.stop, number: 0, [])
        loop.awaitEnd()
    }

    private func spawn(_ launch: WorkerLaunch, _ descriptors: [CInt]) -> Result<ChildProcess, KeeperLoop.SpawnError> {
        guard let (number, order) = loop.order(launch) else { return .failure(.init(code: ESHUTDOWN)) }
        guard send(.start, number: number, descriptors) else {
            loop.withdraw(number)
            return .failure(.init(code: EIO))
        }
        return order.result()
    }

    @discardableResult
    private func send(_ message: KeeperLoop.Message, number: UInt64, _ descriptors: [CInt]) -> Bool {
        [message.rawValue, number].withUnsafeBytes { bytes in
            CLinux_send(ours, bytes.baseAddress, bytes.count, descriptors, CInt(descriptors.count), 10_000) == bytes.count
        }
    }
}
