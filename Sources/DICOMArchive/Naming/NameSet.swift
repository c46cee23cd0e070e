/// Names of one folder that is put together in memory: unique under case folding, whoever comes later gets the suffix.
package struct NameSet: Sendable {
    /// Hashed as a whole: arrays are hashed element by element.
    private struct Folded: Hashable {
        let bytes: [UInt8]

        func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
    }
    private var places: [Folded: Int] = [:]

    package init() {}

    package mutating func reserveCapacity(_ count: Int) { places.reserveCapacity(count) }

    /// What was given along with a name that differs from `name` in case at most.
    package func place(of name: [UInt8]) -> Int? { places[Folded(bytes: caseFolded(name))] }

    /// - Parameter name: a complete name.
    /// - Returns: the name, or with a suffix made of `identity`.
    package mutating func add(_ name: [UInt8], identity: @autoclosure () -> [UInt8], place: Int) throws(ArchiveError) -> [UInt8] {
        let key = Folded(bytes: caseFolded(name))
        guard places[key] != nil else {
            places[key] = place
            return name
        }
        let claimed = try UniqueName.claim(base: name, identity: identity(), alwaysSuffixed: true) { places[Folded(bytes: $0)] != nil }
        places[Folded(bytes: claimed.key)] = place
        return claimed.name
    }
}
