/// Names that are unique in their folder, whoever comes later gets a suffix made of who it is.
enum UniqueName {
    /// Shortest hash of a suffix.
    static let hashLength = 6

    /// The name `base`, or with ` ~` and as many base32 characters of the SHA-256 of `identity` as it takes.
    /// - Parameters:
    ///   - base: components joined, before `FileName.complete`.
    ///   - isTaken: asked with case-folded names.
    /// - Returns: the name and its case-folded form.
    static func claim(
        base: [UInt8], identity: [UInt8], alwaysSuffixed: Bool = false, isTaken: ([UInt8]) throws(ArchiveError) -> Bool
    ) throws(ArchiveError) -> (name: [UInt8], key: [UInt8]) {
        if !alwaysSuffixed {
            let name = FileName.complete(base)
            let key = caseFolded(name)
            if try !isTaken(key) { return (name, key) }
        }
        let hash = SHA256.base32(of: identity)
        for length in hashLength...hash.count {
            let name = FileName.complete(base, suffix: suffix(hash, length))
            let key = caseFolded(name)
            if try !isTaken(key) { return (name, key) }
        }
        // Two identities with one SHA-256 do not exist; a folder that holds the name already can only be a damaged index.
        throw ArchiveError(.database, "no name is left for an entry")
    }

    /// - Parameter order: what stands before the hash.
    static func suffix(_ hash: [UInt8], _ length: Int, order: [UInt8] = []) -> [UInt8] { [0x20, UInt8(ascii: "~")] + order + hash.prefix(length) }

    /// Bytes that no other kind of entity and no other split of the fields can produce.
    static func identity(_ kind: StaticString, _ fields: [UInt8]...) -> [UInt8] {
        var bytes: [UInt8] = []
        begin(kind, &bytes)
        for field in fields { field.withUnsafeBytes { add($0, to: &bytes) } }
        return bytes
    }

    /// The same, put together in memory that is there.
    static func begin(_ kind: StaticString, _ bytes: inout [UInt8]) { kind.withUTF8Buffer { bytes += $0 } }

    static func add(_ field: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: UInt64(field.count).littleEndian) { bytes += $0 }
        bytes += field
    }
}
