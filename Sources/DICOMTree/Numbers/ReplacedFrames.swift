import DICOMArchive
import Glibc
import Locks

/// Which content of a frame the kernel was told of last. The number of a frame has no room for a version (`InstanceRow.version`),
/// and the kernel does not say which generation it means when it opens a file: what it was not told of since the content was
/// replaced is not what it has.
///
/// Only what was replaced since the mount began counts: before, the kernel knew nothing.
final class ReplacedFrames: Sendable {
    private let known = Mutex<[NodeID: Int64]>([:])
    private let begin: Int64
    /// At the limit all are forgotten: the kernel looks them up again.
    private static let limit = 65_536
    /// Longest time from the beginning of a commit, which is its time, to its end; in nanoseconds.
    private static let longestCommit: Int64 = 600_000_000_000

    init() {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        begin = Int64(now.tv_sec) &* 1_000_000_000 &- Self.longestCommit
    }

    /// To be called when a frame is found by its name.
    func note(_ id: NodeID, _ row: InstanceRow) {
        guard row.contentChangedNs >= begin else { return }
        known.withLock { known in
            if known.count >= Self.limit { known = [:] }
            known[id] = row.contentChangedNs
        }
    }

    func isKnown(_ id: NodeID, _ row: InstanceRow) -> Bool {
        guard row.contentChangedNs >= begin, id.kind == .framePNG || id.kind == .frameJPEG else { return true }
        return known.withLock { $0[id] } == row.contentChangedNs
    }
}
