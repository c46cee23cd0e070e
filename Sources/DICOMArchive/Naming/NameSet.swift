/// Names of one folder that is put together in memory: unique under case folding, whoever comes later gets the suffix.
///
/// A name's place is how many came before it. The names stand one after the other: an array for each takes several times
/// its bytes.
package struct NameSet: Sendable {
    private var bytes: [UInt8] = []
    /// Behind each name in `bytes`.
    private var ends: [Int] = []
    /// By the hash of the folded name.
    private var places: [Int: Int] = [:]
    /// Memory that is used again.
    private var folded: [UInt8] = []

    package init() {}

    package var count: Int { ends.count }

    package subscript(_ place: Int) -> [UInt8] { Array(bytes[(place == 0 ? 0 : ends[place - 1])..<ends[place]]) }

    /// Of the name that differs from `name` in case at most.
    package func place(of name: [UInt8]) -> Int? {
        let wanted = caseFolded(name)
        guard let place = places[Self.hash(wanted)], caseFolded(self[place]) == wanted else { return nil }
        return place
    }

    /// Adds a complete name, or the same with a suffix made of `identity`.
    package mutating func add(_ name: [UInt8], identity: @autoclosure () -> [UInt8]) throws(ArchiveError) {
        caseFold(name, into: &folded)
        let hash = Self.hash(folded)
        // Two names of one hash would be one too many here: the later one has a suffix that it does not need.
        guard places[hash] != nil else { return append(name, hash) }
        let claimed = try UniqueName.claim(base: name, identity: identity(), alwaysSuffixed: true) { places[Self.hash($0)] != nil }
        append(claimed.name, Self.hash(claimed.key))
    }

    private mutating func append(_ name: [UInt8], _ hash: Int) {
        places[hash] = ends.count
        bytes += name
        ends.append(bytes.count)
    }

    private static func hash(_ folded: [UInt8]) -> Int {
        var hasher = Hasher()
        folded.withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }
}
