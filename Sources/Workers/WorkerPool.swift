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
        /// Patience with a worker that shows no progress, in microseconds; nil for four times the request's processor time.
        package var patience: UInt64?
        /// A worker is replaced after so many files: what one of them may have done to it does not last for ever.
        package var filesPerWorker = 8192
        /// One process for one file: no file can say anything of another.
        package var isolates = false
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
        /// Workers that were ended although they had answered: after many files, or because of something odd.
        package var retired = 0
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
        for worker in idle { worker.child.kill() }
        keeper?.stop()
    }

    package var statistics: Statistics { state.withLock { $0.statistics } }

    /// Starts one worker if none has run yet, to learn early whether that works and what protects it.
    package func check() throws(WorkerFailure) -> ReadyMessage {
        if let ready = state.withLock({ $0.ready }) { return ready }
        permits.wait()
        defer { permits.signal() }
        let (worker, ready) = try startWorker()
        release(worker, after: 0)
        return ready
    }

    /// Makes the thread that starts workers, before the caller opens what workers are not to have.
    package func prepare() throws(WorkerFailure) { _ = try keeper() }

    /// What changes whenever the worker program does.
    package var programStamp: [Int] { program.stamp }

    /// Process ids of the idle workers, for tests and status displays.
    package var idleProcesses: [Int32] { state.withLock { $0.idle.map(\.pid) } }
}

/// What is asked of a worker, and what may come of it.
struct WorkerTask {
    let request: WorkerRequest
    let descriptors: [CInt]
    /// For each of the files.
    let budget: WorkerBudget
    let patience: Patience
    /// Longest acceptable result, in bytes.
    let maximumLength: Int
    var isCancelled: (@Sendable () -> Bool)?
}

extension WorkerPool {
    /// One request on one worker, once more on another when the first was killed from outside.
    ///
    /// - Parameters:
    ///   - trace: what came to pass.
    ///   - decode: checks the result's bytes; what it refuses costs the worker its life.
    func perform<Answer>(
        _ task: WorkerTask, trace: inout RequestTrace, decode: ([UInt8]) throws(WireError) -> Answer
    ) throws(WorkerError) -> Answer {
        permits.wait()
        defer { permits.signal() }
        state.withLock { $0.statistics.requests += 1 }
        do {
            return try performOnce(task, &trace, decode)
        } catch .worker(let failure) where failure.isForeign {
            state.withLock { $0.statistics.retries += 1 }
            return try performOnce(task, &trace, decode)
        }
    }

    private func performOnce<Answer>(
        _ task: WorkerTask, _ trace: inout RequestTrace, _ decode: ([UInt8]) throws(WireError) -> Answer
    ) throws(WorkerError) -> Answer {
        let worker: WorkerProcess
        do { worker = try acquire() } catch { throw .worker(error) }
        let exchange = WorkerExchange(
            worker: worker, budget: task.budget, patience: task.patience, maximumLength: task.maximumLength, files: task.descriptors.count,
            isCancelled: task.isCancelled)
        let files = max(1, task.descriptors.count)
        do {
            let start = CLinux_cpu_time_of(worker.pid)
            let answer = try exchange.run(task.request, descriptors: task.descriptors, decode: decode)
            trace.microseconds = max(CLinux_cpu_time_of(worker.pid), start) &- start
            release(worker, after: files)
            return answer
        } catch .worker(let failure) {
            trace.failedAt = worker.shared.progress
            state.withLock { $0.statistics.failures += 1 }
            throw .worker(failure)
        } catch {
            release(worker, after: files)
            throw error
        }
    }

    private func acquire() throws(WorkerFailure) -> WorkerProcess {
        while true {
            let (worker, isClosed) = state.withLock { ($0.idle.popLast(), $0.isClosed) }
            if isClosed { throw WorkerFailure(.cannotStart("the pool is closed")) }
            guard let worker else { return try startWorker().0 }
            if worker.isWaiting { return worker }
            // One that died while idle goes unmentioned; one that speaks unasked or works for itself may be a file's.
            retire(worker)
        }
    }

    /// - Parameter files: it has looked into since it was acquired.
    private func release(_ worker: WorkerProcess, after files: Int) {
        worker.becomeIdle(after: files)
        let served = worker.filesServed
        if served > 0, configuration.isolates || served >= configuration.filesPerWorker { return retire(worker) }
        let isClosed = state.withLock { state in
            if !state.isClosed { state.idle.append(worker) }
            return state.isClosed
        }
        if isClosed { worker.child.kill() }
    }

    private func retire(_ worker: WorkerProcess) {
        if worker.child.isRunning { state.withLock { $0.statistics.retired += 1 } }
        worker.child.kill()
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
