import DICOM

/// PALETTE COLOR (PS3.3 C.7.6.3.1.5, C.7.9; rule C8).
struct Palette {
    private let firstMapped: Int
    /// Red, green and blue of each entry, 8 bits each.
    private let colors: [UInt8]
    private let count: Int

    /// - Throws: `.inconsistent` where a palette is missing or too short.
    init(_ dataSet: DataSet) throws(DICOMError) {
        let isSigned = dataSet.int(.pixelRepresentation) == 1
        var tables: [LookupTable] = []
        for channel: UInt16 in 0..<3 { tables.append(try Self.table(dataSet, channel, isSigned: isSigned)) }
        let count = tables.map(\.entries.count).max() ?? 1
        // 16-bit entries keep their upper byte; entries that never exceed 8 bits are taken as they are.
        let shift = tables.contains { ($0.entries.max() ?? 0) > 255 } ? 8 : 0
        var colors = [UInt8](repeating: 0, count: count * 3)
        for entry in 0..<count {
            for channel in 0..<3 {
                let table = tables[channel]
                colors[entry * 3 + channel] = UInt8(truncatingIfNeeded: table.entries[min(entry, table.entries.count - 1)] >> UInt16(shift))
            }
        }
        firstMapped = tables.first?.firstMapped ?? 0
        self.colors = colors
        self.count = count
    }

    private static func table(_ dataSet: DataSet, _ channel: UInt16, isSigned: Bool) throws(DICOMError) -> LookupTable {
        let descriptor = dataSet.element(Tag(0x0028, 0x1101 + channel))
        if let data = dataSet.element(Tag(0x0028, 0x1201 + channel)) {
            return try LookupTable(descriptor: descriptor, data: data, isSigned: isSigned)
        }
        guard let descriptor, let raw = descriptor.rawBytes, raw.count >= 6, let data = dataSet.element(Tag(0x0028, 0x1221 + channel)),
            let bytes = data.rawBytes
        else { throw DICOMError(.inconsistent, path: [Tag(0x0028, 0x1201 + channel)], "PALETTE COLOR without its palette") }
        let words = LookupTable.words(raw, isLittleEndian: descriptor.isLittleEndian)
        let segments = words[2] == 8 && data.vr == .OB ? bytes.map { UInt16($0) } : LookupTable.words(bytes, isLittleEndian: data.isLittleEndian)
        let count = words[0] == 0 ? 65_536 : Int(words[0])
        let entries = SegmentedPalette.expand(segments, count: count)
        guard entries.count == count else {
            throw DICOMError(.inconsistent, path: [data.tag], "a segmented palette of \(entries.count) entries for \(count)")
        }
        return LookupTable(entries: entries, firstMapped: isSigned ? Int(Int16(bitPattern: words[1])) : Int(words[1]), declared: Int(words[2]))
    }

    /// Index clamped to the palette.
    func draw(_ buffer: PixelBuffer, _ bits: StoredBits, into pixels: UnsafeMutableRawBufferPointer) throws(DICOMError) {
        let size = buffer.container.size
        guard size <= 2 else { throw DICOMError(.unsupported, "PALETTE COLOR of more than 16 bits") }
        let values = size == 1 ? 256 : 65_536
        var offsets = [Int32](repeating: 0, count: values)
        for raw in 0..<values {
            offsets[raw] = Int32(min(max(bits.value(UInt32(raw)) - firstMapped, 0), count - 1) * 3)
        }
        colors.withUnsafeBufferPointer { colors in
            buffer.bytes.withUnsafeBytes { raw in
                var to = 0
                for index in 0..<pixels.count / 3 {
                    let value = size == 1 ? Int(raw[index]) : Int(raw.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self))
                    let from = Int(offsets[value])
                    pixels[to] = colors[from]
                    pixels[to &+ 1] = colors[from &+ 1]
                    pixels[to &+ 2] = colors[from &+ 2]
                    to &+= 3
                }
            }
        }
    }
}

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
