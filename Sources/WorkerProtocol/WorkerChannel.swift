import CLinux

/// What both sides must agree on before the first message.
package enum WorkerChannel {
    /// Raised with every change of a message; a worker that announces another one is not used.
    package static let version: UInt32 = 9
    /// Descriptors of the worker after its start.
    package static let socket: CInt = CLINUX_WORKER_SOCKET
    package static let memory: CInt = CLINUX_WORKER_MEMORY
    /// Files per message.
    package static let maximumDescriptors = Int(CLINUX_MAX_DESCRIPTORS)
    /// Longest request, and longest error in place of a result, in bytes.
    package static let maximumMessage = 64 << 10
    /// Longest ready message or reply head, in bytes.
    package static let maximumHead = 64
    /// Longest piece of a streamed result: several must fit the default socket buffer (208 KiB), so that one side writes while
    /// the other reads.
    package static let streamChunk = 64 << 10

    // The shared memory: one page with the progress and activity words, then room for results.
    /// UInt32: 0-based index of the file a batch is at; `noProgress` before the first.
    package static let progressOffset = 0
    /// UInt32: grows with every read of a file; a worker that waits for a slow disk is told from one that hangs.
    package static let activityOffset = 4
    package static let resultOffset = 4096
    /// Results up to this length come through the shared memory, longer ones over the socket.
    package static let resultCapacity = 4 << 20
    package static let memorySize = resultOffset + resultCapacity
    package static let noProgress = UInt32.max

    /// Sanitizers need address space and system calls that the limits and the sandbox deny: both are off in such builds.
    package static var isSanitized: Bool { CLinux_is_sanitized() != 0 }

    /// Program argument that makes a worker answer `WorkerRequest.test`.
    package static let testArgument = "--test-commands"
}
