/// Values of a summary: read in part, decoded, made visible. Each returns false, with nothing appended, where there is none.
///
/// The index makes a summary of every file for its length: nothing here allocates for usual values.
extension HeaderSummary {
    /// Bytes of a value that are looked at: more than people write, and no more than a hostile file makes us pay.
    private static let readLimit = 1024
    /// Characters of a value that are shown.
    private static let limit = 64

    // MARK: Texts

    mutating func text(_ tag: Tag, in item: DataSet? = nil) -> Bool {
        withText(tag, in: item) { $0.show($1, isCut: $2) }
    }

    mutating func quoted(_ tag: Tag, in item: DataSet? = nil) -> Bool {
        let start = output.count
        output.append(0x22)
        guard text(tag, in: item) else {
            output.truncate(to: start)
            return false
        }
        output.append(0x22)
        return true
    }

    /// A name as it is spoken: prefix, given, middle and family name, suffix; ideographic and phonetic ones begin with the family
    /// name (PS3.5 section 6.2.1). The first of several.
    mutating func person(_ tag: Tag, in item: DataSet? = nil) -> Bool {
        withText(tag, in: item) { summary, bytes, isCut in
            let name = UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.firstIndex(of: 0x5C) ?? bytes.count)])
            let first = summary.output.count
            guard let alphabetic = Self.piece(0, of: name, separator: 0x3D) else { return false }
            _ = summary.components(of: alphabetic, order: (3, 1, 2, 0, 4), isCut)
            guard let ideographic = Self.piece(1, of: name, separator: 0x3D) else { return summary.output.count > first }
            let start = summary.output.count
            if start > first { summary.output.append(" (") }
            if !summary.components(of: ideographic, order: (0, 1, 2, 3, 4), isCut) {
                summary.output.truncate(to: start)
            } else if start > first {
                summary.output.append(0x29)
            }
            return summary.output.count > first
        }
    }

    private mutating func components(of group: UnsafeRawBufferPointer, order: (Int, Int, Int, Int, Int), _ isCut: Bool) -> Bool {
        let name = output.count
        component(order.0, of: group, name, isCut)
        component(order.1, of: group, name, isCut)
        component(order.2, of: group, name, isCut)
        component(order.3, of: group, name, isCut)
        component(order.4, of: group, name, isCut)
        return output.count > name
    }

    private mutating func component(_ number: Int, of group: UnsafeRawBufferPointer, _ name: Int, _ isCut: Bool) {
        guard let piece = Self.piece(number, of: group, separator: 0x5E) else { return }
        let before = output.count
        if before > name { output.append(0x20) }
        if !show(piece, isCut: isCut && piece.count > Self.limit) { output.truncate(to: before) }
    }

    /// The part of a text between separators with this 0-based number.
    private static func piece(_ number: Int, of bytes: UnsafeRawBufferPointer, separator: UInt8) -> UnsafeRawBufferPointer? {
        var start = 0
        var left = number
        for index in 0..<bytes.count where bytes[index] == separator {
            if left == 0 { return UnsafeRawBufferPointer(rebasing: bytes[start..<index]) }
            left -= 1
            start = index + 1
        }
        return left == 0 ? UnsafeRawBufferPointer(rebasing: bytes[start...]) : nil
    }

    /// Appends a text, trimmed, with three dots where it is cut.
    private mutating func show(_ bytes: UnsafeRawBufferPointer, isCut: Bool) -> Bool {
        let value = UnsafeRawBufferPointer(rebasing: TextTrimming.range(bytes))
        guard !value.isEmpty else { return false }
        let left = VisibleText(isMultiValued: false, limit: Self.limit).write(value, into: &output)
        if left > 0 || isCut { output.append("...") }
        return true
    }

    // MARK: Numbers

    /// The number of an IS value; nothing for what is none.
    mutating func integer(_ tag: Tag) -> Bool {
        guard let number = number(tag).flatMap({ Int(exactly: $0) }) else { return false }
        output.append(decimal: number)
        return true
    }

    /// A number above 0.
    mutating func amount(_ tag: Tag, in item: DataSet? = nil) -> Bool {
        guard let number = number(tag, in: item), number > 0 else { return false }
        output.append(rounded: number)
        return true
    }

    /// The first number of a value.
    mutating func number(_ tag: Tag, in item: DataSet? = nil) -> Double? {
        readNumbers(tag, in: item)
        return numbers.first.flatMap { $0.isFinite ? $0 : nil }
    }

    /// Reads the numbers of a value into `numbers`, up to the first that is none, seven at most.
    mutating func readNumbers(_ tag: Tag, in item: DataSet? = nil) {
        numbers.removeAll(keepingCapacity: true)
        _ = withValue(tag, in: item, limit: 256) { summary, vr, record, bytes in
            if vr.isText { summary.readDecimals(bytes) } else { summary.readWords(bytes, vr, record) }
            return true
        }
    }

    private mutating func readDecimals(_ bytes: UnsafeRawBufferPointer) {
        var start = 0
        for index in 0...bytes.count where index == bytes.count || bytes[index] == 0x5C {
            guard numbers.count < 7, let number = NumberDecoder.double(bytes[start..<index]) else { return }
            numbers.append(number)
            start = index + 1
        }
    }

    private mutating func readWords(_ bytes: UnsafeRawBufferPointer, _ vr: VR, _ record: ElementRecord) {
        let size = vr.unitSize
        guard size > 0, !vr.isBinary else { return }
        let isBigEndian = record.flags.contains(.bigEndian) && record.originalVR != VR.UN.rawValue
        for index in 0..<min(7, bytes.count / size) {
            let word = NumberWord(UnsafeRawBufferPointer(rebasing: bytes[index * size..<(index + 1) * size]), isBigEndian: isBigEndian)
            switch vr {
            case .FL: numbers.append(Double(word.single))
            case .FD: numbers.append(word.double)
            case .SS, .SL, .SV: numbers.append(Double(word.signed))
            default: numbers.append(Double(word.unsigned))
            }
        }
    }

    // MARK: Dates and times

    mutating func date(_ tag: Tag) -> Bool { withCode(tag) { $0.date($1) } }

    mutating func time(_ tag: Tag, seconds: Bool) -> Bool { withCode(tag) { $0.time($1, seconds: seconds) } }

    /// `YYYYMMDD`, or ACR-NEMA's `YYYY.MM.DD`, with dashes.
    mutating func date(_ value: UnsafeRawBufferPointer) -> Bool {
        guard value.count <= 10, let (number, count) = Self.digits(value, ignoring: 0x2E), count == 8 else { return false }
        let (month, day) = (number / 100 % 100, number % 100)
        guard (1...12).contains(month), (1...31).contains(day) else { return false }
        append(pair: number / 1_000_000)
        append(pair: number / 10_000 % 100)
        output.append(0x2D)
        append(pair: month)
        output.append(0x2D)
        append(pair: day)
        return true
    }

    /// `HHMMSS.ffffff`, or ACR-NEMA's `HH:MM:SS`, as `HH:MM` or `HH:MM:SS`; seconds that are missing are left out.
    mutating func time(_ value: UnsafeRawBufferPointer, seconds: Bool) -> Bool {
        let whole = UnsafeRawBufferPointer(rebasing: value[..<(value.firstIndex(of: 0x2E) ?? value.count)])
        guard let (number, count) = Self.digits(whole, ignoring: 0x3A), count == 4 || count == 6 else { return false }
        let all = count == 4 ? number * 100 : number
        guard all / 10_000 <= 23, all / 100 % 100 <= 59, all % 100 <= 60 else { return false }
        append(pair: all / 10_000)
        output.append(0x3A)
        append(pair: all / 100 % 100)
        guard seconds, count == 6 else { return true }
        output.append(0x3A)
        append(pair: all % 100)
        return true
    }

    /// Two digits.
    private mutating func append(pair value: Int) {
        output.append(UInt8(truncatingIfNeeded: 0x30 + value / 10 % 10))
        output.append(UInt8(truncatingIfNeeded: 0x30 + value % 10))
    }

    /// The number that up to 9 digits make, and how many they are; nil for anything else but the separator.
    static func digits(_ text: UnsafeRawBufferPointer, ignoring separator: UInt8 = 0) -> (number: Int, count: Int)? {
        var (number, count) = (0, 0)
        for byte in text where byte != separator {
            guard byte >= 0x30, byte <= 0x39, count < 9 else { return nil }
            number = number * 10 + Int(byte - 0x30)
            count += 1
        }
        return (number, count)
    }

    // MARK: Reading

    /// Whether a short value is this word.
    mutating func isCode(_ tag: Tag, _ word: StaticString) -> Bool {
        withCode(tag) { _, bytes in bytes.elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)) }
    }

    /// A short value that is ASCII, trimmed: a code, a date, a time.
    mutating func withCode(_ tag: Tag, _ body: (inout HeaderSummary, UnsafeRawBufferPointer) -> Bool) -> Bool {
        withValue(tag, in: nil, limit: 64) { summary, vr, _, bytes in
            vr.isText && body(&summary, UnsafeRawBufferPointer(rebasing: TextTrimming.range(bytes)))
        }
    }

    /// The start of a text, decoded and trimmed, and whether the file has more of it.
    private mutating func withText(_ tag: Tag, in item: DataSet?, _ body: (inout HeaderSummary, UnsafeRawBufferPointer, Bool) -> Bool) -> Bool {
        withValue(tag, in: item, limit: Self.readLimit) { summary, vr, record, bytes in
            guard vr.isText else { return false }
            let isCut = record.length > Self.readLimit
            let trimmed = UnsafeRawBufferPointer(rebasing: TextTrimming.range(bytes))
            if SpecificCharacterSet.isPlain(trimmed) { return body(&summary, trimmed, isCut) }
            var decoded: [UInt8] = []
            (item ?? summary.dataSet).characterSet.convert(trimmed, vr: vr, mode: .text, into: &decoded)
            return decoded.withUnsafeBytes { body(&summary, $0, isCut) }
        }
    }

    /// Calls `body` with the start of a value. One that cannot be read is as one that is not there: its own line says what is wrong.
    private mutating func withValue(
        _ tag: Tag, in item: DataSet?, limit: Int, _ body: (inout HeaderSummary, VR, ElementRecord, UnsafeRawBufferPointer) -> Bool
    ) -> Bool {
        let dataSet = item ?? self.dataSet
        guard let index = dataSet.record(tag.rawValue) else { return false }
        let record = dataSet.storage.records[index]
        guard record.length > 0, !record.flags.contains(.fragments), !record.flags.contains(.sequence) else { return false }
        let isPlain = record.flags.isEmpty && record.vr != 0 && record.vr != VR.UN.rawValue
        let vr = isPlain ? VR(rawValue: record.vr) : DataElement(dataSet: dataSet, index: index).vr
        let count = min(record.length, limit)
        let store = dataSet.storage.bytes
        if let bytes = store.resident(record.valueOffset, count) { return body(&self, vr, record, bytes) }
        do throws(DICOMError) {
            return try store.withBytes(record.valueOffset, count) { body(&self, vr, record, $0) }
        } catch {
            return false
        }
    }
}

extension TextBuffer {
    /// For people: four significant digits at least, one decimal at most beyond them, no zeros at the end.
    mutating func append(rounded value: Double) {
        let size = value.magnitude
        guard value.isFinite, size < 1e9, size >= 1e-6 else { return append(shortest: value == 0 ? 0 : value) }
        var decimals = 1
        var scale = 10.0
        while size * scale < 1000, decimals < 9 {
            decimals += 1
            scale *= 10
        }
        // Below 1e10: fits.
        var digits = Int((size * scale).rounded())
        while decimals > 0, digits % 10 == 0 {
            digits /= 10
            decimals -= 1
        }
        if value < 0 { append(0x2D) }
        var unit = 1
        for _ in 0..<decimals { unit *= 10 }
        append(decimal: digits / unit)
        guard decimals > 0 else { return }
        append(0x2E)
        var fraction = digits % unit
        while unit > 1 {
            unit /= 10
            append(UInt8(truncatingIfNeeded: 0x30 + fraction / unit))
            fraction %= unit
        }
    }
}
