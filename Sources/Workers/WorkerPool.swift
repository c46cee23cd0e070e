import CLinux
import DICOM
import Dispatch
import Locks
package import WorkerProtocol

/// Sandboxed processes that look inside DICOM files for us. A file that crashes or stalls one costs that file's request and
/// nothing else: the process is replaced.
///
/// Calls are synchronous and may come from any number of threads; those beyond `count` wait for a free worker. Processes start
/// when first needed.
///
/// Locks: `state` is held for list operations only, never during a start, a request or an end of a process.
package final class WorkerPool: Sendable {
    package struct Configuration: Sendable {
        /// Path of the worker program, opened when the pool is made.
        package var workerPath: [UInt8]
        /// Processes at most; at least 1.
        package var count: Int
        /// Lets the workers answer test commands.
        package var allowsTestCommands = false
        /// Shows what workers write to standard error (for debugging; may contain parts of files).
        package var showsWorkerErrors = false
        /// Shortest patience with a request in microseconds; nil for four times its processor time.
        package var patience: UInt64?
        /// Patience with a starting worker, in microseconds.
        package var startPatience: UInt64 = 20_000_000

        package init(workerPath: [UInt8], count: Int) {
            self.workerPath = workerPath
            self.count = count
        }
    }

    /// What has happened since the pool was made.
    package struct Statistics: Hashable, Sendable {
        package var started = 0
        package var requests = 0
        package var failures = 0
        package var retries = 0
        package init() {}
    }

    private struct State: ~Copyable {
        var idle: [WorkerProcess] = []
        var keeper: WorkerKeeper?
        var ready: ReadyMessage?
        var statistics = Statistics()
        var isClosed = false
    }

    let configuration: Configuration
    private let program: WorkerProgram
    private let state = Mutex(State())
    /// One permit per worker. Made with 0 and raised, because a semaphore below its first value must not be deinitialised.
    private let permits = DispatchSemaphore(value: 0)

    package init(configuration: Configuration) throws(WorkerFailure) {
        self.configuration = configuration
        program = try WorkerProgram(
            path: configuration.workerPath, arguments: configuration.allowsTestCommands ? [WorkerChannel.testArgument] : [],
            showsErrors: configuration.showsWorkerErrors)
        for _ in 0..<max(1, configuration.count) { permits.signal() }
    }

    deinit { close() }

    /// Ends every process. Requests under way fail, later ones are refused.
    package func close() {
        let (keeper, idle) = state.withLock { state in
            let taken = (state.keeper, state.idle)
            state.isClosed = true
            state.keeper = nil
            state.idle = []
            return taken
        }
        for worker in idle { worker.end() }
        keeper?.stop()
    }

    package var statistics: Statistics { state.withLock { $0.statistics } }

    /// Starts one worker if none has run yet, to learn early whether that works and what protects it.
    package func check() throws(WorkerFailure) -> ReadyMessage {
        if let ready = state.withLock({ $0.ready }) { return ready }
        permits.wait()
        defer { permits.signal() }
        let (worker, ready) = try startWorker()
        release(worker)
        return ready
    }

    /// What changes whenever the worker program does.
    package var programStamp: [Int] { program.stamp }

    /// Process ids of the idle workers, for tests and status displays.
    package var idleProcesses: [Int32] { state.withLock { $0.idle.map(\.pid) } }
}

extension WorkerPool {
    /// One request on one worker, once more on another when the first was killed from outside.
    ///
    /// - Parameters:
    ///   - maximumLength: longest acceptable result.
    ///   - trace: what came to pass.
    /// - Returns: the result's bytes, still to be checked by the caller.
    func perform(
        _ request: WorkerRequest, descriptors: [CInt], budget: WorkerBudget, maximumLength: Int, trace: inout RequestTrace
    ) throws(WorkerError) -> [UInt8] {
        permits.wait()
        defer { permits.signal() }
        state.withLock { $0.statistics.requests += 1 }
        do {
            return try performOnce(request, descriptors, budget, maximumLength, &trace)
        } catch .worker(let failure) where failure.isForeign {
            state.withLock { $0.statistics.retries += 1 }
            return try performOnce(request, descriptors, budget, maximumLength, &trace)
        }
    }

    private func performOnce(
        _ request: WorkerRequest, _ descriptors: [CInt], _ budget: WorkerBudget, _ maximumLength: Int, _ trace: inout RequestTrace
    ) throws(WorkerError) -> [UInt8] {
        let worker: WorkerProcess
        do { worker = try acquire() } catch { throw .worker(error) }
        let exchange = WorkerExchange(
            worker: worker, patience: configuration.patience ?? budget.wall, maximumLength: maximumLength)
        do {
            let start = CLinux_cpu_time_of(worker.pid)
            let bytes = try exchange.run(request, descriptors: descriptors)
            trace.microseconds = max(CLinux_cpu_time_of(worker.pid), start) &- start
            release(worker)
            return bytes
        } catch .worker(let failure) {
            trace.failedAt = worker.shared.progress
            state.withLock { $0.statistics.failures += 1 }
            throw .worker(failure)
        } catch {
            release(worker)
            throw error
        }
    }

    private func acquire() throws(WorkerFailure) -> WorkerProcess {
        while true {
            let (worker, isClosed) = state.withLock { ($0.idle.popLast(), $0.isClosed) }
            if isClosed { throw WorkerFailure(.cannotStart("the pool is closed")) }
            guard let worker else { return try startWorker().0 }
            // One that died while idle goes unmentioned.
            if worker.isRunning { return worker }
        }
    }

    private func release(_ worker: WorkerProcess) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.idle.append(worker) }
            return state.isClosed
        }
        if isClosed { worker.end() }
    }

    private func startWorker() throws(WorkerFailure) -> (WorkerProcess, ReadyMessage) {
        let worker = try keeper().start(program).get()
        let ready = try worker.waitUntilReady(within: configuration.startPatience)
        state.withLock { state in
            state.ready = ready
            state.statistics.started += 1
        }
        return (worker, ready)
    }

    private func keeper() throws(WorkerFailure) -> WorkerKeeper {
        // Making a thread is short; two threads must not make two keepers.
        let result: Result<WorkerKeeper, WorkerFailure> = state.withLock { state in
            if let keeper = state.keeper { return .success(keeper) }
            if state.isClosed { return .failure(WorkerFailure(.cannotStart("the pool is closed"))) }
            return Result { () throws(WorkerFailure) in
                let keeper = try WorkerKeeper()
                state.keeper = keeper
                return keeper
            }
        }
        return try result.get()
    }
}
