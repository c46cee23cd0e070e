import CLinux
import Glibc
import WorkerProtocol

/// The memory that dcmfs and one worker both see. The worker may write to it at any time: bytes are copied out first and
/// checked afterwards, never read in place.
///
/// Sendable without a check: one thread at a time has the worker, and the other process respects no lock anyway.
final class SharedMemory: @unchecked Sendable {
    private let base: UnsafeMutableRawPointer

    /// Maps `descriptor`, which the caller keeps and closes.
    init?(descriptor: CInt) {
        guard let base = CLinux_map_shared(descriptor, WorkerChannel.memorySize) else { return nil }
        self.base = base
    }

    deinit { munmap(base, WorkerChannel.memorySize) }

    var progress: UInt32 {
        get { CLinux_load(base + WorkerChannel.progressOffset) }
        set { CLinux_store(base + WorkerChannel.progressOffset, newValue) }
    }

    var activity: UInt32 { CLinux_load(base + WorkerChannel.activityOffset) }

    /// - Parameter length: at most `WorkerChannel.resultCapacity`; more is cut.
    func copyResult(_ length: Int) -> [UInt8] {
        let length = min(max(0, length), WorkerChannel.resultCapacity)
        return [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            buffer.baseAddress?.update(from: (base + WorkerChannel.resultOffset).assumingMemoryBound(to: UInt8.self), count: length)
            count = length
        }
    }
}
