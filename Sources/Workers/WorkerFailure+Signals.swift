import Glibc

extension WorkerFailure {
    private static let names: [CInt: String] = [
        SIGILL: "SIGILL (trap)", SIGTRAP: "SIGTRAP (trap)", SIGABRT: "SIGABRT (abort)", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE",
        SIGSEGV: "SIGSEGV (bad memory access or out of stack)", SIGXCPU: "SIGXCPU (too much processor time)",
        SIGXFSZ: "SIGXFSZ (tried to write a file)", SIGSYS: "SIGSYS (forbidden system call)",
    ]

    /// Signals that a process brings upon itself.
    static let ownSignals = Set(names.keys)

    static func name(of signal: CInt) -> String {
        names[signal] ?? (signal == SIGKILL ? "SIGKILL (from outside or out of memory)" : "signal \(signal)")
    }
}
