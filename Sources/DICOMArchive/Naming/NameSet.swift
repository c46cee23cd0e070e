/// Names of one folder that is put together in memory: unique under case folding, whoever comes later gets the suffix.
package struct NameSet {
    /// What was given along with each folded name.
    package private(set) var places: [[UInt8]: Int] = [:]

    package init() {}

    /// - Parameter name: a complete name.
    /// - Returns: the name, or with a suffix made of `identity`.
    package mutating func add(_ name: [UInt8], identity: @autoclosure () -> [UInt8], place: Int) throws(ArchiveError) -> [UInt8] {
        let key = caseFolded(name)
        guard places[key] != nil else {
            places[key] = place
            return name
        }
        let claimed = try UniqueName.claim(base: name, identity: identity(), alwaysSuffixed: true) { places[$0] != nil }
        places[claimed.key] = place
        return claimed.name
    }
}
