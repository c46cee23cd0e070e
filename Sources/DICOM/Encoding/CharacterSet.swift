/// The value of Specific Character Set (0008,0005), ready to decode text with (PS3.3 C.12.1.1.2, PS3.5 section 6.1).
///
/// Lenient: terms are accepted in lower case, with blanks or hyphens for the underscore; 8-bit bytes without a declared
/// set are read as UTF-8 where the whole value is that, else as ISO 8859-1.
package struct SpecificCharacterSet: Hashable, Sendable {
    /// How bytes become characters.
    enum Coding: Hashable, Sendable {
        /// Single-byte sets and ISO 2022 code extension.
        case iso2022
        case utf8
        /// GB 18030, and GBK as its two-byte part.
        case gb18030
        /// Sets without code extension that the standard does not have.
        case shiftJIS, eucKR, eucJP
    }

    /// What to do with bytes that are no character of the set.
    package enum Mode: Sendable {
        /// Text for people: one U+FFFD for each.
        case text
        /// Keys: the bytes stand as they are, so that two different values never become equal.
        case key
    }

    /// What a value was not.
    package struct Issues: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        /// Bytes that are no character of the declared set.
        package static let undecodable = Issues(rawValue: 1)
        /// 8-bit bytes for which no set is declared, or an unknown one: read as UTF-8 or ISO 8859-1.
        package static let undeclared = Issues(rawValue: 2)
    }

    var coding = Coding.iso2022
    /// In G1 at the start of each value and after each delimiter; G0 is ASCII then.
    var initialG1 = CodedSet.none
    /// Read in G1 where nothing was designated: the first double-byte G1 set among the terms (files that escape only once).
    var fallbackG1 = CodedSet.none
    /// A term is none that the standard defines; the set is then as if it were missing.
    package internal(set) var hasUnknownTerm = false

    /// Nothing says what 8-bit bytes are.
    var isUndeclared: Bool { coding == .iso2022 && initialG1 == .none && fallbackG1 == .none }

    /// The default repertoire, ISO-IR 6.
    package init() {}

    /// - Parameter definedTerms: the raw value of (0008,0005): terms separated by backslashes, padding included.
    package init(_ definedTerms: [UInt8]) {
        self.init()
        definedTerms.withUnsafeBytes { read(terms: $0) }
    }

    /// Decodes a whole value (all its values, with the backslashes between them) and appends it as UTF-8.
    ///
    /// - Parameter vr: which delimiters reset a code extension (PS3.5 section 6.1.2.5.3).
    /// - Returns: false where something was undecodable and became U+FFFD.
    @discardableResult
    package func decode(_ bytes: UnsafeRawBufferPointer, vr: VR, into output: inout [UInt8]) -> Bool {
        !convert(bytes, vr: vr, mode: .text, into: &output).contains(.undecodable)
    }

    /// As `decode`, but bytes that are no character stand as they are.
    @discardableResult
    package func decodeKey(_ bytes: UnsafeRawBufferPointer, vr: VR, into output: inout [UInt8]) -> Bool {
        !convert(bytes, vr: vr, mode: .key, into: &output).contains(.undecodable)
    }

    @discardableResult
    package func convert(_ bytes: UnsafeRawBufferPointer, vr: VR, mode: Mode, into output: inout [UInt8]) -> Issues {
        if Self.isPlain(bytes) {
            output.append(contentsOf: bytes)
            return []
        }
        // A byte order mark says UTF-8 whatever is declared, and is no part of the text.
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF, coding == .utf8 || UTF8Bytes.isValid(bytes) {
            return convertUTF8(UnsafeRawBufferPointer(rebasing: bytes[3...]), mode: mode, into: &output)
        }
        switch coding {
        case .shiftJIS: return convert(bytes, mode: mode, into: &output, by: ShiftJIS.character)
        case .eucKR: return convert(bytes, mode: mode, into: &output, by: EUCKR.character)
        case .eucJP: return convert(bytes, mode: mode, into: &output, by: EUCJP.character)
        case .utf8: return convertUTF8(bytes, mode: mode, into: &output)
        case .gb18030: return convertGB18030(bytes, mode: mode, into: &output)
        case .iso2022:
            var run = ISO2022Run(set: self, bytes: bytes, delimiters: ISO2022Run.Delimiters(vr), mode: mode)
            run.convert(into: &output)
            return run.issues
        }
    }

    /// Unpacks the tables of all sets up front, so that no file pays for it later. Nothing is opened: the tables are part
    /// of the program, so this may be called before or after a sandbox closes the file system, or not at all.
    package static func openAllConverters() {
        for code in 0...CodedSet.gb2312.rawValue {
            guard let set = CodedSet(rawValue: code) else { continue }
            _ = set.isDouble ? set.scalar(0x21, 0x21) : set.scalar(0xA0)
        }
        _ = GB18030.fourByteScalars.count
        _ = EUCKR.addedSyllables.count + CharacterTables.cp932Cells.count
    }

    /// Whether all bytes are ASCII without ESC: such text is itself in every set.
    @inline(__always)
    static func isPlain(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var high: UInt8 = 0
        for byte in bytes {
            high |= byte
            if byte == 0x1B { return false }
        }
        return high < 0x80
    }

    private func convertUTF8(_ bytes: UnsafeRawBufferPointer, mode: Mode, into output: inout [UInt8]) -> Issues {
        if UTF8Bytes.isValid(bytes) {
            output.append(contentsOf: bytes)
            return []
        }
        var index = 0
        while index < bytes.count {
            let length = UTF8Bytes.sequenceLength(bytes, at: index)
            let bad = length == 0 ? UTF8Bytes.maximalSubpart(bytes, at: index) : 0
            if length > 0 || mode == .key {
                output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[index..<index + length + bad]))
            } else {
                output.append(scalar: 0xFFFD)
            }
            index += length + bad
        }
        return .undecodable
    }
}
