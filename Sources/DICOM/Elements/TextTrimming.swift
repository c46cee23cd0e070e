/// Padding of text values (PS3.5 section 6.2): spaces, and NUL for UI and for files that pad everything with it.
enum TextTrimming {
    /// Without leading and trailing spaces and NULs.
    static func trimmed(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { Array(range(bytes)) }

    static func range(_ bytes: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer> {
        var start = 0
        var end = bytes.count
        while start < end, isPadding(bytes[start]) { start += 1 }
        while end > start, isPadding(bytes[end - 1]) { end -= 1 }
        return bytes[start..<end]
    }

    static func isPadding(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0 }
}
