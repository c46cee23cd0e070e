/// Names of folders that are put together in memory: unique in their folder under case folding, whoever comes later gets the
/// suffix.
///
/// A name's place is how many came before it. The names stand one after the other, and a table of places leads to them:
/// arrays and dictionaries of arrays take several times the bytes of the names, and most of the time of a large search.
package struct NameSet: Sendable {
    private var bytes: [UInt8] = []
    private var names: [Name] = []
    /// Places by hash, with open addressing; -1 where there is none. A power of two, at most half full.
    private var slots: [Int32] = Array(repeating: -1, count: 16)

    private struct Name {
        /// Behind it in `bytes`.
        let end: Int
        /// Of the folder and the folded name.
        let hash: UInt32
        let folder: Int32
    }

    package init() {}

    package var count: Int { names.count }

    package subscript(_ place: Int) -> [UInt8] { Array(bytes[range(place)]) }

    /// Of the name that differs from `name` in case at most.
    package func place(of name: [UInt8], in folder: Int32 = 0) -> Int? {
        withFolded(name) { place(ofFolded: $0, in: folder, Self.hash($0, folder)) }
    }

    /// Adds a complete name, or the same with a suffix made of `identity`.
    package mutating func add(_ name: [UInt8], in folder: Int32 = 0, identity: @autoclosure () -> [UInt8]) throws(ArchiveError) {
        let (hash, isTaken) = withFolded(name) { folded in
            let hash = Self.hash(folded, folder)
            return (hash, place(ofFolded: folded, in: folder, hash) != nil)
        }
        guard isTaken else { return append(name[...], in: folder, hash) }
        let claimed = try UniqueName.claim(base: name, identity: identity(), alwaysSuffixed: true) { key in
            key.withUnsafeBytes { place(ofFolded: $0, in: folder, Self.hash($0, folder)) != nil }
        }
        append(claimed.name[...], in: folder, claimed.key.withUnsafeBytes { Self.hash($0, folder) })
    }

    /// Adds the names of another set behind these.
    /// - Parameter identity: of who stands at a place of the other set.
    package mutating func add(_ other: NameSet, identity: (Int) -> [UInt8]) throws(ArchiveError) {
        if names.isEmpty { return self = other }
        reserve(count + other.count)
        for place in other.names.indices {
            let (name, hash, folder) = (other.bytes[other.range(place)], other.names[place].hash, other.names[place].folder)
            // Without a folded name: nearly all are new.
            if self.place(hash, where: { _ in true }) != nil { try add(Array(name), in: folder, identity: identity(place)) } else { append(name, in: folder, hash) }
        }
    }

    // MARK: - The table

    private func range(_ place: Int) -> Range<Int> { (place == 0 ? 0 : names[place - 1].end)..<names[place].end }

    private func place(ofFolded folded: UnsafeRawBufferPointer, in folder: Int32, _ hash: UInt32) -> Int? {
        place(hash) { names[$0].folder == folder && withFolded(self[$0]) { $0.elementsEqual(folded) } }
    }

    private func place(_ hash: UInt32, where isWanted: (Int) -> Bool) -> Int? {
        var slot = Int(hash) & (slots.count &- 1)
        while slots[slot] >= 0 {
            let place = Int(slots[slot])
            if names[place].hash == hash, isWanted(place) { return place }
            slot = (slot &+ 1) & (slots.count &- 1)
        }
        return nil
    }

    private mutating func append(_ name: ArraySlice<UInt8>, in folder: Int32, _ hash: UInt32) {
        reserve(count + 1)
        bytes.append(contentsOf: name)
        names.append(Name(end: bytes.count, hash: hash, folder: folder))
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
        var slot = Int(names[place].hash) & (slots.count &- 1)
        while slots[slot] >= 0 { slot = (slot &+ 1) & (slots.count &- 1) }
        slots[slot] = Int32(truncatingIfNeeded: place)
    }

    /// Seeded anew in each process: names are made by whoever makes the files.
    private static func hash(_ folded: UnsafeRawBufferPointer, _ folder: Int32) -> UInt32 {
        var hasher = Hasher()
        hasher.combine(folder)
        hasher.combine(bytes: folded)
        return UInt32(truncatingIfNeeded: hasher.finalize())
    }
}
