/// Walks over bytes that should be UTF-8: each valid scalar with its bytes, each invalid byte alone with nil.
package func forEachScalar(_ bytes: [UInt8], _ body: (Unicode.Scalar?, ArraySlice<UInt8>) -> Void) {
    var position = 0
    while position < bytes.count {
        let (scalar, length) = decodeScalar(bytes, at: position)
        body(scalar, bytes[position..<position + length])
        position += length
    }
}

/// The scalar that starts at `position` and its length, or nil and 1. Overlong forms and surrogates are invalid (RFC 3629).
func decodeScalar(_ bytes: [UInt8], at position: Int) -> (scalar: Unicode.Scalar?, length: Int) {
    let first = bytes[position]
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let length: Int
    var value: UInt32
    switch first {
    case 0xC2...0xDF: (length, value) = (2, UInt32(first & 0x1F))
    case 0xE0...0xEF: (length, value) = (3, UInt32(first & 0x0F))
    case 0xF0...0xF4: (length, value) = (4, UInt32(first & 0x07))
    default: return (nil, 1)
    }
    guard position + length <= bytes.count else { return (nil, 1) }
    for offset in 1..<length {
        let byte = bytes[position + offset]
        guard byte & 0xC0 == 0x80 else { return (nil, 1) }
        value = value << 6 | UInt32(byte & 0x3F)
    }
    let minimum: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x1_0000
    guard value >= minimum, let scalar = Unicode.Scalar(value) else { return (nil, 1) }
    return (scalar, length)
}

/// Whether a character may stand in a name or a line: not a control, not invisible, not a format or bidi character, not
/// private, not unassigned (its normalisation could change with the next Unicode version) (N2, N3).
package func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value >= 0x20 && scalar.value < 0x7F }
    let properties = scalar.properties
    if properties.isDefaultIgnorableCodePoint { return false }
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return false
    default: return true
    }
}

/// Whether a character attaches to the one before it, so that it may neither start a component nor follow an escape.
func isAttaching(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x300 { return false }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .spacingMark: return true
    default: return scalar.properties.canonicalCombiningClass != .notReordered
    }
}
