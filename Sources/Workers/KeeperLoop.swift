import CLinux
import Dispatch
import Glibc
import Locks

/// What the thread of a `WorkerKeeper` does: it spawns, waits for the ends of its children, and alone reaps them.
final class KeeperLoop: Sendable {
    enum Message: UInt64 {
        case start = 1
        case stop
    }
    struct SpawnError: Error {
        /// errno.
        let code: CInt
    }
    /// A worker that is to be started; its descriptors come over the socket.
    final class Order: Sendable {
        fileprivate let launch: WorkerLaunch
        private let answer = Mutex<Result<ChildProcess, SpawnError>>(.failure(SpawnError(code: ESHUTDOWN)))
        private let done = DispatchSemaphore(value: 0)

        init(_ launch: WorkerLaunch) { self.launch = launch }

        func result() -> Result<ChildProcess, SpawnError> {
            done.wait()
            return answer.withLock { $0 }
        }

        fileprivate func finish(_ result: Result<ChildProcess, SpawnError>) {
            answer.withLock { $0 = result }
            done.signal()
        }

        fileprivate func refuse() { done.signal() }
    }

    private struct State: ~Copyable {
        var orders: [UInt64: Order] = [:]
        var lastOrder: UInt64 = 0
        var isStopping = false
    }
    private let state = Mutex(State())
    /// Running, or not reaped yet; the thread's alone.
    private let children = Mutex<[ChildProcess]>([])
    private let socket: CInt
    let begun = DispatchSemaphore(value: 0)
    private let stopped = DispatchSemaphore(value: 0)

    init(socket: CInt) { self.socket = socket }

    // MARK: - For other threads

    /// Nil when the pool is closed.
    func order(_ launch: WorkerLaunch) -> (number: UInt64, order: Order)? {
        let order = Order(launch)
        return state.withLock { state in
            guard !state.isStopping else { return nil }
            state.lastOrder += 1
            state.orders[state.lastOrder] = order
            return (state.lastOrder, order)
        }
    }

    func withdraw(_ number: UInt64) { state.withLock { state in _ = state.orders.removeValue(forKey: number) } }

    func refuseOrders() { state.withLock { $0.isStopping = true } }

    func awaitEnd() {
        if stopped.wait(timeout: .now() + .seconds(5)) == .success { stopped.signal() }
    }

    // MARK: - The thread

    func run() {
        CLinux_become_helper_thread("dcmfs-keeper")
        // Where neither close_range nor unshare is allowed the table stays shared: only slower.
        _ = CLinux_own_descriptors(socket)
        begun.signal()
        while receive() { reapEnded() }
        for child in children.withLock({ $0 }) { child.kill() }
        // The kernel lets go of them at once, but where a disk hangs; those end with this thread.
        for _ in 0..<150 where !reapEnded() { usleep(20_000) }
        let orders = state.withLock { state in
            defer { state.orders = [:] }
            return Array(state.orders.values)
        }
        for order in orders { order.refuse() }
        stopped.signal()
    }

    /// Waits for a message or the end of a child, and does what the message says. False when it is time to end.
    private func receive() -> Bool {
        var polled = [pollfd(fd: socket, events: Int16(POLLIN), revents: 0)]
        for child in children.withLock({ $0 }) { polled.append(pollfd(fd: CLinux_pidfd(child.pid), events: Int16(POLLIN), revents: 0)) }
        defer { for one in polled.dropFirst() where one.fd >= 0 { close(one.fd) } }
        // Kernels before 5.3 have no descriptors of processes: there one looks now and then.
        let isBlind = polled.dropFirst().contains { $0.fd < 0 }
        guard poll(&polled, nfds_t(polled.count), isBlind ? 20 : -1) > 0, polled[0].revents != 0 else { return true }
        var words: [UInt64] = [0, 0]
        var descriptors = [CInt](repeating: -1, count: 4)
        var count: CInt = 0
        let length = words.withUnsafeMutableBytes { bytes in
            CLinux_receive(socket, bytes.baseAddress, bytes.count, &descriptors, CInt(descriptors.count), &count, -1)
        }
        defer { for descriptor in descriptors.prefix(Int(count)) { close(descriptor) } }
        // No room for the descriptors: the words came all the same.
        guard length == 16 || length == -Int(EPROTO), let message = Message(rawValue: words[0]) else { return length > 0 }
        guard message == .start else { return false }
        if let order = state.withLock({ $0.orders.removeValue(forKey: words[1]) }) { order.finish(spawn(order.launch, descriptors, count)) }
        return true
    }

    private func spawn(_ launch: WorkerLaunch, _ descriptors: [CInt], _ count: CInt) -> Result<ChildProcess, SpawnError> {
        // Fewer arrive where this process has no room for more.
        guard count == (launch.showsErrors ? 4 : 3) else { return .failure(SpawnError(code: EMFILE)) }
        let pid = launch.spawn(
            executable: descriptors[0], socket: descriptors[1], memory: descriptors[2], errorOutput: launch.showsErrors ? descriptors[3] : nil)
        guard pid > 0 else { return .failure(SpawnError(code: -pid)) }
        let child = ChildProcess(pid: pid)
        children.withLock { $0.append(child) }
        return .success(child)
    }

    /// Forgets who has ended. True when nobody is left.
    @discardableResult
    private func reapEnded() -> Bool {
        children.withLock { children in
            children.removeAll { $0.reap() }
            return children.isEmpty
        }
    }
}
