import CLinux
import DICOM
import Glibc
import WorkerProtocol

extension Server {
    /// Misbehaves as told; only in workers started for tests.
    func test(_ command: TestCommand, _ file: CInt?, id: UInt32) -> Answer {
        switch command {
        case .echo(let length): return .done(TestCommand.echoed(length))
        case .spin:
            while CLinux_load(memory) != 0x5350_494E {}
        case .hang:
            var nothing: UInt8 = 0
            _ = CLinux_receive(WorkerChannel.socket, &nothing, 1, nil, 0, nil, -1)
        case .trap: trap()
        case .raise(let signal): raise(CInt(clamping: signal))
        case .exit(let code): exit(CInt(clamping: code))
        case .allocate(let bytes):
            return .done([[UInt8](repeating: 1, count: bytes).last ?? 0])
        case .overflowStack: return .done([recurse(1)])
        case .forbidden(let call):
            let result = CLinux_try_forbidden(CInt(clamping: call.rawValue), file ?? -1)
            return .done(withUnsafeBytes(of: Int64(result).littleEndian) { Array($0) })
        case .decode(let characterSet, let bytes): return .done(Serve.decode(bytes, characterSet: characterSet))
        case .answer(let head): return send(head) ? .sent : .refused("socket")
        case .answerThenSpin:
            _ = send(.done([1]), id: id)
            while CLinux_load(memory) != 0x5350_494E {}
        case .answerTwice:
            _ = send(.done([1]), id: id)
            return .done([1])
        case .trapAt(let file):
            CLinux_store(memory + WorkerChannel.progressOffset, UInt32(clamping: file))
            trap()
        }
        return .done([])
    }

    /// See `TestCommand.fileMark`. An outcome to answer with, where that is the misbehaviour.
    func misbehave(_ file: CInt) -> IngestOutcome? {
        var start = [UInt8](repeating: 0, count: 32)
        let length = max(0, pread(file, &start, start.count, 0))
        let text = String(decoding: start.prefix(length), as: UTF8.self)
        guard text.hasPrefix(TestCommand.fileMark) else { return nil }
        switch TestCommand.FileBehaviour(rawValue: String(text.dropFirst(TestCommand.fileMark.count))) {
        case .trap: trap()
        case .spin: _ = test(.spin, nil, id: 0)
        case .hang: _ = test(.hang, nil, id: 0)
        case .kill: raise(SIGKILL)
        case .allocate: _ = test(.allocate(bytes: 8 << 30), nil, id: 0)
        case .creep: creep()
        case .accuse:
            CLinux_store(memory + WorkerChannel.progressOffset, CLinux_load(memory + WorkerChannel.progressOffset) &- 1)
            trap()
        case .boast:
            var summary = InstanceSummary()
            summary.patientID = [UInt8](repeating: UInt8(ascii: "7"), count: 64 << 20)
            return .instance(summary)
        case nil: break
        }
        return nil
    }

    private func creep() {
        while true {
            CLinux_pause(50)
            CLinux_increment(memory + WorkerChannel.progressOffset)
            CLinux_increment(memory + WorkerChannel.activityOffset)
        }
    }

    private func trap() {
        let nothing: [UInt8] = []
        _ = nothing[Int(CLinux_load(memory) & 1)]
    }

    @inline(never)
    private func recurse(_ depth: Int) -> UInt8 {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 16) { buffer in
            buffer.initializeMemory(as: UInt8.self, repeating: UInt8(truncatingIfNeeded: depth))
            return recurse(depth &+ 1) &+ buffer[depth & 4095]
        }
    }
}
