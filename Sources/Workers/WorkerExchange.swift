import CLinux
import DICOM
import WorkerProtocol

/// One request and its reply on one worker. Any failure of the worker ends its process here.
struct WorkerExchange {
    let worker: WorkerProcess
    let budget: WorkerBudget
    let patience: Patience
    let maximumLength: Int
    /// Files of the request: so often at most a claim of progress counts.
    let files: Int
    /// Asked while nothing comes; true ends the worker.
    let isCancelled: (@Sendable () -> Bool)?

    /// Microseconds between two looks at a worker that has not answered.
    private static let slice: UInt64 = 100_000

    /// - Parameter decode: checks the result. What it refuses ends the worker: it was none of a worker that is well.
    func run<Answer>(
        _ request: WorkerRequest, descriptors: [CInt], decode: ([UInt8]) throws(WireError) -> Answer
    ) throws(WorkerError) -> Answer {
        do {
            let id = worker.nextRequest()
            let deadline = CLinux_monotonic_time() &+ patience.total
            worker.shared.progress = WorkerChannel.noProgress
            worker.allow(budget)
            try worker.send(RequestMessage(id: id, request: request).encoded(), descriptors: descriptors)
            let (status, bytes) = try reply(to: id, deadline: deadline)
            switch status {
            case .done: return try decode(bytes)
            case .documentError: throw try WorkerError.document(DICOMError.decode(bytes))
            case .refused: throw WireError("refused: \(String(decoding: bytes.prefix(200), as: UTF8.self))")
            }
        } catch let error as WorkerError {
            throw error
        } catch {
            throw .worker(worker.end(asCauseOf: error))
        }
    }

    private func reply(to id: UInt32, deadline: UInt64) throws -> (ReplyHead.Status, [UInt8]) {
        let head = try ReplyHead(try awaitHead(deadline: deadline), maximumLength: maximumLength)
        guard head.id == id else { throw WireError("reply to request \(head.id) instead of \(id)") }
        let bytes = head.place == .memory ? worker.shared.copyResult(head.length) : try stream(head.length, deadline: deadline)
        return (head.status, bytes)
    }

    /// Signs of progress: the file of a batch that is worked at, and reads of it.
    private struct Signs: Equatable {
        var progress: UInt32
        var activity: UInt32

        init(_ memory: SharedMemory) {
            progress = memory.progress
            activity = memory.activity
        }
    }

    private func awaitHead(deadline: UInt64) throws(WorkerProcess.ChannelError) -> [UInt8] {
        var signs = Signs(worker.shared)
        var stepEnd = min(CLinux_monotonic_time() &+ patience.step, deadline)
        var filesLeft = files
        while true {
            do throws(WorkerProcess.ChannelError) {
                return try worker.receiveHead(deadline: min(CLinux_monotonic_time() &+ Self.slice, stepEnd))
            } catch .timedOut {
                if isCancelled?() == true { throw .cancelled }
                let now = CLinux_monotonic_time()
                let seen = Signs(worker.shared)
                if seen != signs {
                    stepEnd = min(now &+ patience.step, deadline)
                    // Each file has a processor time of its own; files that are not there have none.
                    if seen.progress != signs.progress, filesLeft > 1 {
                        filesLeft -= 1
                        worker.allow(budget)
                    }
                    signs = seen
                }
                guard now < stepEnd else { throw .timedOut }
            } catch {
                throw error
            }
        }
    }

    /// Pieces until `length` is reached, received where they stay. Pages of a length that is only claimed are never touched.
    private func stream(_ length: Int, deadline: UInt64) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            while count < length {
                // A longer piece than there is room for is an error of the receiving call.
                let room = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count..<length])
                count += try worker.receive(into: room, deadline: deadline)
            }
        }
    }
}
