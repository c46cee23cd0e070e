/// Appends values in the form both ends of a worker's socket use: little endian, lengths before contents.
package struct WireWriter: Sendable {
    package private(set) var bytes: [UInt8] = []
    /// Whether texts of files are cut at the lengths that dcmfs takes (`IngestReply`).
    var isCutting = true

    package init(reserving capacity: Int = 256) { bytes.reserveCapacity(capacity) }

    package mutating func put(_ value: UInt8) { bytes.append(value) }
    package mutating func put(_ value: Bool) { bytes.append(value ? 1 : 0) }
    package mutating func put(_ value: UInt32) { putInteger(value) }
    package mutating func put(_ value: UInt64) { putInteger(value) }
    package mutating func put(_ value: Int) { putInteger(Int64(value)) }
    package mutating func put(_ value: Double) { putInteger(value.bitPattern) }

    /// A count of what follows. Both sides stay far below 2^32.
    package mutating func putCount(_ count: Int) { putInteger(UInt32(clamping: count)) }

    package mutating func put(_ value: [UInt8]) {
        putCount(value.count)
        bytes.append(contentsOf: value)
    }

    package mutating func put(_ value: String) {
        putCount(value.utf8.count)
        bytes.append(contentsOf: value.utf8)
    }

    private mutating func putInteger<T: FixedWidthInteger>(_ value: T) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
