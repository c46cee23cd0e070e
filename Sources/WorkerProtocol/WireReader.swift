/// Why bytes from the other side were not understood. The other side may be a worker that a file took over: nothing it
/// sends is believed before it was checked.
package struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
    @inline(never)
    package init(_ description: String) { self.description = description }
}

/// Reads what `WireWriter` wrote. Every read checks bounds; a claimed count never allocates more than the bytes at hand.
package struct WireReader: Sendable {
    private let bytes: [UInt8]
    private var offset = 0

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var remaining: Int { bytes.count - offset }

    package mutating func uint8() throws(WireError) -> UInt8 { try integer() }
    package mutating func uint32() throws(WireError) -> UInt32 { try integer() }
    package mutating func uint64() throws(WireError) -> UInt64 { try integer() }

    package mutating func int() throws(WireError) -> Int {
        let value: Int64 = try integer()
        return Int(truncatingIfNeeded: value)
    }

    package mutating func double() throws(WireError) -> Double {
        let bits: UInt64 = try integer()
        return Double(bitPattern: bits)
    }

    package mutating func bool() throws(WireError) -> Bool {
        switch try uint8() {
        case 0: false
        case 1: true
        default: throw WireError("not a truth value")
        }
    }

    /// A count of elements that take at least `elementSize` bytes each.
    package mutating func count(elementSize: Int, most: Int = .max) throws(WireError) -> Int {
        let count = Int(try uint32())
        guard count <= most else { throw WireError("\(count) elements or bytes where \(most) are the most") }
        guard count <= remaining / max(1, elementSize) else { throw WireError("\(count) elements announced, \(remaining) bytes left") }
        return count
    }

    package mutating func byteArray(longest: Int = .max) throws(WireError) -> [UInt8] {
        let length = try count(elementSize: 1, most: longest)
        let start = offset
        offset += length
        return [UInt8](bytes[start..<offset])
    }

    /// Text for people, one line: invalid UTF-8 is repaired, control characters become `?`.
    package mutating func line(longest: Int = .max) throws(WireError) -> String {
        let length = try count(elementSize: 1, most: longest)
        let start = offset
        offset += length
        let printable = bytes[start..<offset].map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: "?") : $0 }
        return String(decoding: printable, as: UTF8.self)
    }

    package func end() throws(WireError) {
        guard remaining == 0 else { throw WireError("\(remaining) bytes too many") }
    }

    private mutating func integer<T: FixedWidthInteger>() throws(WireError) -> T {
        let size = MemoryLayout<T>.size
        guard remaining >= size else { throw WireError("ends \(size - remaining) bytes early") }
        var value: T = 0
        for index in 0..<size { value |= T(truncatingIfNeeded: bytes[offset + index]) << T(truncatingIfNeeded: index &* 8) }
        offset += size
        return value
    }
}
