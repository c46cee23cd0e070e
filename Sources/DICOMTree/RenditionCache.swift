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

/// Bytes made once, kept in memory under a budget; what was used longest ago goes first, and is made again when somebody asks
/// for it: open files hold none of their own.
///
/// What is being made counts too, before it is there. Something larger than the budget has room for as many of its size as
/// there are makers, so that whoever reads it in pieces does not have it made for each of them.
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
        /// What is being made.
        var reserved = 0
    }
    private let state = Mutex(State())
    private let budget: Int
    private let makers: Int
    /// What an entry costs beside its bytes.
    private static let overhead = 128

    /// - Parameters:
    ///   - budget: in bytes.
    ///   - makers: how many are at work at a time; 0 holds nothing beyond the budget.
    package init(budget: Int, makers: Int = 0) {
        self.budget = budget
        self.makers = makers
    }

    /// Makes something that comes to about so many bytes, with room for it made before, and keeps it.
    package func making<Failure: Error>(_ size: Int, for key: RenditionKey, _ make: () throws(Failure) -> [UInt8]) throws(Failure) -> [UInt8] {
        let cost = max(0, size) + Self.overhead
        state.withLock { state in
            state.makeRoom(for: cost, room(cost), overhead: Self.overhead)
            state.reserved += cost
        }
        defer { state.withLock { $0.reserved -= cost } }
        let bytes = try make()
        insert(bytes, for: key, instead: cost)
        return bytes
    }

    private func room(_ cost: Int) -> Int { max(budget, cost.multipliedReportingOverflow(by: makers).partialValue) }

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

    package func insert(_ bytes: [UInt8], for key: RenditionKey) { insert(bytes, for: key, instead: 0) }

    /// - Parameter reserved: what of `reserved` these bytes take the place of.
    private func insert(_ bytes: [UInt8], for key: RenditionKey, instead reserved: Int) {
        let cost = bytes.count + Self.overhead
        let room = room(cost)
        guard cost <= room else { return }
        state.withLock { state in
            if let old = state.index[key] { state.remove(old, overhead: Self.overhead) }
            state.makeRoom(for: max(0, cost - reserved), room, overhead: Self.overhead)
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

    fileprivate mutating func makeRoom(for cost: Int, _ room: Int, overhead: Int) {
        while used + reserved + cost > room, oldest >= 0 { remove(oldest, overhead: overhead) }
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
