import CLinux
import Dispatch
import Glibc
import Locks

/// The thread that starts workers and notices their end.
///
/// Workers die with the thread that started them (PR_SET_PDEATHSIG counts threads), and libfuse ends threads as it likes:
/// hence a thread of our own. It starts with the first worker, so that a pool may be made before a daemon forks.
final class WorkerKeeper: Sendable {
    private struct Order: Sendable {
        let program: WorkerProgram
        let done: DispatchSemaphore
        let box: ResultBox
    }
    private final class ResultBox: Sendable {
        let value = Mutex<Result<WorkerProcess, WorkerFailure>?>(nil)
    }
    private struct State: ~Copyable {
        var orders: [Order] = []
        var isStopping = false
    }

    private let state = Mutex(State())
    private let wakeUp: CInt
    private let stopped = DispatchSemaphore(value: 0)

    init() throws(WorkerFailure) {
        wakeUp = CLinux_eventfd()
        guard wakeUp >= 0 else { throw WorkerFailure(.cannotStart("eventfd: \(String(cString: strerror(-wakeUp)))")) }
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self)
        let created = pthread_create(&thread, nil, keeperMain, context.toOpaque())
        guard created == 0 else {
            context.release()
            throw WorkerFailure(.cannotStart("thread: \(String(cString: strerror(created)))"))
        }
        pthread_detach(thread)
    }

    deinit { if wakeUp >= 0 { close(wakeUp) } }

    func start(_ program: WorkerProgram) -> Result<WorkerProcess, WorkerFailure> {
        let order = Order(program: program, done: DispatchSemaphore(value: 0), box: ResultBox())
        let refused = state.withLock { state in
            if !state.isStopping { state.orders.append(order) }
            return state.isStopping
        }
        if refused { return .failure(WorkerFailure(.cannotStart("the pool is closed"))) }
        ring()
        order.done.wait()
        return order.box.value.withLock { $0 } ?? .failure(WorkerFailure(.cannotStart("the pool is closed")))
    }

    /// Ends the thread, and with it every worker it started.
    func stop() {
        state.withLock { $0.isStopping = true }
        ring()
        stopped.wait()
    }

    private func ring() {
        var one: UInt64 = 1
        _ = write(wakeUp, &one, 8)
    }

    fileprivate func run() {
        var workers: [WorkerProcess] = []
        while true {
            let (orders, isStopping) = state.withLock { state in
                let orders = state.orders
                state.orders = []
                return (orders, state.isStopping)
            }
            for order in orders {
                let result = isStopping ? .failure(WorkerFailure(.cannotStart("the pool is closed"))) : WorkerProcess.start(order.program)
                if case .success(let worker) = result { workers.append(worker) }
                order.box.value.withLock { $0 = result }
                order.done.signal()
            }
            if isStopping { break }
            waitForEvents(&workers)
        }
        for worker in workers { worker.end() }
        stopped.signal()
    }

    /// Waits for an order or the end of a worker; the ended are reaped and forgotten.
    private func waitForEvents(_ workers: inout [WorkerProcess]) {
        var polled = [pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0)]
        for worker in workers { polled.append(pollfd(fd: worker.endDescriptor, events: Int16(POLLIN), revents: 0)) }
        guard poll(&polled, nfds_t(polled.count), -1) > 0 else { return }
        if polled[0].revents != 0 {
            var count: UInt64 = 0
            _ = read(wakeUp, &count, 8)
        }
        let ended = zip(workers, polled.dropFirst()).filter { $0.1.revents != 0 }.map { $0.0 }
        for worker in ended { worker.reap() }
        workers.removeAll { worker in ended.contains { $0 === worker } }
    }
}

/// A C function outside every actor: the thread has no executor to check.
private func keeperMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    CLinux_become_helper_thread("dcmfs-keeper")
    Unmanaged<WorkerKeeper>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
