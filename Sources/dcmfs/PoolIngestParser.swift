import DICOM
import DICOMArchive
import Workers

/// Headers for the index come from the workers.
struct PoolIngestParser: HeaderParser {
    let pool: WorkerPool
    /// Asked while a worker is waited for; true ends the wait.
    let isCancelled: @Sendable () -> Bool

    func parse(_ descriptors: [CInt], sizes: [Int]) -> [ParsedInput] {
        pool.ingest(descriptors, sizes: sizes, isCancelled: isCancelled).map { result in
            switch result {
            case .success(let outcome): .outcome(outcome)
            case .failure(let failure) where failure.isDeterministic: .failed(reason: failure.description)
            // Nothing that the file has to answer for: it was not read, and the next run tries again.
            case .failure(let failure): .outcome(.setAside(DICOMError(.unreadable, failure.description)))
            }
        }
    }
}

/// A parser over `workerCount` processes. Starts one of them, so that a missing or foreign worker is an error of the command and
/// not of every file.
///
/// - Parameter isolates: one process for one file.
func makeHeaderParser(
    workerCount: Int, isolates: Bool, isCancelled: @escaping @Sendable () -> Bool
) throws(WorkerFailure) -> any HeaderParser {
    let pool = try WorkerLocation.makePool(count: workerCount, isolates: isolates)
    _ = try pool.check()
    return PoolIngestParser(pool: pool, isCancelled: isCancelled)
}
