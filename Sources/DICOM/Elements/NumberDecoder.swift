import Glibc

/// Numbers out of value bytes: binary VRs, and IS/DS and whatever else is text, read leniently (rendering.md G16).
enum NumberDecoder {
    enum Format { case unsigned, signed, float, text, none }

    struct Kind {
        let format: Format
        let size: Int
        let isBigEndian: Bool
        var isText: Bool { format == .text }

        init(vr: VR, isBigEndian: Bool) {
            self.isBigEndian = isBigEndian
            switch vr {
            case .SS, .SL, .SV: format = .signed
            case .FL, .FD, .OF, .OD: format = .float
            case .US, .UL, .UV, .AT, .OB, .OW, .OL, .OV: format = .unsigned
            case .UN, .SQ: format = .none
            default: format = .text
            }
            size = vr.unitSize
        }
    }

    static func doubles(_ bytes: UnsafeRawBufferPointer, _ kind: Kind) -> [Double] {
        switch kind.format {
        case .text: texts(bytes).compactMap { double($0) }
        case .float: floats(bytes, kind)
        case .unsigned, .signed: words(bytes, kind).map { kind.format == .signed ? Double($0) : Double(UInt64(bitPattern: $0)) }
        case .none: []
        }
    }

    static func ints(_ bytes: UnsafeRawBufferPointer, _ kind: Kind) -> [Int] {
        switch kind.format {
        case .text: texts(bytes).compactMap { integer($0) }
        case .float: floats(bytes, kind).compactMap { Int(exactly: $0.rounded(.towardZero)) }
        case .unsigned, .signed: words(bytes, kind).filter { kind.format == .signed || $0 >= 0 }.map { Int($0) }
        case .none: []
        }
    }

    /// The first of `doubles`, without an array.
    static func firstDouble(_ bytes: UnsafeRawBufferPointer, _ kind: Kind) -> Double? {
        switch kind.format {
        case .text: return firstText(bytes) { double($0) }
        case .none: return nil
        case .unsigned, .signed, .float:
            guard kind.size > 0, bytes.count >= kind.size else { return nil }
            return double(word: word(bytes, 0, kind), kind)
        }
    }

    /// The first of `ints`, without an array.
    static func firstInt(_ bytes: UnsafeRawBufferPointer, _ kind: Kind) -> Int? {
        switch kind.format {
        case .text: return firstText(bytes) { integer($0) }
        case .none: return nil
        case .unsigned, .signed, .float:
            var offset = 0
            while kind.size > 0, offset + kind.size <= bytes.count {
                let word = word(bytes, offset, kind)
                if kind.format == .float {
                    if let value = Int(exactly: double(word: word, kind).rounded(.towardZero)) { return value }
                } else if kind.format == .signed || word >= 0 {
                    return Int(word)
                }
                offset += kind.size
            }
            return nil
        }
    }

    /// The first of several texts that is a number.
    private static func firstText<T>(_ bytes: UnsafeRawBufferPointer, _ decode: (Slice<UnsafeRawBufferPointer>) -> T?) -> T? {
        var start = 0
        for index in 0...bytes.count where index == bytes.count || bytes[index] == 0x5C {
            if let value = decode(bytes[start..<index]) { return value }
            start = index + 1
        }
        return nil
    }

