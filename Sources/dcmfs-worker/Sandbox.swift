import CLinux
import Glibc
import WorkerProtocol

/// Locks the process in: no dumps, no files, no network, no other processes, no executable memory. Resource limits and
/// no_new_privs were set before the program started.
struct Sandbox {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let ready: ReadyMessage
    /// Bytes of address space before the first request.
    let idleAddressSpace: UInt64

    static func enter() throws(Failure) -> Sandbox {
        // Whatever needs the file system happens now, for the last time.
        WarmUp.run()
        CLinux_prefer_for_oom()
        let idle = CLinux_address_space()
        guard idle > 0 else { throw Failure(description: "/proc is not mounted") }
        try check(CLinux_forbid_dumps(), "dumps")
        let landlock = CLinux_landlock()
        try check(min(landlock, 0), "Landlock")
        let hasFilter = try enterFilter()
        return Sandbox(
            ready: ReadyMessage(landlock: UInt32(clamping: landlock), hasSystemCallFilter: hasFilter, idleAddressSpace: Int(clamping: idle)),
            idleAddressSpace: idle)
    }

    private static func enterFilter() throws(Failure) -> Bool {
        if WorkerChannel.isSanitized { return false }
        let entered = CLinux_seccomp(WorkerChannel.socket)
        // -ENOSYS: an architecture without a list of ours; the other walls stand.
        if entered == -ENOSYS { return false }
        try check(entered, "seccomp")
        return true
    }

    private static func check(_ result: CInt, _ what: String) throws(Failure) {
        guard result < 0 else { return }
        throw Failure(description: "\(what): \(String(cString: strerror(-result)))")
    }
}
