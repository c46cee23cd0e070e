/// A 64-bit sum over the columns of a row, stored beside them: SQLite itself notices only about half of all flipped bits (D8).
///
/// Each step is a bijection of the state for a given input and of the input for a given state, so a change confined to
/// one 8-byte word of one column always changes the sum; wider damage escapes with a chance of 2^-64.
struct RowChecksum {
    private var state: UInt64

    /// `table` keeps rows of different tables apart.
    init(_ table: UInt64) { state = table &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func add(_ value: Int64) {
        state = (state ^ UInt64(bitPattern: value)) &* 0x9E37_79B9_7F4A_7C15
        state ^= state >> 29
    }

    /// NULL differs from every value.
    mutating func add(_ bytes: [UInt8]?) {
        guard let bytes else { return add(-1) }
        add(bytes)
    }

    mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

    mutating func add(_ buffer: UnsafeRawBufferPointer) {
        add(Int64(buffer.count))
        var offset = 0
        while offset &+ 8 <= buffer.count {
            add(buffer.loadUnaligned(fromByteOffset: offset, as: Int64.self))
            offset &+= 8
        }
        var tail: UInt64 = 0
        while offset < buffer.count {
            tail = tail << 8 | UInt64(buffer[offset])
            offset &+= 1
        }
        add(Int64(bitPattern: tail))
    }

    var value: Int64 { Int64(bitPattern: state ^ state >> 32) }
}
