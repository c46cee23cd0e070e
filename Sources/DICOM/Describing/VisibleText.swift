/// Text of a value on one line, with everything in it to be seen (header-text.md H6, H10).
package struct VisibleText {
    /// Blanks and NULs before a backslash are padding of the value before it.
    let isMultiValued: Bool
    /// Most characters (Unicode scalars) that are written.
    let limit: Int

    /// One value, whole, as header text shows it: one line, and nothing that a terminal would obey.
    package static func line(_ value: String) -> String {
        var output = TextBuffer(capacity: value.utf8.count)
        var value = value
        value.withUTF8 { _ = VisibleText(isMultiValued: false, limit: .max).write(UnsafeRawBufferPointer($0), into: &output) }
        return String(decoding: output.array(), as: UTF8.self)
    }

    /// Appends valid UTF-8: control characters as control pictures, DEL, C1, line and paragraph separators and bidi controls
    /// as `\u{xxxx}`, trailing padding left out.
    ///
    /// - Returns: characters beyond the limit, left out.
    func write(_ bytes: UnsafeRawBufferPointer, into output: inout TextBuffer) -> Int {
        let end = Self.withoutPadding(bytes)
        if copy(UnsafeRawBufferPointer(rebasing: bytes[0..<end]), into: &output) { return 0 }
        var index = 0
        var written = 0
        while index < end {
            if isMultiValued, let next = paddingEnd(bytes, index, end) {
                index = next
                continue
            }
            let length = max(1, UTF8Bytes.sequenceLength(bytes, at: index))
            if written == limit { return Self.characters(bytes, from: index, to: end) }
            write(UnsafeRawBufferPointer(rebasing: bytes[index..<min(end, index + length)]), character: &output)
            written += 1
            index += length
        }
        return 0
    }

    /// Length without trailing blanks and NULs.
    static func withoutPadding(_ bytes: UnsafeRawBufferPointer) -> Int {
        var end = bytes.count
        while end > 0, bytes[end - 1] == 0x20 || bytes[end - 1] == 0 { end -= 1 }
        return end
    }

    /// Appends what can be shown as it stands in any character set: printable ASCII within the limit, without padding inside.
    ///
    /// - Parameter bytes: without trailing padding.
    /// - Returns: false, and nothing appended, for all else.
    func copy(_ bytes: UnsafeRawBufferPointer, into output: inout TextBuffer) -> Bool {
        guard bytes.count <= limit, let hasBackslash = Self.printableWithBackslash(bytes) else { return false }
        if hasBackslash, isMultiValued {
            for index in 1..<max(1, bytes.count) where bytes[index] == 0x5C && bytes[index - 1] == 0x20 { return false }
        }
        output.append(bytes)
        return true
    }

    /// Whether there is a backslash; nil where a byte is not printable ASCII. Eight bytes at a time.
    private static func printableWithBackslash(_ bytes: UnsafeRawBufferPointer) -> Bool? {
        let count = bytes.count
        var backslashes: UInt64 = 0
        var refused: UInt64 = 0
        func look(_ word: UInt64) {
            // The high bit of a byte: beyond ASCII; 0x7F; below 0x20.
            refused |= word | (word &+ ones) | (word &- 0x20 &* ones) & ~word
            let other = word ^ 0x5C &* ones
            backslashes |= (other &- ones) & ~other
        }
        let ones: UInt64 = 0x0101_0101_0101_0101
        if count >= 8 {
            var index = 0
            while index &+ 8 < count {
                look(bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                index &+= 8
            }
            // The last eight, some of them for the second time.
            look(bytes.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self))
        } else {
            for byte in bytes { look(0x2020_2020_2020_2000 | UInt64(byte)) }
        }
        let high = 0x80 &* ones
        return refused & high == 0 ? backslashes & high != 0 : nil
    }

    /// Where padding that starts here ends, if a backslash follows it.
    private func paddingEnd(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Int? {
        var index = start
        while index < end, bytes[index] == 0x20 || bytes[index] == 0 { index += 1 }
        return index > start && index < end && bytes[index] == 0x5C ? index : nil
    }

    private static func characters(_ bytes: UnsafeRawBufferPointer, from start: Int, to end: Int) -> Int {
        var count = 0
        for index in start..<end where bytes[index] & 0xC0 != 0x80 { count += 1 }
        return count
    }

    private func write(_ sequence: UnsafeRawBufferPointer, character output: inout TextBuffer) {
        let lead = sequence[0]
        if lead < 0x20 {
            output.append(scalar: 0x2400 + UInt32(lead))
        } else if lead == 0x7F {
            escape(0x7F, &output)
        } else if sequence.count == 2, let hidden = Self.hidden(sequence) {
            escape(hidden, &output)
        } else if sequence.count == 3, let hidden = Self.hidden(sequence) {
            escape(hidden, &output)
        } else {
            output.append(sequence)
        }
    }

    private func escape(_ scalar: UInt32, _ output: inout TextBuffer) {
        output.append("\\u{")
        output.append(hex: scalar, digits: 4)
        output.append(0x7D)
    }

    /// A character that would hide or reorder what stands around it, by its bytes; else nil.
    private static func hidden(_ sequence: UnsafeRawBufferPointer) -> UInt32? {
        var scalar = UInt32(sequence[0]) & (sequence.count == 2 ? 0x1F : 0x0F)
        for byte in sequence.dropFirst() { scalar = scalar << 6 | UInt32(byte & 0x3F) }
        switch scalar {
        case 0x80...0x9F, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: return scalar
        default: return nil
        }
    }
}
