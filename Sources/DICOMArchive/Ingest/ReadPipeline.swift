import Dispatch
import Locks

/// Reads batches of candidates on several threads and gives the results back in the order in which they were put in, so
/// that who came first does not depend on timing. A bounded number of batches is under way.
final class ReadPipeline: Sendable {
    /// One batch; `done` is signalled when `files` is there.
    private final class Job: Sendable {
        let candidates: [Candidate]
        let files = Mutex<[ReadFile]>([])
        let done = DispatchSemaphore(value: 0)
        init(_ candidates: [Candidate]) { self.candidates = candidates }
    }

    private let waiting = Mutex<[Job]>([])
    private let available = DispatchSemaphore(value: 0)
    /// In order of submission; only the indexing thread looks at it.
    private let underway = Mutex<[Job]>([])
    private let reader: FileReader
    /// Threads that could be started; with none the indexing thread reads.
    private let threads = Atomic<Int>(0)
    private let limit: Int

    /// How often a run that waits for a disk looks whether it is to end.
    private static let tick = DispatchTimeInterval.milliseconds(100)
    /// Ticks that a cancelled run waits for its threads. One that is stuck in a disk that hangs ends with the process.
    private static let ticksAfterCancellation = 20

    init(reader: FileReader, threads wanted: Int) {
        self.reader = reader
        limit = max(1, wanted) * 2 + 1
        for _ in 0..<max(1, wanted) where DetachedThread.start({ [self] in run() }) { threads.add(1, ordering: .relaxed) }
    }

    /// Whether a result must be taken before the next batch may be put in.
    var isFull: Bool { underway.withLock { $0.count >= limit } }

    func submit(_ candidates: [Candidate]) {
        let job = Job(candidates)
        underway.withLock { $0.append(job) }
        waiting.withLock { $0.append(job) }
        available.signal()
    }

    /// Waits for the oldest batch; nil when none is under way, or when the run was cancelled while it waited.
    func next() -> (candidates: [Candidate], files: [ReadFile])? {
        guard let job = underway.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return nil }
        if threads.load(ordering: .relaxed) == 0 { runNext() }
        while job.done.wait(timeout: .now() + Self.tick) == .timedOut {
            if reader.isCancelled?() == true { return nil }
        }
        return (job.candidates, job.files.withLock { $0 })
    }

    /// Waits until no thread uses the parser any more, not for ever once the run is cancelled.
    func close() {
        var ticks = 0
        while let job = underway.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
            if threads.load(ordering: .relaxed) == 0 { runNext() }
            while ticks < Self.ticksAfterCancellation, job.done.wait(timeout: .now() + Self.tick) == .timedOut {
                if reader.isCancelled?() == true { ticks += 1 }
            }
        }
        for _ in 0..<threads.load(ordering: .relaxed) { available.signal() }
    }

    private func run() {
        while true {
            available.wait()
            guard runNext() else { return }
        }
    }

    /// False when there is nothing left to do: the pipeline is closed.
    @discardableResult
    private func runNext() -> Bool {
        guard let job = waiting.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return false }
        let files = reader.read(job.candidates)
        job.files.withLock { $0 = files }
        job.done.signal()
        return true
    }
}
