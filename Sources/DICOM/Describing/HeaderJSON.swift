/// A header in the DICOM JSON Model (PS3.18 Annex F; header-text.md section 8.2, rules K1 to K5).
///
/// One object; keys ascending, one line each. Group 0002 and group lengths are left out. What JSON has no form for:
/// FL and FD that are not finite are the strings "NaN", "inf", "-inf".
package enum HeaderJSON {
    /// Binary values above this are referenced, not included (K5).
    static let inlineLimit = 1024
    /// The same for every other value: more than that is bulk data in all but name.
    static let valueLimit = 1 << 20

    /// - Parameter bulkDataURI: where the file is found; `?offset=N&length=M` is added to name a range of its bytes. In a
    ///   deflated file the offset is one in the inflated data set, and `inflated-offset` is its name.
    package static func json(of file: Part10File, bulkDataURI: String) -> [UInt8] {
        var writer = HeaderJSONWriter(bulkDataURI: Array(bulkDataURI.utf8), isInflated: file.isInflated)
        writer.output.append(0x7B)
        writer.writeElements(of: file.dataSet, separator: "\n")
        writer.output.append("\n}\n")
        return writer.output.array()
    }
}

/// Writes JSON objects of data sets. Recursive over items; the reader bounds the depth (128).
struct HeaderJSONWriter: ~Copyable {
    var output = TextBuffer(capacity: 32 << 10)
    let bulkDataURI: [UInt8]
    let isInflated: Bool
    /// Decoded text of the value at hand.
    private var scratch: [UInt8] = []

    init(bulkDataURI: [UInt8], isInflated: Bool) {
        self.bulkDataURI = bulkDataURI
        self.isInflated = isInflated
    }

    /// The members of an object: of repeated tags the first one counts, as everywhere.
    mutating func writeElements(of dataSet: DataSet, separator: StaticString) {
        var previous: Tag?
        for element in Self.sorted(dataSet) where !element.tag.isGroupLength && element.tag != previous {
            if previous != nil { output.append(0x2C) }
            output.append(separator)
            write(element)
            previous = element.tag
        }
    }

    private static func sorted(_ dataSet: DataSet) -> [DataElement] {
        let elements = Array(dataSet.elements)
        let isAscending = zip(elements, elements.dropFirst()).allSatisfy { $0.tag < $1.tag }
        if isAscending { return elements }
        let order = elements.indices.sorted { (elements[$0].tag, $0) < (elements[$1].tag, $1) }
        return order.map { elements[$0] }
    }

    private mutating func write(_ element: DataElement) {
        let vr = element.vr
        output.append(0x22)
        output.append(hex: element.tag.rawValue, digits: 8, upperCase: true)
        output.append("\":{\"vr\":\"")
        output.append(vr)
        output.append(0x22)
        if element.isSequence {
            writeItems(element)
        } else if element.fragments != nil {
            writeReference(element)
        } else if element.contentLength > 0 {
            writeValue(element, vr)
        }
        output.append(0x7D)
    }

    private mutating func writeItems(_ element: DataElement) {
        let items = element.items
        if items.isEmpty { return }
        output.append(",\"Value\":[")
        for (number, item) in items.enumerated() {
            output.append(number == 0 ? "{" : ",{")
            writeElements(of: item, separator: "")
            output.append(0x7D)
        }
        output.append(0x5D)
    }

    private mutating func writeValue(_ element: DataElement, _ vr: VR) {
        let isBinary = vr.isBinary || !vr.isText && element.contentLength < vr.unitSize
        guard element.contentLength <= (isBinary ? HeaderJSON.inlineLimit : HeaderJSON.valueLimit) else { return writeReference(element) }
        do throws(DICOMError) {
            try element.withBytes { bytes in
                if isBinary {
                    writeInline(bytes, unit: max(1, vr.unitSize), isBigEndian: !element.isLittleEndian && element.originalVR != .UN)
                } else if vr.isText {
                    writeTexts(bytes, vr, element.dataSet)
                } else {
                    writeNumbers(bytes, vr, isBigEndian: !element.isLittleEndian && element.originalVR != .UN)
                }
            }
        } catch {
            writeReference(element)
        }
    }

