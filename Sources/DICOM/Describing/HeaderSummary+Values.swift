/// Values of a summary: read in part, decoded, made visible. Each returns false, with nothing appended, where there is none.
extension HeaderSummary {
    /// Bytes of a value that are looked at: more than people write, and no more than a hostile file makes us pay.
    private static let readLimit = 1024
    /// Characters of a value that are shown.
    private static let limit = 64

    mutating func text(_ tag: Tag, in dataSet: DataSet) -> Bool {
        guard let isCut = decode(tag, in: dataSet) else { return false }
        return show(0..<scratch.count, isCut: isCut)
    }

    mutating func quoted(_ tag: Tag, in dataSet: DataSet) -> Bool {
        guard let isCut = decode(tag, in: dataSet) else { return false }
        let start = output.count
        output.append(0x22)
        guard show(0..<scratch.count, isCut: isCut) else {
            output.truncate(to: start)
            return false
        }
        output.append(0x22)
        return true
    }

    /// A name as it is spoken: prefix, given, middle and family name, suffix; ideographic and phonetic ones begin with the family
    /// name (PS3.5 section 6.2.1). The first of several.
    mutating func person(_ tag: Tag, in dataSet: DataSet) -> Bool {
        guard let isCut = decode(tag, in: dataSet) else { return false }
        let end = scratch.firstIndex(of: 0x5C) ?? scratch.count
        let groups = Self.pieces(scratch, 0..<end, separator: 0x3D).prefix(2)
        let first = output.count
        for (number, group) in groups.enumerated() {
            let components = Self.pieces(scratch, group, separator: 0x5E)
            let order = number == 0 ? [3, 1, 2, 0, 4] : [0, 1, 2, 3, 4]
            let start = output.count
            if start > first { output.append(" (") }
            let name = output.count
            for component in order where component < components.count {
                let before = output.count
                if before > name { output.append(0x20) }
                if !show(components[component], isCut: isCut && components.count == 1) { output.truncate(to: before) }
            }
            if output.count == name { output.truncate(to: start) } else if start > first { output.append(0x29) }
        }
        return output.count > first
    }

    /// The number of an IS value, as it is written; nothing for what is no number.
    mutating func integer(_ tag: Tag) -> Bool {
        guard let number = numbers(tag, in: dataSet).first.flatMap({ Int(exactly: $0) }) else { return false }
        output.append(decimal: number)
        return true
    }

    /// A number above 0.
    mutating func amount(_ tag: Tag, in dataSet: DataSet) -> Bool {
        guard let number = numbers(tag, in: dataSet).first, number.isFinite, number > 0 else { return false }
        output.append(rounded: number)
        return true
    }

    /// `YYYYMMDD`, or ACR-NEMA's `YYYY.MM.DD`, with dashes.
    mutating func date(_ value: [UInt8]) -> Bool {
        let digits = value.filter { $0 != 0x2E }
        guard digits.count == 8, Self.digits(digits[...]) != nil, let month = Self.digits(digits[4..<6]), let day = Self.digits(digits[6..<8]),
            (1...12).contains(month), (1...31).contains(day)
        else { return false }
        for (index, digit) in digits.enumerated() {
            if index == 4 || index == 6 { output.append(0x2D) }
            output.append(digit)
        }
        return true
    }

    /// `HHMMSS.ffffff`, or ACR-NEMA's `HH:MM:SS`, as `HH:MM` or `HH:MM:SS`; what is missing behind the hour is left out.
    mutating func time(_ value: [UInt8], seconds: Bool) -> Bool {
        let digits = Array(value.prefix { $0 != 0x2E }.filter { $0 != 0x3A })
        let limits = [23, 59, 60]
        guard digits.count >= 4, digits.count <= 6, digits.count % 2 == 0 else { return false }
        for part in 0..<digits.count / 2 {
            guard let number = Self.digits(digits[2 * part..<2 * part + 2]), number <= limits[part] else { return false }
        }
        for (index, digit) in digits.prefix(seconds ? 6 : 4).enumerated() {
            if index == 2 || index == 4 { output.append(0x3A) }
            output.append(digit)
        }
        return true
    }

    // MARK: Reading

    /// First numbers of a value.
    func numbers(_ tag: Tag, in dataSet: DataSet) -> [Double] {
        guard let element = dataSet.element(tag), element.contentLength > 0, element.fragments == nil else { return [] }
        let kind = NumberDecoder.Kind(vr: element.vr, isBigEndian: !element.isLittleEndian && element.originalVR != .UN)
        // What cannot be read has no number; the element's own line says that it is unreadable.
        do throws(DICOMError) { return try element.withPrefix(256) { NumberDecoder.doubles($0, kind) } } catch { return [] }
    }

    /// A short value that is ASCII, trimmed: a code, a date, a time.
    func ascii(_ tag: Tag, in dataSet: DataSet) -> [UInt8] {
        guard let element = dataSet.element(tag), element.contentLength > 0, element.vr.isText else { return [] }
        do throws(DICOMError) { return try element.withPrefix(64) { TextTrimming.trimmed($0) } } catch { return [] }
    }

    /// Decodes into `scratch`, trimmed; nil without a value.
    ///
    /// - Returns: whether the file has more of it.
    private mutating func decode(_ tag: Tag, in dataSet: DataSet) -> Bool? {
        scratch.removeAll(keepingCapacity: true)
        guard let element = dataSet.element(tag), element.contentLength > 0, element.vr.isText else { return nil }
        let vr = element.vr
        do throws(DICOMError) {
            try element.withPrefix(Self.readLimit) { bytes in
                let trimmed = UnsafeRawBufferPointer(rebasing: TextTrimming.range(bytes))
                if SpecificCharacterSet.isPlain(trimmed) {
                    scratch.append(contentsOf: trimmed)
                } else {
                    dataSet.characterSet.convert(trimmed, vr: vr, mode: .text, into: &scratch)
                }
            }
        } catch {
            // The element's own line says that it is unreadable.
            return nil
        }
        return scratch.isEmpty ? nil : element.contentLength > Self.readLimit
    }

    /// Appends a part of `scratch`, trimmed, with three dots where it is cut.
    private mutating func show(_ range: Range<Int>, isCut: Bool) -> Bool {
        scratch.withUnsafeBytes { bytes in
            let value = TextTrimming.range(UnsafeRawBufferPointer(rebasing: bytes[range]))
            guard !value.isEmpty else { return false }
            let left = VisibleText(isMultiValued: false, limit: Self.limit).write(UnsafeRawBufferPointer(rebasing: value), into: &output)
            if left > 0 || isCut { output.append("...") }
            return true
        }
    }

    private static func pieces(_ bytes: [UInt8], _ range: Range<Int>, separator: UInt8) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var start = range.lowerBound
        for index in range where bytes[index] == separator {
            pieces.append(start..<index)
            start = index + 1
        }
        return pieces + [start..<range.upperBound]
    }

    /// The number that up to 9 digits make; nil for anything else.
    static func digits(_ text: ArraySlice<UInt8>) -> Int? {
        guard (1...9).contains(text.count) else { return nil }
        var value = 0
        for byte in text {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
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
        let fraction = String(digits % unit)
        for _ in fraction.utf8.count..<decimals { append(0x30) }
        append(fraction)
    }
}
