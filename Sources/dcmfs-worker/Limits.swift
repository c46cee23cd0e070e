import CLinux
import WorkerProtocol

/// The limits of one request on this process. The kernel is asked only where something changes: most files of a batch have the same.
final class Limits {
    /// Address space of the process before its first request, in bytes.
    let idle: UInt64
    /// What is in force: seconds of CPU over the life of the process, bytes of address space.
    private var cpuEnd: UInt64 = 0
    private var memory: UInt64 = 0

    init(idle: UInt64) { self.idle = idle }

    /// RLIMIT_CPU counts over the life of the process: the soft end moves ahead of what was used so far.
    func apply(_ budget: WorkerBudget) {
        let end = (CLinux_cpu_time() + budget.cpu + 999_999) / 1_000_000
        if end != cpuEnd, CLinux_limit_cpu(end) == 0 { cpuEnd = end }
        if WorkerChannel.isSanitized || budget.memory == memory { return }
        if CLinux_limit_address_space(idle + budget.memory, 0) == 0 { memory = budget.memory }
    }

    /// Lowers the hard end for good.
    func seal() {
        if !WorkerChannel.isSanitized { _ = CLinux_limit_address_space(idle + WorkerBudget.maximumMemory, 1) }
    }
}
