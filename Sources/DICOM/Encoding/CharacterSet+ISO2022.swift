/// Decodes one value of single-byte sets and ISO 2022 code extension (PS3.5 section 6.1.2.5).
struct ISO2022Run {
    /// Characters after which the sets are as at the start again (PS3.5 section 6.1.2.5.3); CR, LF, FF and TAB always are.
    struct Delimiters {
        var backslash = true
        var personName = false

        init(_ vr: VR) {
            personName = vr == .PN
            backslash = vr != .LT && vr != .ST && vr != .UT && vr != .UR
        }
    }

    private let set: SpecificCharacterSet
    private let bytes: UnsafeRawBufferPointer
    private let delimiters: Delimiters
    private let mode: SpecificCharacterSet.Mode
    private var g0 = CodedSet.ascii
    private var g1: CodedSet
    private var index = 0
    private var isUTF8: Bool?
    private(set) var issues: SpecificCharacterSet.Issues = []

    init(set: SpecificCharacterSet, bytes: UnsafeRawBufferPointer, delimiters: Delimiters, mode: SpecificCharacterSet.Mode) {
        self.set = set
        self.bytes = bytes
        self.delimiters = delimiters
        self.mode = mode
        g1 = set.initialG1
    }

    mutating func convert(into output: inout [UInt8]) {
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x1B {
                escape(into: &output)
            } else if byte >= 0x80 {
                right(byte, into: &output)
            } else if g0.isDouble, byte > 0x20, byte < 0x7F {
                leftPair(byte, into: &output)
            } else {
                single(byte, into: &output)
            }
        }
    }

    private mutating func single(_ byte: UInt8, into output: inout [UInt8]) {
        output.append(byte)
        index += 1
        if isDelimiter(byte) {
            g0 = .ascii
            g1 = set.initialG1
        }
    }

    private func isDelimiter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x09, 0x0A, 0x0C, 0x0D: true
        case 0x5C: delimiters.backslash
        case 0x5E, 0x3D: delimiters.personName
        default: false
        }
    }

    /// A pair in G0. A delimiter that cannot be half of a pair is one, although the set was not switched back before it.
    private mutating func leftPair(_ first: UInt8, into output: inout [UInt8]) {
        let second = index + 1 < bytes.count ? bytes[index + 1] : 0
        if (0x21...0x7E).contains(second) {
            if let scalar = g0.scalar(first, second) {
                output.append(scalar: scalar)
                index += 2
                return
            }
        } else if isDelimiter(first) {
            return single(first, into: &output)
        }
        undecodable((0x21...0x7E).contains(second) ? 2 : 1, into: &output)
    }

    private mutating func right(_ byte: UInt8, into output: inout [UInt8]) {
        let current = g1 == .none ? set.fallbackG1 : g1
        if current == .none { return undeclared(byte, into: &output) }
        if !current.isDouble {
            // The leads of Shift-JIS are no katakana: kanji that were written without an escape.
            if current == .katakana, index + 1 < bytes.count, let kanji = ShiftJIS.pair(byte, bytes[index + 1]) {
                output.append(scalar: kanji)
                index += 2
                return
            }
            guard let scalar = current.scalar(byte) else { return undecodable(1, into: &output) }
            output.append(scalar: scalar)
            index += 1
            return
        }
        let second = index + 1 < bytes.count ? bytes[index + 1] : 0
        guard second >= 0x80, let scalar = current.scalar(byte & 0x7F, second & 0x7F) else {
            return undecodable(second > 0xA0 && byte > 0xA0 ? 2 : 1, into: &output)
        }
        output.append(scalar: scalar)
        index += 2
    }

    /// 8-bit bytes without a set: UTF-8 where the whole value is that, else ISO 8859-1.
    private mutating func undeclared(_ byte: UInt8, into output: inout [UInt8]) {
        let whole = isUTF8 ?? UTF8Bytes.isValid(bytes)
        isUTF8 = whole
        issues.insert(.undeclared)
        if whole { output.append(byte) } else { output.append(scalar: UInt32(byte)) }
        index += 1
    }

    private mutating func undecodable(_ count: Int, into output: inout [UInt8]) {
        issues.insert(.undecodable)
        if mode == .key {
            output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[index..<index + count]))
        } else {
            output.append(scalar: 0xFFFD)
        }
        index += count
    }

    /// An escape sequence designates a set; an unknown one stands as it is, its ESC as an undecodable character.
    private mutating func escape(into output: inout [UInt8]) {
        var next = index + 1
        func byte(_ at: Int) -> UInt8 { at < bytes.count ? bytes[at] : 0 }
        let isDouble = byte(next) == 0x24  // $
        if isDouble { next += 1 }
        let intermediate = byte(next)
        // ( ) - as intermediate; `ESC $ B` and `ESC $ @` have none and mean G0.
        let hasIntermediate = intermediate == 0x28 || intermediate == 0x29 || intermediate == 0x2D
        if hasIntermediate { next += 1 }
        guard isDouble || hasIntermediate, let designated = Self.designated(byte(next), isDouble: isDouble, by: intermediate) else {
            issues.insert(.undecodable)
            output.append(0x1B)
            index += 1
            return
        }
        if hasIntermediate && intermediate != 0x28 { g1 = designated } else { g0 = designated }
        index = next + 1
    }

    /// The set that a final byte names (PS3.3 Tables C.12-3 and C.12-4).
    private static func designated(_ final: UInt8, isDouble: Bool, by intermediate: UInt8) -> CodedSet? {
        switch (isDouble, intermediate, final) {
        case (true, _, 0x42), (true, _, 0x40): .jisX0208  // B, and the edition of 1978 as @
        case (true, _, 0x44): .jisX0212  // D
        case (true, _, 0x43): .ksX1001  // C
        case (true, _, 0x41): .gb2312  // A
        case (false, 0x28, 0x42), (false, 0x28, 0x4A): .ascii  // B, J
        case (false, 0x28, 0x49), (false, 0x29, 0x49): .katakana  // I
        case (false, 0x2D, 0x41): .latin1
        case (false, 0x2D, 0x42): .latin2
        case (false, 0x2D, 0x43): .latin3
        case (false, 0x2D, 0x44): .latin4
        case (false, 0x2D, 0x46): .greek
        case (false, 0x2D, 0x47): .arabic
        case (false, 0x2D, 0x48): .hebrew
        case (false, 0x2D, 0x4C): .cyrillic
        case (false, 0x2D, 0x4D): .latin5
        case (false, 0x2D, 0x54): .thai
        case (false, 0x2D, 0x62): .latin9
        default: nil
        }
    }
}
