/// Bytes for one line of text: control characters, backslashes, invisible characters and bytes that are not UTF-8 as `\xNN` (N2, P14).
package func printable(_ bytes: [UInt8]) -> [UInt8] {
    if bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) { return bytes }
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count + 16)
    forEachScalar(bytes) { scalar, raw in
        let isPlain = scalar.map { $0 != "\\" && isVisible($0) } ?? false
        if isPlain { out += raw } else { for byte in raw { out += [UInt8(ascii: "\\"), UInt8(ascii: "x")] + hexDigits(byte) } }
    }
    return out
}

/// Two upper-case hexadecimal digits.
func hexDigits(_ byte: UInt8) -> [UInt8] {
    [hexDigit(byte >> 4), hexDigit(byte & 15)]
}

private func hexDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + (nibble - 10)
}
