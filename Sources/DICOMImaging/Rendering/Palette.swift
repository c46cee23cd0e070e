import DICOM

/// PALETTE COLOR (PS3.3 C.7.6.3.1.5, C.7.9; rule C8).
struct Palette {
    /// The stored value that the first entry is for.
    let firstMapped: Int
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

    /// The colour of a stored value, red in the lowest byte; the index is clamped to the palette.
    func color(_ stored: Int) -> UInt32 {
        let at = min(max(stored - firstMapped, 0), count - 1) * 3
        return UInt32(colors[at]) | UInt32(colors[at + 1]) << 8 | UInt32(colors[at + 2]) << 16
    }

    func rows(_ buffer: PixelBuffer, _ layout: FrameLayout) throws(DICOMError) -> PictureRows {
        let bits = StoredBits(layout, shift: buffer.shift)
        let field = StoredBits(bits: bits.bits, isSigned: bits.isSigned)
        let table = FieldTable(bits, buffer.container) { count in (0..<count).map { color(field.value(UInt32($0))) } }
        guard let table else { throw DICOMError(.unsupported, "PALETTE COLOR of more than 16 bits") }
        return .colored(table, buffer, layout)
    }
}

extension PictureRows {
    /// One sample a pixel, drawn through a table of colours.
    static func colored(_ table: FieldTable<UInt32>, _ buffer: PixelBuffer, _ layout: FrameLayout) -> PictureRows {
        let (width, bytes, container) = (layout.columns, buffer.bytes, buffer.container)
        return PictureRows(width: width, height: layout.rows, channels: 3) { row, target in
            guard let output = target.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
            table.look(bytes, container, first: row * width, count: target.count / 3) { index, color in
                output[index &* 3] = UInt8(truncatingIfNeeded: color)
                output[index &* 3 &+ 1] = UInt8(truncatingIfNeeded: color &>> 8)
                output[index &* 3 &+ 2] = UInt8(truncatingIfNeeded: color &>> 16)
            }
        }
    }
}
