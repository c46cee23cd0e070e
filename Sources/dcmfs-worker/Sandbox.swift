import CLinux
import Glibc
import WorkerProtocol

/// Locks the process in: no capabilities, no dumps, no files, no network, no other processes, no executable memory. no_new_privs
/// was set before the program started; resource limits are set by dcmfs, from outside, for every request.
enum Sandbox {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static func enter() throws(Failure) -> ReadyMessage {
        // Whatever needs the file system happens now, for the last time.
        WarmUp.run()
        CLinux_prefer_for_oom()
        let idle = CLinux_address_space()
        guard idle > 0 else { throw Failure(description: "/proc is not mounted") }
        // Root's worker loads its libraries from folders that only a capability may open: given up afterwards.
        try check(CLinux_drop_capabilities(), "capabilities")
        try check(CLinux_forbid_dumps(), "dumps")
        let landlock = CLinux_landlock()
        try check(min(landlock, 0), "Landlock")
        let hasFilter = try enterFilter()
        return ReadyMessage(
            landlock: UInt32(clamping: landlock), hasSystemCallFilter: hasFilter, idleAddressSpace: Int(clamping: idle),
            isSanitized: WorkerChannel.isSanitized)
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
