import CZlib
import Glibc

/// What a thumbnail says of the file that it shows (freedesktop.org, Thumbnail Managing Standard), so that a file manager knows it is
/// still valid and does not have it drawn again: PNG texts `Thumb::URI`, `Thumb::MTime`, `Thumb::Size` and `Thumb::Mimetype`.
struct ThumbnailTexts {
    private let texts: [(keyword: String, value: String)]

    /// - Parameter uri: as the file manager calls it; nil makes it from the absolute path.
    init(of document: InputDocument, uri: String?) {
        var status = stat()
        var texts = [("Thumb::Mimetype", "application/dicom"), ("Thumb::Size", "\(document.size)")]
        if fstat(document.descriptor, &status) == 0 { texts.append(("Thumb::MTime", "\(status.st_mtim.tv_sec)")) }
        if let uri = uri ?? Self.uri(ofPath: document.name), uri.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) {
            texts.append(("Thumb::URI", uri))
        }
        self.texts = texts
    }

    /// The PNG with the texts behind its header.
    func inserted(into png: [UInt8]) -> [UInt8] {
        // Signature and IHDR, which comes first and has 13 bytes (PNG 11.2.1).
        let header = 8 + 12 + 13
        guard png.count > header else { return png }
        return png[..<header] + texts.flatMap { Self.chunk($0.keyword, $0.value) } + png[header...]
    }

    /// tEXt: keyword, NUL, text (PNG 11.3.3.2).
    private static func chunk(_ keyword: String, _ value: String) -> [UInt8] {
        let body = Array("tEXt".utf8) + Array(keyword.utf8) + [0] + Array(value.utf8)
        let sum = UInt32(truncatingIfNeeded: crc32(0, body, uInt(body.count)))
        return bytes(UInt32(body.count - 4)) + body + bytes(sum)
    }

    private static func bytes(_ word: UInt32) -> [UInt8] { withUnsafeBytes(of: word.bigEndian) { Array($0) } }

    /// As GLib makes it, for file managers compare it letter by letter; nil for a path that leads nowhere.
    private static func uri(ofPath path: String) -> String? {
        guard let resolved = CommandLine.withBytes(of: path, { realpath($0, nil) }) else { return nil }
        defer { free(resolved) }
        var uri = "file://"
        for byte in UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)) {
            if isPlain(byte) {
                uri.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                uri += digits.count == 1 ? "%0" + digits : "%" + digits
            }
        }
        return uri
    }

    private static let plainPunctuation = Set("!$&'()*+,-./:=@_~".utf8)

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: plainPunctuation.contains(byte)
        }
    }
}
