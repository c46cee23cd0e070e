/// A piece of text inside one of the generated tables: no copy, no reference count, valid for the life of the process.
package struct StaticText: @unchecked Sendable {  // points into constant data of the program, which never changes
    private let start: UnsafePointer<UInt8>
    package let count: Int

    init(start: UnsafePointer<UInt8>, count: Int) {
        self.start = start
        self.count = count
    }

    package var isEmpty: Bool { count == 0 }
    package var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }
    package var string: String { String(decoding: bytes, as: UTF8.self) }
}

/// A generated table of lines: one `StaticString`, because array literals of this size take the compiler minutes.
struct LineTable: @unchecked Sendable {  // points into constant data of the program, which never changes
    let start: UnsafePointer<UInt8>
    let count: Int

    init(_ text: StaticString) {
        start = text.utf8Start
        count = text.utf8CodeUnitCount
    }

    /// Offset of the end of the line that holds `offset` (its newline, or the end of the table).
    func lineEnd(from offset: Int) -> Int {
        var end = offset
        while end < count, start[end] != 0x0A { end += 1 }
        return end
    }

    /// The field that starts at `offset`, up to the next blank or the end of the line.
    func field(at offset: Int) -> StaticText {
        var end = offset
        while end < count, start[end] != 0x20, start[end] != 0x0A { end += 1 }
        return StaticText(start: start + offset, count: end - offset)
    }

    func text(_ range: Range<Int>) -> StaticText {
        StaticText(start: start + range.lowerBound, count: range.count)
    }

    /// `digits` hexadecimal digits at `offset`; an `x` (any digit, in patterns of tags) counts as 0.
    func hex(at offset: Int, digits: Int) -> UInt32 {
        var value: UInt32 = 0
        for index in offset..<offset + digits {
            let c = start[index]
            let digit: UInt32 = c <= 0x39 ? UInt32(c) & 0xF : (c | 0x20) <= 0x66 ? UInt32(c & 0xF) + 9 : 0
            value = value << 4 | digit
        }
        return value
    }
}
