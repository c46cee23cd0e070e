/// Values (H6 to H10).
extension HeaderTextWriter {
    /// Numbers of a binary VR that are listed.
    private static let numberLimit = 64
    /// Texts beyond this are bulk data: only their start is read, and what is left out is counted in bytes.
    private static let readLimit = 1 << 20

    mutating func writeValue(_ record: ElementRecord, _ vr: VR, _ index: Int, _ level: Level) {
        if record.flags.contains(.fragments) {
            writeFragments(level.element(index))
        } else if record.length == 0 {
            return
        } else if vr.isText {
            writeText(record, vr, level)
        } else if vr.isBinary {
            writeBinary(record, level)
        } else {
            writeNumbers(record, vr, level)
        }
    }

    // MARK: Text

    private mutating func writeText(_ record: ElementRecord, _ vr: VR, _ level: Level) {
        let isLong = vr == .LT || vr == .ST || vr == .UT || vr == .UC || vr == .UR
        let text = VisibleText(isMultiValued: !vr.isSingleText, limit: isLong ? 16_384 : 1024)
        let rest = record.length > Self.readLimit ? record.length - 8 * text.limit : 0
        withValue(record, level, rest > 0 ? 8 * text.limit : record.length) { writer, bytes in
            writer.write(bytes, record, vr, text, rest: rest, level)
            if vr == .UI { writer.writeUIDName(bytes) }
        }
    }

    private mutating func write(
        _ bytes: UnsafeRawBufferPointer, _ record: ElementRecord, _ vr: VR, _ text: VisibleText, rest: Int, _ level: Level
    ) {
        let bytes = UnsafeRawBufferPointer(rebasing: bytes[0..<VisibleText.withoutPadding(bytes)])
        if bytes.isEmpty { return }
        output.append(0x20)
        if rest == 0, text.copy(bytes, into: &output) { return }
        let leftOut: Int
        if SpecificCharacterSet.isPlain(bytes) {
            leftOut = text.write(bytes, into: &output)
        } else {
            scratch.removeAll(keepingCapacity: true)
            issues.formUnion(level.characterSet.convert(bytes, vr: vr, mode: .text, into: &scratch))
            leftOut = scratch.withUnsafeBytes { text.write($0, into: &output) }
        }
        if rest > 0 {
            writeCut(rest + leftOut, "bytes", record)
        } else if leftOut > 0 {
            writeCut(leftOut, "characters", record)
        }
    }

    /// `  # name` after a registered UID (H8).
    private mutating func writeUIDName(_ bytes: UnsafeRawBufferPointer) {
        let end = VisibleText.withoutPadding(bytes)
        let name = bytes.withMemoryRebound(to: UInt8.self) { UIDDictionary.shortName(UnsafeBufferPointer(rebasing: $0[0..<end])) }
        guard let name else { return }
        output.append("  # ")
        output.append(name)
    }

    /// ` ...[+N characters of N bytes at N]` (H10): what is missing here, and where the whole value lies. Format 1 said what is
    /// missing only.
    private mutating func writeCut(_ count: Int, _ what: StaticString, _ record: ElementRecord) {
        output.append(" ...[+")
        output.append(decimal: count)
        output.append(0x20)
        output.append(what)
        if format != .first {
            output.append(" of ")
            output.append(decimal: record.length)
            output.append(" bytes")
            writePlace(record.valueOffset)
        }
        output.append(0x5D)
    }

    // MARK: Numbers

    private mutating func writeNumbers(_ record: ElementRecord, _ vr: VR, _ level: Level) {
        let size = vr.unitSize
        let count = size > 0 ? record.length / size : 0
        if count == 0 { return writeBinary(record, level) }
        let listed = min(count, Self.numberLimit)
        let isBigEndian = record.flags.contains(.bigEndian) && record.originalVR != VR.UN.rawValue
        withValue(record, level, listed * size) { writer, bytes in
            for number in 0..<bytes.count / size {
                writer.output.append(number == 0 ? 0x20 : 0x5C)
                let word = UnsafeRawBufferPointer(rebasing: bytes[number * size..<(number + 1) * size])
                NumberWord(word, isBigEndian: isBigEndian).write(vr, into: &writer.output)
            }
        }
        if count > listed { writeCut(count - listed, "values", record) }
    }

    // MARK: Binary

    private mutating func writeBinary(_ record: ElementRecord, _ level: Level) {
        if record.tagValue.isPixels { return writeNativePixels(record, level.dataSet) }
        guard record.length <= 16 else {
            output.append(" <")
            output.append(decimal: record.length)
            output.append(" bytes")
            writePlace(record.valueOffset)
            return output.append(0x3E)
        }
        withValue(record, level, record.length) { writer, bytes in
            for index in 0..<bytes.count {
                writer.output.append(index == 0 ? 0x20 : 0x5C)
                writer.output.append(hex: UInt32(bytes[index]), digits: 2)
            }
        }
    }

    /// `<native 512x512x1 16 bit, 524288 bytes at 7036>`: columns, rows, frames.
    private mutating func writeNativePixels(_ record: ElementRecord, _ dataSet: DataSet) {
        let tag = record.tagValue
        let bits = tag == .pixelData ? dataSet.int(.bitsAllocated) : tag == .floatPixelData ? 32 : 64
        output.append(" <native")
        if let columns = dataSet.int(.columns), let rows = dataSet.int(.rows), let bits {
            output.append(0x20)
            output.append(decimal: columns)
            output.append(0x78)
            output.append(decimal: rows)
            output.append(0x78)
            output.append(decimal: dataSet.int(.numberOfFrames) ?? 1)
            output.append(0x20)
            output.append(decimal: bits)
            output.append(" bit")
        }
        output.append(", ")
        output.append(decimal: record.length)
        output.append(" bytes")
        writePlace(record.valueOffset)
        output.append(0x3E)
    }

    /// `<3 fragments, 131072 bytes at 1710, JPEG Lossless SV1>`.
    private mutating func writeFragments(_ element: DataElement) {
        guard let fragments = element.fragments else { return }
        output.append(" <")
        output.append(decimal: fragments.fragmentCount)
        output.append(fragments.fragmentCount == 1 ? " fragment, " : " fragments, ")
        output.append(decimal: fragments.byteCount)
        output.append(" bytes")
        writePlace(fragments.offset)
        if element.tag == .pixelData, file.transferSyntax.isEncapsulated, let name = UIDDictionary.shortName(file.transferSyntaxUID) {
            output.append(", ")
            output.append(name)
        }
        output.append(0x3E)
    }

    /// Calls `body` with at most `count` bytes of the value; where they cannot be read, the line says so.
    private mutating func withValue(
        _ record: ElementRecord, _ level: Level, _ count: Int, _ body: (inout Self, UnsafeRawBufferPointer) -> Void
    ) {
        let store = level.dataSet.storage.bytes
        if let bytes = store.resident(record.valueOffset, count) { return body(&self, bytes) }
        do throws(DICOMError) {
            try store.withBytes(record.valueOffset, count) { body(&self, $0) }
        } catch {
            output.append(" <unreadable>")
        }
    }
}

extension Tag {
    /// Pixel Data, Float Pixel Data or Double Float Pixel Data.
    var isPixels: Bool { self == .pixelData || self == .floatPixelData || self == .doubleFloatPixelData }
}
