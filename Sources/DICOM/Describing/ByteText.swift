/// Writing text as bytes: no `String` on the way, one buffer that grows.
extension Array where Element == UInt8 {
    mutating func append(_ text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Decimal digits.
    mutating func append(decimal value: Int) {
        if value < 0 { append(0x2D) }
        append(decimal: UInt64(value.magnitude))
    }

    mutating func append(decimal value: UInt64) {
        if value < 10 { return append(0x30 | UInt8(truncatingIfNeeded: value)) }
        var divisor: UInt64 = 10
        while value / divisor >= 10 { divisor *= 10 }
        var rest = value
        while divisor > 0 {
            append(0x30 | UInt8(truncatingIfNeeded: rest / divisor))
            rest %= divisor
            divisor /= 10
        }
    }

    /// The lowest `digits` hexadecimal digits, lower case.
    mutating func append(hex value: UInt64, digits: Int, upperCase: Bool = false) {
        var shift = UInt64(digits * 4)
        let letter: UInt8 = upperCase ? 0x37 : 0x57
        while shift > 0 {
            shift -= 4
            let digit = UInt8(truncatingIfNeeded: value >> shift & 0xF)
            append(digit < 10 ? 0x30 | digit : letter + digit)
        }
    }

    /// `(gggg,eeee)`.
    mutating func append(_ tag: Tag) {
        append(0x28)
        append(hex: UInt64(tag.group), digits: 4)
        append(0x2C)
        append(hex: UInt64(tag.element), digits: 4)
        append(0x29)
    }

    /// The two letters of a VR.
    mutating func append(_ vr: VR) {
        append(UInt8(truncatingIfNeeded: vr.rawValue >> 8))
        append(UInt8(truncatingIfNeeded: vr.rawValue))
    }

    /// Shortest form that reads back as the same number: `1`, `0.1`, `1e-05`, `nan`, `-inf` (H7).
    mutating func append(shortest value: Double) {
        if value.isNaN { return append("nan") }
        append(shortestForm: value.description)
    }

    mutating func append(shortest value: Float) {
        if value.isNaN { return append("nan") }
        append(shortestForm: value.description)
    }

    private mutating func append(shortestForm text: String) {
        append(contentsOf: text.utf8)
        let start = count - 2
        if start > 0, self[start] == 0x2E, self[start + 1] == 0x30 { removeLast(2) }
    }
}
