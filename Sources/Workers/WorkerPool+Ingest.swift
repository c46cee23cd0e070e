package import DICOM
import WorkerProtocol

extension WorkerPool {
    package typealias IngestResult = Result<IngestOutcome, WorkerFailure>

    /// Parses files for the index: same order, same count. The file that ends a worker is looked for where the worker noted its
    /// progress, or by halving where it noted none. Nothing is held against a file for what happened among others: it is read once
    /// more, alone, by another worker.
    ///
    /// - Parameters:
    ///   - descriptors: open regular files; any number, sent 64 at a time, one at a time to a pool that isolates.
    ///   - sizes: their lengths in bytes.
    ///   - isCancelled: asked while nothing comes; true ends what is under way, and every result still missing is a failure.
    package func ingest(_ descriptors: [CInt], sizes: [Int], isCancelled: (@Sendable () -> Bool)? = nil) -> [IngestResult] {
        precondition(descriptors.count == sizes.count, "one size per descriptor")
        var results = [IngestResult?](repeating: nil, count: descriptors.count)
        let together = configuration.isolates ? 1 : WorkerChannel.maximumDescriptors
        var pending: [[Int]] = stride(from: 0, to: descriptors.count, by: together).map {
            Array($0..<min($0 + together, descriptors.count))
        }
        while let batch = pending.popLast() {
            if isCancelled?() == true {
                for file in batch { results[file] = .failure(WorkerFailure(.cancelled)) }
                continue
            }
            var trace = RequestTrace()
            do {
                let outcomes = try ingestBatch(batch.map { descriptors[$0] }, batch.map { sizes[$0] }, isCancelled, &trace)
                for (file, outcome) in zip(batch, outcomes) { results[file] = .success(outcome) }
            } catch {
                pending += Self.blame(error, batch: batch, position: trace.failedAt, results: &results)
            }
        }
        return results.map { $0 ?? .failure(WorkerFailure(.nonsense("no outcome"))) }
    }

    private func ingestBatch(
        _ descriptors: [CInt], _ sizes: [Int], _ isCancelled: (@Sendable () -> Bool)?, _ trace: inout RequestTrace
    ) throws(WorkerFailure) -> [IngestOutcome] {
        let task = WorkerTask(
            request: .ingest(sizes: sizes), descriptors: descriptors, budget: .header,
            patience: Patience(step: step(.header), readingEach: sizes), maximumLength: IngestReply.longestReply(sizes: sizes),
            isCancelled: isCancelled)
        do {
            return try perform(task, trace: &trace) { (bytes) throws(WireError) in try IngestReply.decode(bytes, count: descriptors.count) }
        } catch {
            switch error {
            case .worker(let failure): throw failure
            case .document(let problem): throw WorkerFailure(.nonsense(problem.description))
            }
        }
    }

    /// Records the failure where it belongs and returns what is to be done again.
    private static func blame(
        _ failure: WorkerFailure, batch: [Int], position: UInt32, results: inout [IngestResult?]
    ) -> [[Int]] {
        switch failure.cause {
        case .cannotStart, .cancelled:
            for file in batch { results[file] = .failure(failure) }
            return []
        case .killed, .exited, .timedOut, .nonsense: break
        }
        if batch.count == 1 {
            results[batch[0]] = .failure(failure)
            return []
        }
        guard let position = Int(exactly: position), batch.indices.contains(position) else {
            let half = batch.count / 2
            return [Array(batch[half...]), Array(batch[..<half])]
        }
        // A worker that a file took over can name any other.
        var rest = batch
        let named = rest.remove(at: position)
        return [rest, [named]]
    }
}