    private static func double(word: Int64, _ kind: Kind) -> Double {
        switch kind.format {
        case .float: kind.size == 4 ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: word))) : Double(bitPattern: UInt64(bitPattern: word))
        case .signed: Double(word)
        case .unsigned, .text, .none: Double(UInt64(bitPattern: word))
        }
    }

    private static func words(_ bytes: UnsafeRawBufferPointer, _ kind: Kind) -> [Int64] {
        guard kind.size > 0 else { return [] }
        var values: [Int64] = []
        values.reserveCapacity(bytes.count / kind.size)
        var offset = 0
        while offset + kind.size <= bytes.count {
            values.append(word(bytes, offset, kind))
            offset += kind.size
        }
        return values
    }

    /// One word, sign-extended where the format is signed; the bit pattern of UV and OV.
    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int, _ kind: Kind) -> Int64 {
        var raw: UInt64 = 0
        for index in 0..<kind.size {
            let byte = bytes[offset + (kind.isBigEndian ? index : kind.size - 1 - index)]
            raw = raw << 8 | UInt64(byte)
        }
        let unused = UInt64(64 - 8 * kind.size)
        return kind.format == .signed ? Int64(bitPattern: raw << unused) >> Int64(unused) : Int64(bitPattern: raw)
    }

    private static func floats(_ bytes: UnsafeRawBufferPointer, _ kind: Kind) -> [Double] {
        words(bytes, kind).map { word in
            kind.size == 4
                ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: word))) : Double(bitPattern: UInt64(bitPattern: word))
        }
    }

    private static func texts(_ bytes: UnsafeRawBufferPointer) -> [Slice<UnsafeRawBufferPointer>] {
        bytes.split(separator: 0x5C, omittingEmptySubsequences: false)
    }

    /// A decimal string (PS3.5 section 6.2, DS and IS), blanks and NULs around it ignored; nil where it is none.
    static func double(_ text: Slice<UnsafeRawBufferPointer>) -> Double? {
        let trimmed = trimmedNumber(text)
        guard let first = trimmed.first, trimmed.count <= 64, isNumeric(first) else { return nil }
        if let value = plainDouble(trimmed) { return value }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 65) { buffer in
            var count = 0
            for byte in trimmed {
                guard isNumeric(byte) || byte == 0x2C || byte | 0x20 == 0x65 else { return nil }
                buffer[count] = CChar(truncatingIfNeeded: byte == 0x2C ? 0x2E : byte)
                count += 1
            }
            buffer[count] = 0
            guard let start = buffer.baseAddress else { return nil }
            var end: UnsafeMutablePointer<CChar>?
            let value = strtod(start, &end)
            guard let end, end - start == count else { return nil }
            return value
        }
    }

    /// Up to 15 digits with a point: a whole number over a power of ten, both of them exact, so that the quotient is the number
    /// which `strtod` finds. Nil for all else.
    private static func plainDouble(_ text: Slice<UnsafeRawBufferPointer>) -> Double? {
        var (value, scale, digits, isFraction) = (0.0, 1.0, 0, false)
        let isNegative = text.first == 0x2D
        for byte in isNegative ? text.dropFirst() : text {
            if byte == 0x2E, !isFraction {
                isFraction = true
            } else if byte >= 0x30, byte <= 0x39, digits < 15 {
                value = value * 10 + Double(byte - 0x30)
                digits += 1
                if isFraction { scale *= 10 }
            } else {
                return nil
            }
        }
        guard digits > 0 else { return nil }
        return isNegative ? -(value / scale) : value / scale
    }

    /// An integer string; a decimal one is cut at its point.
    static func integer(_ text: Slice<UnsafeRawBufferPointer>) -> Int? {
        var value = 0
        var digits = 0
        var isNegative = false
        for byte in trimmedNumber(text) {
            if digits == 0, byte == 0x2D || byte == 0x2B {
                isNegative = byte == 0x2D
                digits = 0
                continue
            }
            guard byte >= 0x30, byte <= 0x39, digits < 18 else { return double(text).flatMap { Int(exactly: $0.rounded(.towardZero)) } }
            value = value &* 10 &+ Int(byte &- 0x30)
            digits += 1
        }
        guard digits > 0 else { return nil }
        return isNegative ? -value : value
    }

    private static func trimmedNumber(_ text: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        var text = text
        while let first = text.first, first <= 0x20 { text = text.dropFirst() }
        while let last = text.last, last <= 0x20 { text = text.dropLast() }
        return text
    }

    /// Keeps words such as "nan", "inf" and hexadecimal numbers out.
    private static func isNumeric(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39 || byte == 0x2B || byte == 0x2D || byte == 0x2E
    }
}
