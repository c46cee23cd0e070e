import DICOMArchive
import Workers

/// Headers for the index come from the workers.
struct PoolIngestParser: HeaderParser {
    let pool: WorkerPool

    func parse(_ descriptors: [CInt], sizes: [Int]) -> [ParsedInput] {
        pool.ingest(descriptors, sizes: sizes).map { result in
            switch result {
            case .success(let outcome): .outcome(outcome)
            case .failure(let failure): .failed(reason: failure.description)
            }
        }
    }
}

/// A parser over `workerCount` processes. Starts one of them, so that a missing or foreign worker is an error of the command and
/// not of every file.
func makeHeaderParser(workerCount: Int) throws(WorkerFailure) -> any HeaderParser {
    let pool = try WorkerLocation.makePool(count: workerCount)
    _ = try pool.check()
    return PoolIngestParser(pool: pool)
}
