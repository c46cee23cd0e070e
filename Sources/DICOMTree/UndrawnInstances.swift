import DICOMArchive
import Glibc
import Locks

/// Instances whose pictures are listed and turned out, while they were drawn, to be such that there are none: their pixels are
/// damaged in a way that the index does not see. They stand in `/problems/no-preview.txt` as long as the mount lasts.
final class UndrawnInstances: Sendable {
    static let reportName = Array("no-preview.txt".utf8)

    private struct Entry {
        let contentChangedNs: Int64
        let reason: String
    }
    private struct State {
        var entries: [Int64: Entry] = [:]
        /// Instances beyond the limit.
        var more = 0
        var changedNs: Int64 = 0
    }
    private let state = Mutex(State())
    private let changes = Atomic<Int64>(0)
    private static let limit = 4_096

    /// Another number whenever there is something new.
    var revision: Int64 { changes.load(ordering: .acquiring) }

    func note(_ row: InstanceRow, _ reason: String) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let isNew = state.withLock { state -> Bool in
            if let known = state.entries[row.id], known.contentChangedNs == row.contentChangedNs { return false }
            if state.entries[row.id] == nil, state.entries.count >= Self.limit {
                state.more += 1
                return state.more == 1
            }
            state.entries[row.id] = Entry(contentChangedNs: row.contentChangedNs, reason: reason)
            state.changedNs = Int64(now.tv_sec) &* 1_000_000_000 &+ Int64(now.tv_nsec)
            return true
        }
        if isNew { changes.add(1, ordering: .acquiringAndReleasing) }
    }

    /// The files of `/problems`, with the one these stand in.
    func adding(to reasons: [ProblemReason]) -> [ProblemReason] {
        let changedNs = state.withLock { $0.entries.isEmpty ? nil : $0.changedNs }
        guard let changedNs else { return reasons }
        let known = reasons.first { $0.name == Self.reportName }?.changedNs ?? 0
        let own = ProblemReason(name: Self.reportName, changedNs: max(known, changedNs))
        return (reasons.filter { $0.name != Self.reportName } + [own]).sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    /// A line each, by source: path and reason. What was replaced since is not among them.
    func lines(_ source: any TreeSource) throws(ArchiveError) -> [UInt8] {
        let (entries, more) = state.withLock { ($0.entries.sorted { $0.key < $1.key }, $0.more) }
        var text: [UInt8] = []
        for start in stride(from: 0, to: entries.count, by: 64) {
            let page = entries[start..<min(start + 64, entries.count)]
            for (instance, entry) in zip(try source.located(page.map(\.key)), page.map(\.value)) {
                guard let instance, instance.row.contentChangedNs == entry.contentChangedNs else { continue }
                text += printable(instance.sources.first?.path ?? Array("instance \(instance.row.id)".utf8))
                text += Array("\tfound while drawing: ".utf8) + printable(Array(entry.reason.utf8)) + [UInt8(ascii: "\n")]
            }
        }
        if more > 0 { text += Array("and more than \(Self.limit) others, found while drawing\n".utf8) }
        return text
    }
}
