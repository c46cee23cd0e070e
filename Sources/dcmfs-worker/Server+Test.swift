import CLinux
import Glibc
import WorkerProtocol

extension Server {
    /// Misbehaves as told; only in workers started for tests.
    func test(_ command: TestCommand, _ file: CInt?) -> Answer {
        switch command {
        case .echo(let length): return .done(TestCommand.echoed(length))
        case .spin:
            limits.apply(.header)
            while CLinux_load(memory) != 0x5350_494E {}
        case .hang:
            var nothing: UInt8 = 0
            _ = CLinux_receive(WorkerChannel.socket, &nothing, 1, nil, 0, nil, -1)
        case .trap: trap()
        case .raise(let signal): raise(CInt(clamping: signal))
        case .exit(let code): exit(CInt(clamping: code))
        case .allocate(let bytes):
            limits.apply(.header)
            return .done([[UInt8](repeating: 1, count: bytes).last ?? 0])
        case .overflowStack: return .done([recurse(1)])
        case .forbidden(let call):
            let result = CLinux_try_forbidden(CInt(clamping: call.rawValue), file ?? -1)
            return .done(withUnsafeBytes(of: Int64(result).littleEndian) { Array($0) })
        case .decode(let characterSet, let bytes): return .done(Serve.decode(bytes, characterSet: characterSet))
        case .answer(let head): return send(head) ? .sent : .refused("socket")
        case .trapAt(let file):
            CLinux_store(memory + WorkerChannel.progressOffset, UInt32(clamping: file))
            trap()
        }
        return .done([])
    }

    /// See `TestCommand.fileMark`.
    func misbehave(_ file: CInt) {
        var start = [UInt8](repeating: 0, count: 32)
        let length = max(0, pread(file, &start, start.count, 0))
        let text = String(decoding: start.prefix(length), as: UTF8.self)
        guard text.hasPrefix(TestCommand.fileMark) else { return }
        switch TestCommand.FileBehaviour(rawValue: String(text.dropFirst(TestCommand.fileMark.count))) {
        case .trap: trap()
        case .spin: _ = test(.spin, nil)
        case .hang: _ = test(.hang, nil)
        case .kill: raise(SIGKILL)
        case .allocate: _ = test(.allocate(bytes: 8 << 30), nil)
        case nil: break
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
