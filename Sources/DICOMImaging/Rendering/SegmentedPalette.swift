/// Segmented palettes: discrete, linear and indirect segments (PS3.3 C.7.9.2).
enum SegmentedPalette {
    /// Stops at `count` entries or at the first segment that makes no sense.
    static func expand(_ words: [UInt16], count: Int) -> [UInt16] {
        var entries: [UInt16] = []
        entries.reserveCapacity(count)
        var at = 0
        while at + 1 < words.count, entries.count < count {
            let length = Int(words[at + 1])
            switch words[at] {
            case 0, 1:
                guard let next = segment(words, at, into: &entries) else { return entries }
                at = next
            case 2:
                // Copies segments that were defined before; the offset counts in bytes of 16-bit words.
                guard at + 3 < words.count else { return entries }
                let offset = Int(words[at + 2]) | Int(words[at + 3]) << 16
                var from = offset / 2
                for _ in 0..<length where entries.count < count {
                    guard from + 1 < words.count, words[from] < 2, let next = segment(words, from, into: &entries) else { return entries }
                    from = next
                }
                at += 4
            default: return entries
            }
        }
        return Array(entries.prefix(count))
    }

    /// Appends a discrete or linear segment; where the next one starts.
    private static func segment(_ words: [UInt16], _ at: Int, into entries: inout [UInt16]) -> Int? {
        let length = Int(words[at + 1])
        if words[at] == 0 {
            guard at + 2 + length <= words.count else { return nil }
            entries += words[(at + 2)..<(at + 2 + length)]
            return at + 2 + length
        }
        guard at + 2 < words.count, let last = entries.last, length > 0 else { return nil }
        let end = Int(words[at + 2])
        for step in 1...length {
            let value = Double(last) + Double(end - Int(last)) * Double(step) / Double(length)
            entries.append(UInt16(min(max(value.rounded(), 0), 65_535)))
        }
        return at + 3
    }
}
