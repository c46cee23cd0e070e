import CLinux
import WorkerProtocol

extension Server {
    /// False when the socket is gone.
    func send(_ answer: Answer, id: UInt32) -> Bool {
        switch answer {
        case .done(let bytes): send(bytes, status: .done, id: id)
        case .documentError(let error): send(error.encoded(), status: .documentError, id: id)
        case .refused(let reason): send(Array(reason.utf8), status: .refused, id: id)
        case .sent: true
        }
    }

    func send(_ packet: [UInt8]) -> Bool {
        CLinux_send(WorkerChannel.socket, packet, packet.count, nil, 0, -1) == packet.count
    }

    private func send(_ result: [UInt8], status: ReplyHead.Status, id: UInt32) -> Bool {
        let place: ReplyHead.Place = result.count <= WorkerChannel.resultCapacity ? .memory : .stream
        let head = ReplyHead(id: id, status: status, place: place, length: result.count).encoded()
        return result.withUnsafeBytes { bytes in
            if place == .memory {
                if let base = bytes.baseAddress { (memory + WorkerChannel.resultOffset).copyMemory(from: base, byteCount: bytes.count) }
                return send(head)
            }
            return send(head) && stream(bytes)
        }
    }

    private func stream(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(WorkerChannel.streamChunk))
            guard CLinux_send(WorkerChannel.socket, piece.baseAddress, piece.count, nil, 0, -1) == piece.count else { return false }
            rest = rest.dropFirst(piece.count)
        }
        return true
    }
}
