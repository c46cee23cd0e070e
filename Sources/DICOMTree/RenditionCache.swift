package import DICOM
import Locks

/// Which bytes: a node as of a modification time and size, of a header text its format too. Replaced content has another key.
package struct RenditionKey: Hashable, Sendable {
    package let node: NodeID
    package let modifiedNs: Int64
    package let size: Int
    package let headerFormat: HeaderText.Format?

    package init(node: NodeID, modifiedNs: Int64, size: Int, headerFormat: HeaderText.Format? = nil) {
        self.node = node
        self.modifiedNs = modifiedNs
        self.size = size
        self.headerFormat = headerFormat
    }
}

/// Bytes made once, kept in memory under a budget; what was used longest ago goes first.
package final class RenditionCache: Sendable {
    fileprivate struct Slot {
        var key: RenditionKey
        var bytes: [UInt8]
        var newer: Int
        var older: Int
    }
    /// A list through an array: slot numbers instead of references. -1 ends it.
    fileprivate struct State {
        var slots: [Slot] = []
        var free: [Int] = []
        var index: [RenditionKey: Int] = [:]
        var newest = -1
        var oldest = -1
        var used = 0
    }
    private let state = Mutex(State())
    private let budget: Int
    /// What an entry costs beside its bytes.
    private static let overhead = 128

    /// `budget` in bytes; 0 keeps nothing.
    package init(budget: Int) {
        self.budget = budget
    }

    package func bytes(for key: RenditionKey) -> [UInt8]? {
        state.withLock { state -> [UInt8]? in
            guard let slot = state.index[key] else { return nil }
            state.unlink(slot)
            state.pushNewest(slot)
            return state.slots[slot].bytes
        }
    }

    /// Whether the bytes are there; to ask is no use of them.
    func holds(_ key: RenditionKey) -> Bool { state.withLock { $0.index[key] != nil } }

    package func insert(_ bytes: [UInt8], for key: RenditionKey) {
        let cost = bytes.count + Self.overhead
        guard cost <= budget else { return }
        state.withLock { state in
            if let old = state.index[key] { state.remove(old, overhead: Self.overhead) }
            while state.used + cost > budget, state.oldest >= 0 { state.remove(state.oldest, overhead: Self.overhead) }
            state.add(key, bytes, cost: cost)
        }
    }

    /// Bytes held, overhead included.
    package var usedBytes: Int { state.withLock { $0.used } }
}

extension RenditionCache.State {
    fileprivate mutating func unlink(_ slot: Int) {
        let (newer, older) = (slots[slot].newer, slots[slot].older)
        if newer >= 0 { slots[newer].older = older } else { newest = older }
        if older >= 0 { slots[older].newer = newer } else { oldest = newer }
    }

    fileprivate mutating func pushNewest(_ slot: Int) {
        slots[slot].newer = -1
        slots[slot].older = newest
        if newest >= 0 { slots[newest].newer = slot } else { oldest = slot }
        newest = slot
    }

    fileprivate mutating func remove(_ slot: Int, overhead: Int) {
        unlink(slot)
        used -= slots[slot].bytes.count + overhead
        index[slots[slot].key] = nil
        slots[slot].bytes = []
        free.append(slot)
    }

    fileprivate mutating func add(_ key: RenditionKey, _ bytes: [UInt8], cost: Int) {
        let entry = RenditionCache.Slot(key: key, bytes: bytes, newer: -1, older: -1)
        let slot = free.popLast() ?? slots.count
        if slot < slots.count { slots[slot] = entry } else { slots.append(entry) }
        index[key] = slot
        used += cost
        pushNewest(slot)
    }
}
