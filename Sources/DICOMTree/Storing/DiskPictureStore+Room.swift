import Glibc
import Locks

/// The bound. Everything here runs on the store's own thread.
extension DiskPictureStore {
    /// Files are counted when nobody knows how many there are, when they may be too many, and now and then because other
    /// mounts write there too: each goes beyond the bound by this part of it at most.
    private static let unseenPart = 16

    /// Makes room down to nine tenths of the bound when it would be exceeded. False when that cannot be had.
    func makeRoom(for cost: Int) -> Bool {
        let isEnough = state.withLock { state in
            guard let used = state.used else { return false }
            return used + cost <= limits.bytes && state.written <= limits.bytes / Self.unseenPart
        }
        if isEnough { return true }
        do throws(StoreFolder.ErrorNumber) {
            try count(makingRoomFor: cost)
        } catch {
            pause(error.code)
            return false
        }
        return state.withLock { ($0.used ?? .max) <= limits.bytes - cost }
    }

    private func count(makingRoomFor cost: Int) throws(StoreFolder.ErrorNumber) {
        let oldest = timespec.now(CLOCK_REALTIME).subtractingReportingOverflow(limits.leftoverNs).partialValue
        let entries = try folder.contents(removingUnfinishedBefore: oldest) { [self] in state.withLock { !$0.isFinished } }
        var used = entries.reduce(0) { $0 + $1.cost }
        if used > limits.bytes - cost {
            let wanted = min(limits.bytes / 10 * 9, limits.bytes - cost)
            for entry in entries.sorted(by: { $0.usedNs < $1.usedNs }) where used > wanted {
                let code = folder.remove(entry.name)
                guard code == 0 else { throw StoreFolder.ErrorNumber(code: code) }
                used -= entry.cost
            }
        }
        state.withLock { state in
            state.used = used
            state.written = 0
        }
    }
}
