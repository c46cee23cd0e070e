/// Values (H6 to H10).
extension HeaderTextWriter {
    /// Numbers of a binary VR that are listed.
    private static let numberLimit = 64
    /// Texts beyond this are bulk data: only their start is read, and what is left out is counted in bytes.
    private static let readLimit = 1 << 20

    mutating func writeValue(_ element: DataElement, _ vr: VR, _ level: inout Level) {
        let count = element.contentLength
        if element.fragments != nil {
            writeFragments(element)
        } else if count == 0 {
            return
        } else if vr.isText {
            writeText(element, vr, &level)
        } else if vr.isBinary {
            writeBinary(element)
        } else {
            writeNumbers(element, vr)
        }
    }

    // MARK: Text

    private mutating func writeText(_ element: DataElement, _ vr: VR, _ level: inout Level) {
        let isLong = vr == .LT || vr == .ST || vr == .UT || vr == .UC || vr == .UR
        let limit = isLong ? 16_384 : 1024
        let rest = element.contentLength > Self.readLimit ? element.contentLength - 8 * limit : 0
        withValue(element, rest > 0 ? 8 * limit : element.contentLength) { writer, bytes in
            let text = VisibleText(isMultiValued: !vr.isSingleText, limit: limit)
            writer.write(bytes, vr, text, rest: rest, &level)
            if vr == .UI { writer.writeUIDName(bytes) }
        }
    }

    private mutating func write(_ bytes: UnsafeRawBufferPointer, _ vr: VR, _ text: VisibleText, rest: Int, _ level: inout Level) {
        let bytes = UnsafeRawBufferPointer(rebasing: bytes[0..<VisibleText.withoutPadding(bytes)])
        if bytes.isEmpty { return }
        withOutput { $0.append(0x20) }
        var leftOut = 0
        if SpecificCharacterSet.isPlain(bytes) {
            withOutput { leftOut = text.write(bytes, into: &$0) }
        } else {
            scratch.removeAll(keepingCapacity: true)
            issues.formUnion(level.set().convert(bytes, vr: vr, mode: .text, into: &scratch))
            let decoded = scratch
            decoded.withUnsafeBytes { decoded in withOutput { leftOut = text.write(decoded, into: &$0) } }
        }
        if rest > 0 {
            writeCut(leftOut > 0 ? rest + leftOut : rest, "bytes")
        } else if leftOut > 0 {
            writeCut(leftOut, "characters")
        }
    }

    /// `  # name` after a registered UID (H8).
    private mutating func writeUIDName(_ bytes: UnsafeRawBufferPointer) {
        let uid = UnsafeBufferPointer(rebasing: bytes.bindMemory(to: UInt8.self)[0..<VisibleText.withoutPadding(bytes)])
        guard let name = UIDDictionary.shortName(uid) else { return }
        withOutput {
            $0.append("  # ")
            $0.append(name)
        }
    }

    /// ` ...[+N what]` (H10).
    private mutating func writeCut(_ count: Int, _ what: StaticString) {
        withOutput {
            $0.append(" ...[+")
            $0.append(decimal: count)
            $0.append(0x20)
            $0.append(what)
            $0.append(0x5D)
        }
    }

    // MARK: Numbers

    private mutating func writeNumbers(_ element: DataElement, _ vr: VR) {
        let size = vr.unitSize
        let count = size > 0 ? element.contentLength / size : 0
        if count == 0 { return writeBinary(element) }
        let listed = min(count, Self.numberLimit)
        withValue(element, listed * size) { writer, bytes in
            let isBigEndian = !element.isLittleEndian
            writer.withOutput { output in
                for number in 0..<bytes.count / size {
                    output.append(number == 0 ? 0x20 : 0x5C)
                    let word = NumberWord(UnsafeRawBufferPointer(rebasing: bytes[number * size..<(number + 1) * size]), isBigEndian: isBigEndian)
                    word.write(vr, into: &output)
                }
            }
        }
        if count > listed { writeCut(count - listed, "values") }
    }

    // MARK: Binary

    private mutating func writeBinary(_ element: DataElement) {
        let count = element.contentLength
        if element.tag.isPixels { return writeNativePixels(element) }
        guard count <= 16 else {
            withOutput {
                $0.append(" <")
                $0.append(decimal: count)
                $0.append(" bytes")
            }
            writePlace(element.valueOffset)
            return withOutput { $0.append(0x3E) }
        }
        withValue(element, count) { writer, bytes in
            writer.withOutput { output in
                for (index, byte) in bytes.enumerated() {
                    output.append(index == 0 ? 0x20 : 0x5C)
                    output.append(hex: UInt64(byte), digits: 2)
                }
            }
        }
    }

    /// `<native 512x512x1 16 bit, 524288 bytes at 7036>`: columns, rows, frames.
    private mutating func writeNativePixels(_ element: DataElement) {
        let dataSet = element.dataSet
        let isPlain = element.tag == .pixelData
        let bits = isPlain ? dataSet.int(.bitsAllocated) : element.tag == .floatPixelData ? 32 : 64
        withOutput { output in
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
            output.append(decimal: element.contentLength)
            output.append(" bytes")
        }
        writePlace(element.valueOffset)
        withOutput { $0.append(0x3E) }
    }

    /// `<3 fragments, 131072 bytes at 1710, JPEG Lossless SV1>`.
    private mutating func writeFragments(_ element: DataElement) {
        guard let fragments = element.fragments else { return }
        withOutput { output in
            output.append(" <")
            output.append(decimal: fragments.fragmentCount)
            output.append(fragments.fragmentCount == 1 ? " fragment, " : " fragments, ")
            output.append(decimal: fragments.byteCount)
            output.append(" bytes")
        }
        writePlace(fragments.offset)
        let syntax = file.transferSyntaxUID
        let isPixels = element.tag == .pixelData && file.transferSyntax.isEncapsulated
        withOutput { output in
            if isPixels, let name = UIDDictionary.shortName(syntax) {
                output.append(", ")
                output.append(name)
            }
            output.append(0x3E)
        }
    }

    /// Calls `body` with at most `count` bytes of the value; where they cannot be read, the line says so.
    private mutating func withValue(_ element: DataElement, _ count: Int, _ body: (inout Self, UnsafeRawBufferPointer) -> Void) {
        do throws(DICOMError) {
            try element.withPrefix(count) { body(&self, $0) }
        } catch {
            withOutput { $0.append(" <unreadable>") }
        }
    }
}

extension Tag {
    /// Pixel Data, Float Pixel Data or Double Float Pixel Data.
    var isPixels: Bool { self == .pixelData || self == .floatPixelData || self == .doubleFloatPixelData }
}
