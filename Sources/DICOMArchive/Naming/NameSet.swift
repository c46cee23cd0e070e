/// Names of one folder that is put together in memory: unique under case folding, whoever comes later gets the suffix.
///
/// A name's place is how many came before it. The names stand one after the other, and a table of places leads to them:
/// arrays and dictionaries of arrays take several times the bytes of the names, and most of the time of a large search.
package struct NameSet: Sendable {
    private var bytes: [UInt8] = []
    private var names: [Name] = []
    /// Places by hash, with open addressing; -1 where there is none. A power of two, at most half full.
    private var slots: [Int32] = Array(repeating: -1, count: 16)
    /// Memory that is used again.
    private var folded: [UInt8] = []

    private struct Name {
        /// Behind it in `bytes`.
        let end: Int
        /// Of the folded name.
        let hash: Int
    }

    package init() {}

    package var count: Int { names.count }

    package subscript(_ place: Int) -> [UInt8] { Array(bytes[range(place)]) }

    /// Of the name that differs from `name` in case at most.
    package func place(of name: [UInt8]) -> Int? {
        let wanted = caseFolded(name)
        return place(ofFolded: wanted, Self.hash(wanted))
    }

    /// Adds a complete name, or the same with a suffix made of `identity`.
    package mutating func add(_ name: [UInt8], identity: @autoclosure () -> [UInt8]) throws(ArchiveError) {
        caseFold(name, into: &folded)
        let hash = Self.hash(folded)
        guard place(ofFolded: folded, hash) != nil else { return append(name[...], hash) }
        let claimed = try UniqueName.claim(base: name, identity: identity(), alwaysSuffixed: true) { place(ofFolded: $0, Self.hash($0)) != nil }
        append(claimed.name[...], Self.hash(claimed.key))
    }

    /// Adds the names of another set behind these.
    /// - Parameter identity: of who stands at a place of the other set.
    package mutating func add(_ other: NameSet, identity: (Int) -> [UInt8]) throws(ArchiveError) {
        if names.isEmpty { return self = other }
        reserve(count + other.count)
        for place in other.names.indices {
            let (name, hash) = (other.bytes[other.range(place)], other.names[place].hash)
            if hasHash(hash) { try add(Array(name), identity: identity(place)) } else { append(name, hash) }
        }
    }

    // MARK: - The table

    private func range(_ place: Int) -> Range<Int> { (place == 0 ? 0 : names[place - 1].end)..<names[place].end }

    private func place(ofFolded folded: [UInt8], _ hash: Int) -> Int? {
        var slot = hash & (slots.count &- 1)
        while slots[slot] >= 0 {
            let place = Int(slots[slot])
            if names[place].hash == hash, caseFolded(self[place]) == folded { return place }
            slot = (slot &+ 1) & (slots.count &- 1)
        }
        return nil
    }

    private func hasHash(_ hash: Int) -> Bool {
        var slot = hash & (slots.count &- 1)
        while slots[slot] >= 0 {
            if names[Int(slots[slot])].hash == hash { return true }
            slot = (slot &+ 1) & (slots.count &- 1)
        }
        return false
    }

    private mutating func append(_ name: ArraySlice<UInt8>, _ hash: Int) {
        reserve(count + 1)
        bytes.append(contentsOf: name)
        names.append(Name(end: bytes.count, hash: hash))
        enter(names.count - 1)
    }

    private mutating func reserve(_ count: Int) {
        guard count * 2 > slots.count else { return }
        var size = slots.count
        while count * 2 > size { size *= 2 }
        slots = Array(repeating: -1, count: size)
        for place in names.indices { enter(place) }
    }

    private mutating func enter(_ place: Int) {
        var slot = names[place].hash & (slots.count &- 1)
        while slots[slot] >= 0 { slot = (slot &+ 1) & (slots.count &- 1) }
        slots[slot] = Int32(truncatingIfNeeded: place)
    }

    /// Seeded anew in each process: names are made by whoever makes the files.
    private static func hash(_ folded: [UInt8]) -> Int {
        var hasher = Hasher()
        folded.withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }
}
