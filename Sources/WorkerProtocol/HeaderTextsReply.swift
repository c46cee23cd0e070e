/// Result of `WorkerRequest.headerTexts`: for each file its text, or nothing where it is to be asked for alone: who does
/// learns what is wrong with it.
package enum HeaderTextsReply {
    /// Texts up to this length are made many at once, in bytes.
    package static let longestText = 64 << 10

    package static func encode(_ texts: [[UInt8]?]) -> [UInt8] {
        var writer = WireWriter(reserving: texts.reduce(0) { $0 + 5 + ($1?.count ?? 0) })
        for text in texts {
            writer.put(text != nil)
            if let text { writer.put(text) }
        }
        return writer.bytes
    }

    /// - Parameter longest: bytes that are taken of each file's text.
    package static func decode(_ bytes: [UInt8], longest: [Int]) throws(WireError) -> [[UInt8]?] {
        var reader = WireReader(bytes)
        var texts: [[UInt8]?] = []
        for most in longest { texts.append(try reader.bool() ? try reader.byteArray(longest: max(0, most)) : nil) }
        try reader.end()
        return texts
    }
}
