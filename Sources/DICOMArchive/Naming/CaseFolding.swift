import Foundation

/// The form in which names are compared: two names with one folded form would be one file on some disk (N7).
///
/// Coarser than Unicode's default case folding (upper case, then lower case, normalised before and after), so that no
/// file system that folds case finds a collision that we did not. Bytes that are not UTF-8 stay as they are.
package func caseFolded(_ bytes: [UInt8]) -> [UInt8] {
    if bytes.allSatisfy({ $0 < 0x80 }) { return asciiFolded(bytes) }
    guard String(validating: bytes, as: UTF8.self) != nil else { return foldedInParts(bytes) }
    return foldedText(bytes)
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
