import Foundation

/// The form in which names are compared: two names with one folded form would be one file on some disk (N7).
///
/// Coarser than Unicode's default case folding (upper case, then lower case, normalised before and after), so that no
/// file system that folds case finds a collision that we did not. Bytes that are not UTF-8 stay as they are.
package func caseFolded(_ bytes: [UInt8]) -> [UInt8] {
    if bytes.allSatisfy({ $0 < 0x80 }) { return asciiFolded(bytes) }
    if let folded = latinFolded(bytes) { return folded }
    guard String(validating: bytes, as: UTF8.self) != nil else { return foldedInParts(bytes) }
    return foldedText(bytes)
}

/// The same without an array for most names.
func withFolded<Result>(_ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    guard bytes.count <= 256, bytes.allSatisfy({ $0 < 0x80 }) else { return caseFolded(bytes).withUnsafeBytes { body($0) } }
    return withUnsafeTemporaryAllocation(byteCount: bytes.count, alignment: 1) { folded in
        for place in bytes.indices {
            let byte = bytes[place]
            folded[place] = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
        }
        return body(UnsafeRawBufferPointer(folded))
    }
}

/// The bytes in Normalisation Form C; they must be valid UTF-8.
func normalised(_ bytes: [UInt8]) -> [UInt8] {
    // Below U+0300 nothing composes or reorders.
    if bytes.allSatisfy({ $0 < 0xCC }) { return bytes }
    return Array(String(decoding: bytes, as: UTF8.self).precomposedStringWithCanonicalMapping.utf8)
}

private func asciiFolded(_ bytes: [UInt8]) -> [UInt8] {
    bytes.map { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") ? $0 | 0x20 : $0 }
}

/// Of Latin-1 text, in which nothing composes and case is one bit: a hundred times faster than by Unicode's properties.
/// Nil for other text, and for the two characters whose upper case lies elsewhere (\u{B5} and \u{DF}).
private func latinFolded(_ bytes: [UInt8]) -> [UInt8]? {
    var out = bytes
    var position = 0
    while position < out.count {
        let byte = out[position]
        if byte < 0x80 {
            if byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") { out[position] = byte | 0x20 }
            position += 1
            continue
        }
        guard byte == 0xC2 || byte == 0xC3, position + 1 < out.count, out[position + 1] & 0xC0 == 0x80 else { return nil }
        let next = out[position + 1]
        if byte == 0xC2 && next == 0xB5 || byte == 0xC3 && next == 0x9F { return nil }
        if byte == 0xC3 && next <= 0x9E && next != 0x97 { out[position + 1] = next | 0x20 }
        position += 2
    }
    return out
}

private func foldedText(_ bytes: [UInt8]) -> [UInt8] {
    var text = String(decoding: normalised(bytes), as: UTF8.self)
    text = String(mapping: text) { $0.properties.uppercaseMapping }
    text = String(mapping: text) { $0.properties.lowercaseMapping }
    return Array(text.precomposedStringWithCanonicalMapping.utf8)
}

private func foldedInParts(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    var run: [UInt8] = []
    forEachScalar(bytes) { scalar, raw in
        if scalar != nil {
            run += raw
        } else {
            out += foldedText(run) + raw
            run = []
        }
    }
    return out + foldedText(run)
}

extension String {
    fileprivate init(mapping text: String, _ map: (Unicode.Scalar) -> String) {
        self = ""
        for scalar in text.unicodeScalars { unicodeScalars.append(contentsOf: map(scalar).unicodeScalars) }
    }
}
