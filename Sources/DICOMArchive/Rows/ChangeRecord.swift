/// A row of `changes`: a source whose bytes are others than those whose digest was stored, until somebody acknowledges it.
struct ChangeRecord {
    var directory: Int64 = 0
    var name: [UInt8] = []
    var changedNs: Int64 = 0
    var oldDigest: [UInt8] = []
    var newDigest: [UInt8] = []
    var oldSize: Int64 = 0
    var newSize: Int64 = 0

    var checksum: Int64 {
        var sum = RowChecksum(15)
        sum.add(directory)
        sum.add(name)
        sum.add(changedNs)
        sum.add(oldDigest)
        sum.add(newDigest)
        sum.add(oldSize)
        sum.add(newSize)
        return sum.value
    }

    static let columns = "directory, name, changed_ns, old_digest, new_digest, old_size, new_size, checksum"

    init() {}

    /// Columns in the order of `columns`, from `first` on.
    init(_ s: SQLStatement, from first: Int32 = 0) throws(ArchiveError) {
        directory = s.int(first)
        name = s.bytes(first + 1)
        changedNs = s.int(first + 2)
        oldDigest = s.bytes(first + 3)
        newDigest = s.bytes(first + 4)
        oldSize = s.int(first + 5)
        newSize = s.int(first + 6)
        let isInRange =
            RowRange.places.contains(directory) && RowRange.isName(name) && oldDigest.count == SHA256.length && newDigest.count == SHA256.length
            && RowRange.sizes.contains(oldSize) && RowRange.sizes.contains(newSize)
        try checkRow(isInRange && s.int(first + 7) == checksum, "changes", directory)
    }

    var message: String {
        "content changed: SHA-256 \(hexadecimal(oldDigest)) is now \(hexadecimal(newDigest)), \(oldSize) bytes are now \(newSize)"
    }
}

/// A source whose content changed although its digest was stored.
package struct ContentChange: Hashable, Sendable {
    package let path: [UInt8]
    package let oldDigest: [UInt8]
    package let newDigest: [UInt8]
}

/// Lower-case digits, as sha256sum prints them.
package func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
