import CLinux
import DICOM
import WorkerProtocol

/// One request and its reply on one worker. Any failure of the worker ends its process here.
struct WorkerExchange {
    let worker: WorkerProcess
    /// Microseconds without progress after which the worker is given up.
    let patience: UInt64
    let maximumLength: Int

    func run(_ request: WorkerRequest, descriptors: [CInt]) throws(WorkerError) -> [UInt8] {
        let status: ReplyHead.Status
        let bytes: [UInt8]
        do {
            let id = worker.nextRequest()
            worker.shared.progress = WorkerChannel.noProgress
            try worker.send(RequestMessage(id: id, request: request).encoded(), descriptors: descriptors)
            (status, bytes) = try reply(to: id)
            if status == .documentError { throw try WorkerError.document(DICOMError.decode(bytes)) }
            if status == .refused { throw WireError("refused: \(String(decoding: bytes.prefix(200), as: UTF8.self))") }
        } catch let error as WorkerError {
            throw error
        } catch {
            throw .worker(worker.end(asCauseOf: error))
        }
        return bytes
    }

    private func reply(to id: UInt32) throws -> (ReplyHead.Status, [UInt8]) {
        let head = try ReplyHead(try awaitHead(), maximumLength: maximumLength)
        guard head.id == id else { throw WireError("reply to request \(head.id) instead of \(id)") }
        guard head.status != .done || head.length <= maximumLength else { throw WireError("result of \(head.length) bytes") }
        let bytes = head.place == .memory ? worker.shared.copyResult(head.length) : try stream(head.length)
        return (head.status, bytes)
    }

    /// The patience is per file of a batch: it starts again whenever the progress word has moved.
    private func awaitHead() throws -> [UInt8] {
        var progress = worker.shared.progress
        var starts = 0
        while true {
            do {
                return try worker.receiveHead(deadline: CLinux_monotonic_time() &+ patience)
            } catch .timedOut {
                let now = worker.shared.progress
                starts += 1
                // A worker that somebody took over could count for ever.
                guard now != progress, starts <= WorkerChannel.maximumDescriptors else { throw WorkerProcess.ChannelError.timedOut }
                progress = now
            } catch {
                throw error
            }
        }
    }

    /// Pieces until `length` is reached, received where they stay. Pages of a length that is only claimed are never touched.
    private func stream(_ length: Int) throws -> [UInt8] {
        let deadline = CLinux_monotonic_time() &+ patience
        return try [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            while count < length {
                // A longer piece than there is room for is an error of the receiving call.
                let room = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count..<length])
                count += try worker.receive(into: room, deadline: deadline)
            }
        }
    }
}
