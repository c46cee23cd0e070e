import CLinux
import WorkerProtocol

/// The limits of one request on this process.
struct Limits {
    /// Address space of the process before its first request, in bytes.
    let idle: UInt64

    /// RLIMIT_CPU counts over the life of the process: the soft end moves ahead of what was used so far.
    func apply(_ budget: WorkerBudget) {
        let end = CLinux_cpu_time() + budget.cpu
        _ = CLinux_limit_cpu((end + 999_999) / 1_000_000)
        if !WorkerChannel.isSanitized { _ = CLinux_limit_address_space(idle + budget.memory, 0) }
    }

    /// Lowers the hard end for good.
    func seal() {
        if !WorkerChannel.isSanitized { _ = CLinux_limit_address_space(idle + WorkerBudget.maximumMemory, 1) }
    }
}
