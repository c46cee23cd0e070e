import Dispatch
import Foundation
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

    private let waiting = Mutex<(jobs: [Job], isClosed: Bool)>(([], false))
    private let available = DispatchSemaphore(value: 0)
    /// In order of submission; only the indexing thread looks at it.
    private let underway = Mutex<[Job]>([])
    private let threads: Int
    private let limit: Int

    init(reader: FileReader, threads: Int) {
        self.threads = max(1, threads)
        limit = self.threads * 2 + 1
        for _ in 0..<self.threads {
            Thread.detachNewThread { [self] in run(reader) }
        }
    }

    /// Whether a result must be taken before the next batch may be put in.
    var isFull: Bool { underway.withLock { $0.count >= limit } }

    func submit(_ candidates: [Candidate]) {
        let job = Job(candidates)
        underway.withLock { $0.append(job) }
        waiting.withLock { $0.jobs.append(job) }
        available.signal()
    }

    /// Waits for the oldest batch; nil when none is under way.
    func next() -> (candidates: [Candidate], files: [ReadFile])? {
        guard let job = underway.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return nil }
        job.done.wait()
        return (job.candidates, job.files.withLock { $0 })
    }

    /// Waits until no thread uses the parser any more.
    func close() {
        while next() != nil {}
        waiting.withLock { $0.isClosed = true }
        for _ in 0..<threads { available.signal() }
    }

    private func run(_ reader: FileReader) {
        while true {
            available.wait()
            guard let job = waiting.withLock({ $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }) else { return }
            let files = reader.read(job.candidates)
            job.files.withLock { $0 = files }
            job.done.signal()
        }
    }
}
