package import DICOM
import WorkerProtocol

extension WorkerPool {
    package typealias IngestResult = Result<IngestOutcome, WorkerFailure>

    /// Parses files for the index: same order, same count. The file that ends a worker is found by the progress that the worker
    /// noted before each file, or by halving where it noted none; the others are done again without it.
    ///
    /// - Parameters:
    ///   - descriptors: open regular files; any number, sent 64 at a time.
    ///   - sizes: their lengths in bytes.
    package func ingest(_ descriptors: [CInt], sizes: [Int]) -> [IngestResult] {
        precondition(descriptors.count == sizes.count, "one size per descriptor")
        var results = [IngestResult?](repeating: nil, count: descriptors.count)
        var pending: [[Int]] = stride(from: 0, to: descriptors.count, by: WorkerChannel.maximumDescriptors).map {
            Array($0..<min($0 + WorkerChannel.maximumDescriptors, descriptors.count))
        }
        while let batch = pending.popLast() {
            var trace = RequestTrace()
            do {
                let outcomes = try ingestBatch(batch.map { descriptors[$0] }, batch.map { sizes[$0] }, &trace)
                for (file, outcome) in zip(batch, outcomes) { results[file] = .success(outcome) }
            } catch {
                pending += Self.blame(error, batch: batch, position: trace.failedAt, results: &results)
            }
        }
        return results.map { $0 ?? .failure(WorkerFailure(.nonsense("no outcome"))) }
    }

    private func ingestBatch(
        _ descriptors: [CInt], _ sizes: [Int], _ trace: inout RequestTrace
    ) throws(WorkerFailure) -> [IngestOutcome] {
        let bytes: [UInt8]
        do {
            bytes = try perform(
                .ingest(sizes: sizes), descriptors: descriptors, budget: .header, maximumLength: 1 << 30, trace: &trace)
        } catch {
            switch error {
            case .worker(let failure): throw failure
            case .document(let problem): throw WorkerFailure(.nonsense(problem.description))
            }
        }
        do {
            return try IngestReply.decode(bytes, count: descriptors.count)
        } catch {
            throw WorkerFailure(.nonsense(error.description))
        }
    }

    /// Records the failure where it belongs and returns what is to be done again.
    private static func blame(
        _ failure: WorkerFailure, batch: [Int], position: UInt32, results: inout [IngestResult?]
    ) -> [[Int]] {
        if case .cannotStart = failure.cause {
            for file in batch { results[file] = .failure(failure) }
            return []
        }
        if batch.count == 1 {
            results[batch[0]] = .failure(failure)
            return []
        }
        guard let position = Int(exactly: position), batch.indices.contains(position) else {
            let half = batch.count / 2
            return [Array(batch[half...]), Array(batch[..<half])]
        }
        results[batch[position]] = .failure(failure)
        var rest = batch
        rest.remove(at: position)
        return [rest]
    }
}
