/// UTF-8 at the level of bytes: names and texts are never made into `String` on the way.
enum UTF8Bytes {
    /// Length of the well-formed sequence at `index` (Unicode table 3-7), or 0 where there is none.
    static func sequenceLength(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Int {
        guard index < bytes.count else { return 0 }
        let lead = bytes[index]
        if lead < 0x80 { return 1 }
        let length = expectedLength(lead)
        guard length > 0, index + length <= bytes.count, secondRange(lead).contains(bytes[index + 1]) else { return 0 }
        for next in index + 2..<max(index + 2, index + length) where bytes[next] & 0xC0 != 0x80 { return 0 }
        return length
    }

    /// How many bytes one U+FFFD replaces where no sequence begins: the longest start of a well-formed one, at least 1.
    static func maximalSubpart(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Int {
        let length = expectedLength(bytes[index])
        guard length > 2, index + 1 < bytes.count, secondRange(bytes[index]).contains(bytes[index + 1]) else { return 1 }
        guard length > 3, index + 2 < bytes.count, bytes[index + 2] & 0xC0 == 0x80 else { return 2 }
        return 3
    }

    static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < bytes.count {
            let length = sequenceLength(bytes, at: index)
            if length == 0 { return false }
            index += length
        }
        return true
    }

    private static func expectedLength(_ lead: UInt8) -> Int {
        switch lead {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 0
        }
    }

    private static func secondRange(_ lead: UInt8) -> ClosedRange<UInt8> {
        switch lead {
        case 0xE0: 0xA0...0xBF
        case 0xED: 0x80...0x9F
        case 0xF0: 0x90...0xBF
        case 0xF4: 0x80...0x8F
        default: 0x80...0xBF
        }
    }
}

extension Array where Element == UInt8 {
    /// Appends a Unicode scalar as UTF-8; what is not one becomes U+FFFD.
    mutating func append(scalar value: UInt32) {
        switch value {
        case 0..<0x80: append(UInt8(value))
        case 0x80..<0x800:
            append(UInt8(0xC0 | value >> 6))
            append(UInt8(0x80 | value & 0x3F))
        case 0x800..<0xD800, 0xE000..<0x1_0000:
            append(UInt8(0xE0 | value >> 12))
            append(UInt8(0x80 | value >> 6 & 0x3F))
            append(UInt8(0x80 | value & 0x3F))
        case 0x1_0000..<0x11_0000:
            append(UInt8(0xF0 | value >> 18))
            append(UInt8(0x80 | value >> 12 & 0x3F))
            append(UInt8(0x80 | value >> 6 & 0x3F))
            append(UInt8(0x80 | value & 0x3F))
        default: append(scalar: 0xFFFD)
        }
    }
}
