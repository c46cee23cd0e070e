import CFUSE3
import Glibc
import Locks
import SystemPackage

/// What the callbacks know: immutable, handed to libfuse as its user data.
final class SessionContext: Sendable {
    let filesystem: any Filesystem
    let timeouts: CacheTimeouts
    let readdirplus: ReaddirPlus
    let deferred: DeferredWork
    /// For whatever waits for a source.
    let gate: SourceGate
    /// Nil where it is not wanted, or not built in.
    let passthrough: Passthrough?
    let notifications = NotificationThread()
    private let overflow = Mutex<DeferredWork?>(nil)
    private let lastOverflow = Atomic<UInt64>(0)
    /// Called once, when the kernel has said hello.
    let onReady: @Sendable () -> Void

    init(filesystem: any Filesystem, configuration: SessionConfiguration, onReady: @escaping @Sendable () -> Void) throws(Errno) {
        self.filesystem = filesystem
        self.timeouts = configuration.timeouts
        self.readdirplus = configuration.readdirplus
        self.deferred = try DeferredWork(threadCount: configuration.slowThreads)
        self.gate = try SourceGate(places: configuration.threads / 2)
        self.passthrough = configuration.passthrough ? Passthrough.make(log: configuration.log) : nil
        self.onReady = onReady
        filesystem.attach(notifications)
    }

    /// Serves who finds the gate full: each request by itself, on threads that are there from the first time on.
    func submitBehindGate(_ request: consuming Request, prepare: @escaping DeferredWork.Preparation, reply: @escaping DeferredWork.Reply) {
        let made = overflow.withLock { work in
            // Tried again by the next request where the system has no threads now.
            if work == nil { work = try? DeferredWork(threadCount: Self.overflowThreads) }
            return work
        }
        guard let work = made else { return request.reply(error: .resourceTemporarilyUnavailable) }
        let key = DeferredWork.Key(node: lastOverflow.wrappingAdd(1, ordering: .relaxed).newValue)
        work.submit(key: key, request, prepare: prepare, reply: reply)
    }

    /// Reads an open file. Where that fails, its source has changed, most likely: the kernel is not to hand out what it has of it.
    func read(_ handle: FileHandle, at offset: Int, count: Int, _ scratch: UnsafeMutableRawBufferPointer) throws(Errno) -> ReadAnswer {
        do throws(Errno) {
            return try handle.file.read(at: offset, count: count, scratch: scratch)
        } catch {
            notifications.invalidate(handle.node)
            throw error
        }
    }

    /// Answers everybody who waits.
    func stop() {
        deferred.stop()
        overflow.withLock { $0 }?.stop()
        gate.stop()
    }

    private static let overflowThreads = 32

    static func of(_ request: borrowing Request) -> SessionContext? {
        of(fuse_req_userdata(request.handle))
    }

    static func of(_ userdata: UnsafeMutableRawPointer?) -> SessionContext? {
        guard let userdata else { return nil }
        return Unmanaged<SessionContext>.fromOpaque(userdata).takeUnretainedValue()
    }
}

/// What `fuse_file_info.fh` points at.
final class FileHandle: Sendable {
    let file: any OpenFile
    let node: UInt64

    init(file: any OpenFile, node: UInt64) {
        self.file = file
        self.node = node
    }

    /// Retains the handle until `release`.
    func retainedNumber() -> UInt64 {
        UInt64(UInt(bitPattern: Unmanaged.passRetained(self).toOpaque()))
    }

    static func of(_ number: UInt64) -> FileHandle? {
        guard let pointer = UnsafeRawPointer(bitPattern: UInt(number)) else { return nil }
        return Unmanaged<FileHandle>.fromOpaque(pointer).takeUnretainedValue()
    }

    static func release(_ number: UInt64) {
        guard let pointer = UnsafeRawPointer(bitPattern: UInt(number)) else { return }
        Unmanaged<FileHandle>.fromOpaque(pointer).release()
    }
}
