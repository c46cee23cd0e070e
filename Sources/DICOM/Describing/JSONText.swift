/// Pieces of JSON (RFC 8259) as bytes.
extension TextBuffer {
    /// The inside of a JSON string. `bytes` are valid UTF-8; control characters, C1 among them, are escaped.
    mutating func append(jsonText bytes: UnsafeRawBufferPointer) {
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x22 || byte == 0x5C {
                append(0x5C)
                append(byte)
            } else if byte < 0x20 || byte == 0x7F {
                append("\\u")
                append(hex: UInt32(byte), digits: 4)
            } else if byte == 0xC2, index + 1 < bytes.count, bytes[index + 1] < 0xA0 {
                index += 1
                append("\\u")
                append(hex: UInt32(bytes[index]), digits: 4)
            } else {
                append(byte)
            }
            index += 1
        }
    }

    /// Base64 with padding (RFC 4648 section 4).
    mutating func append(base64 bytes: UnsafeRawBufferPointer) {
        var index = 0
        while index < bytes.count {
            var group: UInt32 = 0
            let count = min(3, bytes.count - index)
            for offset in 0..<3 { group = group << 8 | (offset < count ? UInt32(bytes[index + offset]) : 0) }
            for position in 0..<4 {
                let six = UInt8(truncatingIfNeeded: group >> UInt32(18 - 6 * position) & 0x3F)
                append(position <= count ? Self.base64Letter(six) : 0x3D)
            }
            index += 3
        }
    }

    private static func base64Letter(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: 0x41 + value
        case 26..<52: 0x61 + value - 26
        case 52..<62: 0x30 + value - 52
        case 62: 0x2B
        default: 0x2F
        }
    }
}

/// Whether a decimal or integer string may stand as a JSON number: only where a reader that makes a Double of it can print the
/// same text again (K3), so "1.50", "+1" and "007" become strings.
enum JSONNumber {
    static func survives(_ text: UnsafeRawBufferPointer) -> Bool {
        if isShortInteger(text) { return true }
        guard text.count <= 24, let value = NumberDecoder.double(text[0..<text.count]), value.isFinite else { return false }
        var printed = TextBuffer(capacity: 64)
        printed.append(shortest: value)
        return printed.withBytes(0..<printed.count) { $0.elementsEqual(text) }
    }

    /// At most 15 digits, no needless zero or sign.
    private static func isShortInteger(_ text: UnsafeRawBufferPointer) -> Bool {
        let digits = text.first == 0x2D ? text.dropFirst() : text[0..<text.count]
        guard (1...15).contains(digits.count), digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return false }
        return digits.first != 0x30 || (digits.count == 1 && text.count == 1)
    }
}

extension NumberWord {
    /// Appends the number as DICOM JSON has it: AT as a string of eight digits, 64-bit integers beyond 2^53 as strings.
    func writeJSON(_ vr: VR, into output: inout TextBuffer) {
        switch vr {
        case .AT:
            output.append(0x22)
            output.append(hex: tag.rawValue, digits: 8, upperCase: true)
            output.append(0x22)
        case .SV where signed.magnitude > 1 << 53, .UV where unsigned > 1 << 53:
            output.append(0x22)
            write(vr, into: &output)
            output.append(0x22)
        case .FL where single == 0 && single.sign == .minus, .FD where double == 0 && double.sign == .minus: output.append("-0.0")
        case .FL where !single.isFinite: output.append(Self.nonFinite(single.isNaN, single < 0))
        case .FD where !double.isFinite: output.append(Self.nonFinite(double.isNaN, double < 0))
        default: write(vr, into: &output)
        }
    }

    private static func nonFinite(_ isNaN: Bool, _ isNegative: Bool) -> StaticString {
        isNaN ? "\"NaN\"" : isNegative ? "\"-inf\"" : "\"inf\""
    }
}