    /// `"BulkDataURI":"...?offset=7036&length=524288"`, the style of dcm4che.
    private mutating func writeReference(_ element: DataElement) {
        let fragments = element.fragments
        let offset = fragments?.offset ?? element.valueOffset
        let length = fragments.map { $0.end - $0.offset } ?? element.contentLength
        output.append(",\"BulkDataURI\":\"")
        bulkDataURI.withUnsafeBytes { output.append(jsonText: $0) }
        output.append(isInflated ? "?inflated-offset=" : "?offset=")
        output.append(decimal: offset)
        output.append("&length=")
        output.append(decimal: length)
        output.append(0x22)
    }

    /// Base64 of the value in little endian.
    private mutating func writeInline(_ bytes: UnsafeRawBufferPointer, unit: Int, isBigEndian: Bool) {
        output.append(",\"InlineBinary\":\"")
        if isBigEndian, unit > 1 {
            var swapped = Array(bytes)
            var start = 0
            while start + unit <= swapped.count {
                swapped[start..<start + unit].reverse()
                start += unit
            }
            swapped.withUnsafeBytes { output.append(base64: $0) }
        } else {
            output.append(base64: bytes)
        }
        output.append(0x22)
    }

    private mutating func writeNumbers(_ bytes: UnsafeRawBufferPointer, _ vr: VR, isBigEndian: Bool) {
        let size = vr.unitSize
        guard size > 0, bytes.count >= size else { return }
        output.append(",\"Value\":[")
        for number in 0..<bytes.count / size {
            if number > 0 { output.append(0x2C) }
            let word = NumberWord(UnsafeRawBufferPointer(rebasing: bytes[number * size..<(number + 1) * size]), isBigEndian: isBigEndian)
            word.writeJSON(vr, into: &output)
        }
        output.append(0x5D)
    }

    // MARK: Text

    private mutating func writeTexts(_ bytes: UnsafeRawBufferPointer, _ vr: VR, _ dataSet: DataSet) {
        let end = VisibleText.withoutPadding(bytes)
        let bytes = UnsafeRawBufferPointer(rebasing: bytes[0..<end])
        if bytes.isEmpty { return }
        scratch.removeAll(keepingCapacity: true)
        if SpecificCharacterSet.isPlain(bytes) {
            scratch.append(contentsOf: bytes)
        } else {
            dataSet.characterSet.convert(bytes, vr: vr, mode: .text, into: &scratch)
        }
        let text = scratch
        text.withUnsafeBytes { writeValues($0, vr) }
    }

    private mutating func writeValues(_ text: UnsafeRawBufferPointer, _ vr: VR) {
        output.append(",\"Value\":[")
        var start = 0
        for end in 0...text.count where end == text.count || (text[end] == 0x5C && !vr.isSingleText) {
            if start > 0 { output.append(0x2C) }
            let value = text[start..<end]
            write(UnsafeRawBufferPointer(rebasing: value.prefix(VisibleText.withoutPadding(UnsafeRawBufferPointer(rebasing: value)))), vr)
            start = end + 1
        }
        output.append(0x5D)
    }

    private mutating func write(_ value: UnsafeRawBufferPointer, _ vr: VR) {
        if value.isEmpty { return output.append("null") }
        switch vr {
        case .PN: writeName(value)
        case .DS, .IS:
            let text = UnsafeRawBufferPointer(rebasing: TextTrimming.range(value))
            if JSONNumber.survives(text) { output.append(text) } else { writeQuoted(text) }
        default: writeQuoted(value)
        }
    }

    private mutating func writeQuoted(_ text: UnsafeRawBufferPointer) {
        output.append(0x22)
        output.append(jsonText: text)
        output.append(0x22)
    }

    /// The component groups that are not empty (K2).
    private mutating func writeName(_ value: UnsafeRawBufferPointer) {
        let names: [StaticString] = ["Alphabetic", "Ideographic", "Phonetic"]
        output.append(0x7B)
        let groups = value.split(separator: 0x3D, maxSplits: 2, omittingEmptySubsequences: false)
        var isFirst = true
        for (name, group) in zip(names, groups) where !group.isEmpty {
            if !isFirst { output.append(0x2C) }
            isFirst = false
            output.append(0x22)
            output.append(name)
            output.append("\":")
            writeQuoted(UnsafeRawBufferPointer(rebasing: group))
        }
        output.append(0x7D)
    }
}
