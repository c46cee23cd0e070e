import CFUSE3
import Glibc

/// One mount from `mount` to its end. Used on one thread, the one that gets the signals.
package final class FUSESession {
    package enum Ending: Sendable {
        /// SIGINT, SIGTERM or SIGHUP.
        case signal
        /// Somebody unmounted.
        case unmounted
        /// The connection broke; errno.
        case failed(CInt)
    }

    private let context: SessionContext
    private let session: OpaquePointer
    private let threads: Int
    private var isMounted = false
    /// Called on the thread of `run` when the end has begun: requests under way still get their answers.
    package var onEnding: () -> Void = {}

    /// `onReady` is called once, on a thread of libfuse, when the kernel has been answered for the first time.
    package init(filesystem: any Filesystem, configuration: SessionConfiguration, onReady: @escaping @Sendable () -> Void) throws(MountError) {
        let context: SessionContext
        do { context = try SessionContext(filesystem: filesystem, configuration: configuration, onReady: onReady) } catch {
            throw MountError(.failed, "no threads for the mount: \(error)")
        }
        self.context = context
        threads = configuration.threads
        var words: [[UInt8]] = [Array(configuration.subtype.utf8), Array("-o".utf8), configuration.mountWords]
        if configuration.isDebugging { words.append(Array("-d".utf8)) }
        // The session keeps the context alive through `self.context`; it copies the table.
        let userdata = Unmanaged.passUnretained(context).toOpaque()
        guard let session = Self.makeSession(words, Callbacks.table(extendedAttributes: configuration.extendedAttributes), userdata) else {
            throw MountError(.failed, "libfuse refused to start a session")
        }
        self.session = session
    }

    deinit {
        unmount()
        fuse_session_destroy(session)
    }

    /// Mounts at a directory; the kernel's questions wait until `run`.
    package func mount(at path: [UInt8]) throws(MountError) {
        let result = (path + [0]).withUnsafeBytes { fuse_session_mount(session, $0.baseAddress?.assumingMemoryBound(to: CChar.self)) }
        guard result == 0 else {
            throw MountError(
                .failed, "mounting failed; see the message above. Is /dev/fuse there, and fusermount3 (package fuse3) for ordinary users?")
        }
        isMounted = true
        ReadAheadWindow.widen(at: path)
    }

    /// Answers until a signal or an unmount; afterwards nothing is mounted any more and every request has its answer.
    package func run() -> Ending {
        guard fuse_set_signal_handlers(session) == 0 else { return .failed(errno) }
        let address = UInt(bitPattern: session)
        // A thread that waits for a dead disk cannot be ended; without it the mount would stay for as long.
        context.gate.watch(
            SourceGate.Ending {
                OpaquePointer(bitPattern: address).map { fuse_session_exited($0) != 0 } ?? false
            } abandon: {
                if let session = OpaquePointer(bitPattern: address) { fuse_session_unmount(session) }
                _exit(0)
            })
        guard context.notifications.start(session) else { return .failed(EAGAIN) }
        TerminationSignals.unblock()
        let result = dcmfs_session_loop(session, UInt32(max(2, threads)))
        TerminationSignals.block()
        context.gate.watch(nil)
        onEnding()
        context.stop()
        context.notifications.stop()
        fuse_remove_signal_handlers(session)
        unmount()
        if result == 0 { return .unmounted }
        return result > 0 ? .signal : .failed(-result)
    }

    private func unmount() {
        guard isMounted else { return }
        isMounted = false
        fuse_session_unmount(session)
    }

    private static func makeSession(_ words: [[UInt8]], _ table: fuse_lowlevel_ops, _ userdata: UnsafeMutableRawPointer) -> OpaquePointer? {
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { word in
            (word + [0]).withUnsafeBytes { bytes in bytes.baseAddress.flatMap { strdup($0.assumingMemoryBound(to: CChar.self)) } }
        }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        var table = table
        let count = CInt(words.count)
        return pointers.withUnsafeMutableBufferPointer { buffer in
            var arguments = fuse_args(argc: count, argv: buffer.baseAddress, allocated: 0)
            defer { fuse_opt_free_args(&arguments) }
            return dcmfs_session_new(&arguments, &table, userdata)
        }
    }
}
