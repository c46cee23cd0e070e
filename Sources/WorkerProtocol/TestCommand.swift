/// Misbehaviour on demand, for tests of the pool and of the sandbox. A worker answers these only when started with
/// `WorkerChannel.testArgument`.
package enum TestCommand: Hashable, Sendable {
    /// Answers with this many bytes (value = index modulo 251).
    case echo(length: Int)
    /// Uses the processor for ever.
    case spin
    /// Waits for ever without using it.
    case hang
    /// Traps as a Swift program does.
    case trap
    /// Raises this signal on itself.
    case raise(signal: Int)
    /// Ends with this exit code.
    case exit(code: Int)
    /// Allocates and touches this many bytes.
    case allocate(bytes: Int)
    /// Recurses until the stack is gone.
    case overflowStack
    /// Tries a system call on the descriptor that came along; the answer is its result, `-errno`, as 8 bytes, little endian.
    case forbidden(ForbiddenCall)
    /// Decodes bytes by a Specific Character Set; the answer is 1 or 0 (undecodable bytes) and the text in UTF-8.
    case decode(characterSet: [UInt8], bytes: [UInt8])
    /// Sends these bytes as its reply head.
    case answer(head: [UInt8])
    /// Answers, and uses the processor from then on although nobody asks.
    case answerThenSpin
    /// Answers, and once more.
    case answerTwice
    /// Sets the progress word as if a batch were at this file, then traps.
    case trapAt(file: Int)
}

/// What a worker must not be able to do. The numbers are those of `CLinux_forbidden`.
package enum ForbiddenCall: Int, CaseIterable, Sendable {
    case open, fchmod, socketUDP, socketUnix, fork, exec, ptrace, killOther, executableMemory, makeExecutable, futimens, ftruncate
    case fsetxattr, writeElsewhere, unlink, limitOther, stat, ioctl, ioUring, x32, openat2, thread
    case setLimit, getLimit, prctl, adviseFork, advisePoison, handleSignal, blockSignals, takeCapabilities
}

extension TestCommand {
    /// A file that starts with this mark and one of `FileBehaviour`'s words makes a test worker misbehave while it parses it.
    package static let fileMark = "dcmfs test file: "

    /// The answer to `echo`: 0, 1, ... 250, 0, 1, ...
    package static func echoed(_ length: Int) -> [UInt8] {
        let pattern = Array(UInt8(0)...250)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(max(0, length))
        while bytes.count < length { bytes += pattern.prefix(length - bytes.count) }
        return bytes
    }

    package enum FileBehaviour: String, CaseIterable, Sendable {
        case trap, spin, hang, kill, allocate
        /// Says for ever that it makes progress, without using the processor.
        case creep
        /// Traps at the file before this one, as far as the progress word says.
        case accuse
        /// An instance with a Patient ID of many megabytes; in place of a text as many bytes.
        case boast
    }
}
