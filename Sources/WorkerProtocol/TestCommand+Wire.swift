extension WireWriter {
    mutating func put(_ command: TestCommand) {
        switch command {
        case .echo(let length): put(kind: 0, length)
        case .spin: put(kind: 1, 0)
        case .hang: put(kind: 2, 0)
        case .trap: put(kind: 3, 0)
        case .raise(let signal): put(kind: 4, signal)
        case .exit(let code): put(kind: 5, code)
        case .allocate(let bytes): put(kind: 6, bytes)
        case .overflowStack: put(kind: 7, 0)
        case .forbidden(let call): put(kind: 8, call.rawValue)
        case .decode(let characterSet, let bytes):
            put(UInt8(9))
            put(characterSet)
            put(bytes)
        case .answer(let head):
            put(UInt8(10))
            put(head)
        case .trapAt(let file): put(kind: 11, file)
        case .answerThenSpin: put(kind: 12, 0)
        case .answerTwice: put(kind: 13, 0)
        }
    }

    private mutating func put(kind: UInt8, _ value: Int) {
        put(kind)
        put(value)
    }
}

extension WireReader {
    mutating func testCommand() throws(WireError) -> TestCommand {
        let kind = try uint8()
        switch kind {
        case 9: return .decode(characterSet: try byteArray(), bytes: try byteArray())
        case 10: return .answer(head: try byteArray())
        default: break
        }
        let value = try int()
        switch kind {
        case 0: return .echo(length: value)
        case 1: return .spin
        case 2: return .hang
        case 3: return .trap
        case 4: return .raise(signal: value)
        case 5: return .exit(code: value)
        case 6: return .allocate(bytes: value)
        case 7: return .overflowStack
        case 12: return .answerThenSpin
        case 13: return .answerTwice
        case 8:
            guard let call = ForbiddenCall(rawValue: value) else { throw WireError("no such call") }
            return .forbidden(call)
        case 11: return .trapAt(file: value)
        default: throw WireError("no test command of kind \(kind)")
        }
    }
}
