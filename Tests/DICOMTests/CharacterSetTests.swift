import Glibc
import Testing

@testable import DICOM

/// PS3.3 C.12.1.1.2, PS3.5 section 6.1 and annexes H to K; header-text.md 8.3.
struct CharacterSetTests {
    private func decode(_ terms: String, _ bytes: [UInt8], vr: VR = .PN, mode: SpecificCharacterSet.Mode = .text) -> (
        text: [UInt8], issues: SpecificCharacterSet.Issues
    ) {
        var output: [UInt8] = []
        let set = SpecificCharacterSet(Array(terms.utf8))
        let issues = bytes.withUnsafeBytes { set.convert($0, vr: vr, mode: mode, into: &output) }
        return (output, issues)
    }

    private func text(_ terms: String, _ bytes: [UInt8], vr: VR = .PN) -> String {
        String(decoding: decode(terms, bytes, vr: vr).text, as: UTF8.self)
    }

    /// ASCII text in which `<` stands for ESC, `{hh..}` for bytes in hexadecimal.
    private func bytes(_ pattern: String) -> [UInt8] {
        var result: [UInt8] = []
        var hexadecimal: String?
        for c in pattern {
            if c == "{" {
                hexadecimal = ""
            } else if c == "}" {
                let digits = Array(hexadecimal ?? "")
                for index in stride(from: 0, to: digits.count, by: 2) { result.append(UInt8(String(digits[index..<index + 2]), radix: 16) ?? 0) }
                hexadecimal = nil
            } else if hexadecimal != nil {
                hexadecimal?.append(c)
            } else {
                result += c == "<" ? [0x1B] : Array(String(c).utf8)
            }
        }
        return result
    }

    @Test(arguments: [
        ("ISO_IR 127", "{e2c8c7e6ea}^{e4e6d2c7d1}", "قباني^لنزار"),
        ("ISO_IR 100", "Buc^J{e9}r{f4}me", "Buc^Jérôme"),
        ("ISO_IR 100", "{c4}neas^R{fc}diger", "Äneas^Rüdiger"),
        ("ISO_IR 126", "{c4e9efedf5f3e9eff2}", "Διονυσιος"),
        ("ISO_IR 138", "{f9f8e5ef}^{e3e1e5f8e4}", "שרון^דבורה"),
        ("ISO_IR 144", "{bbeeda}ce{dcd1}yp{d3}", "Люкceмбypг"),
        ("\\ISO 2022 IR 87", "Yamada^Tarou=<$B;3ED<(B^<$BB@O:<(B=<$B$d$^$@<(B^<$B$?$m$&<(B", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        (
            "ISO 2022 IR 13\\ISO 2022 IR 87", "{d4cfc0de}^{c0dbb3}=<$B;3ED<(J^<$BB@O:<(J=<$B$d$^$@<(J^<$B$?$m$&<(J",
            "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"
        ),
        ("\\ISO 2022 IR 149", "Hong^Gildong=<$)C{fbf3}^<$)C{d1ced4d7}=<$)C{c8ab}^<$)C{b1e6b5bf}", "Hong^Gildong=洪^吉洞=홍^길동"),
        ("\\ISO 2022 IR 149", "<$)C{b1e8c8f1c1df}<(B", "김희중"),
        ("\\ISO 2022 IR 58", "Zhang^XiaoDong=<$)A{d5c5}^<$)A{d0a1b6ab}", "Zhang^XiaoDong=张^小东"),
        ("\\ISO 2022 IR 87\\ISO 2022 IR 159", "Ougai^Mori=<$(Dl?<(B^<$B30<(B", "Ougai^Mori=鷗^外"),
        ("ISO 2022 IR 100\\ISO 2022 IR 126\\ISO 2022 IR 144", "{c4}neas^<-F{c4e9}^<-L{bbee}^{fc}", "Äneas^Δι^Лю^ü"),
        ("GB18030", "Wang^XiaoDong={cdf5}^{d0a1b6ab}", "Wang^XiaoDong=王^小东"),
        ("GB18030", "Ext^A={8139ee39}^{95328236}", "Ext^A=㐀^𠀀"),
        ("GBK", "{cdf5}^{d0a1b6ab}", "王^小东"),
        ("ISO_IR 192", "{e78e8b}^{e5b08fe69db1}", "王^小東"),
        ("ISO_IR 13", "{d4cfc0de}^{c0dbb3}", "ﾔﾏﾀﾞ^ﾀﾛｳ"),
        ("ISO_IR 166", "{b9d2c1caa1d8c5}^{aad7e8cd}", "นามสกุล^ชื่อ"),
        ("ISO_IR 101", "Wa{b3ea}sa^{a3}ukasz", "Wałęsa^Łukasz"),
        ("ISO_IR 109", "{a6}ora{e6}o^{de}tono", "Ĥoraĉo^Ŝtono"),
        ("ISO_IR 110", "{d3ba}ni{f1b9}^J{e0}nis", "Ķēniņš^Jānis"),
        ("ISO_IR 148", "{c7}elik^{dd}brahim", "Çelik^İbrahim"),
        ("ISO_IR 203", "{a4}", "€"),
    ])
    func `Defined terms decode their bytes`(_ terms: String, _ pattern: String, _ expected: String) {
        let (text, issues) = decode(terms, bytes(pattern))
        #expect(String(decoding: text, as: UTF8.self) == expected)
        #expect(issues == [])
    }

    @Test(arguments: ["iso_ir 100", "ISO IR 100", "ISO-IR 100", "ISO_IR 100 ", "ISO 2022 IR 100", "ISO_IR_100"])
    func `Terms are read in the spellings that files have`(_ term: String) {
        #expect(text(term, [0xFC]) == "ü")
        #expect(!SpecificCharacterSet(Array(term.utf8)).hasUnknownTerm)
    }

    @Test func `8-bit bytes without a set are UTF-8 where they can be, else Latin-1, and noted`() {
        for terms in ["", "ISO_IR 999", "ISO_IR 6"] {
            #expect(decode(terms, bytes("M{c3bc}ller")).issues == .undeclared)
            #expect(text(terms, bytes("M{c3bc}ller")) == "Müller")
            #expect(text(terms, bytes("M{fc}ller{c3bc}")) == "MüllerÃ¼")
        }
        #expect(SpecificCharacterSet(Array("ISO_IR 999".utf8)).hasUnknownTerm)
    }

    @Test func `Undecodable bytes are U+FFFD in text and stand as they are in keys`() {
        for terms in ["ISO_IR 192", "ISO_IR 126", "GB18030", "\\ISO 2022 IR 149"] {
            let pattern = "M{ff}ller"
            #expect(text(terms, bytes(pattern)) == "M\u{FFFD}ller")
            let key = decode(terms, bytes(pattern), mode: .key)
            #expect(key.text == bytes(pattern))
            #expect(key.issues.contains(.undecodable))
        }
        #expect(text("ISO_IR 192", bytes("{f09f98}a{e282}")) == "\u{FFFD}a\u{FFFD}")
    }

    @Test func `Delimiters of the VR reset a code extension`() {
        let terms = "ISO 2022 IR 100\\ISO 2022 IR 126"
        #expect(text(terms, bytes("<-F{c4}^{c4}"), vr: .PN) == "Δ^Ä")
        #expect(text(terms, bytes("<-F{c4}^{c4}"), vr: .LO) == "Δ^Δ")
        #expect(text(terms, bytes("<-F{c4}\\{c4}"), vr: .LO) == "Δ\\Ä")
        #expect(text(terms, bytes("<-F{c4}\\{c4}"), vr: .ST) == "Δ\\Δ")
        #expect(text(terms, bytes("<-F{c4}{0d0a}{c4}"), vr: .ST) == "Δ\r\nÄ")
    }

    @Test func `An unknown escape sequence stands as it is`() {
        let (text, issues) = decode("ISO_IR 100", bytes("A<[31mB"))
        #expect(text == bytes("A<[31mB"))
        #expect(issues == .undecodable)
    }

    @Test func `Any bytes in any set give valid UTF-8 in text mode`() {
        var state: UInt64 = 1
        for round in 0..<4_000 {
            var value: [UInt8] = []
            for _ in 0..<round % 23 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let byte = UInt8(truncatingIfNeeded: state >> 40)
                value += state >> 60 == 0 ? [0x1B, 0x24, 0x29, 0x41 + byte % 4] : [byte]
            }
            for terms in ["", "ISO_IR 192", "GB18030", "\\ISO 2022 IR 87", "\\ISO 2022 IR 149", "ISO_IR 138", "ISO 2022 IR 13\\ISO 2022 IR 159"] {
                let (text, _) = decode(terms, value)
                #expect(String(validating: text, as: UTF8.self) != nil, "\(terms) \(value)")
            }
        }
    }

    /// Every cell of every table beside the C library, which made them.
    @Test(arguments: [
        ("ISO_IR 101", "ISO-8859-2"), ("ISO_IR 109", "ISO-8859-3"), ("ISO_IR 110", "ISO-8859-4"), ("ISO_IR 144", "ISO-8859-5"),
        ("ISO_IR 127", "ISO-8859-6"), ("ISO_IR 126", "ISO-8859-7"), ("ISO_IR 138", "ISO-8859-8"), ("ISO_IR 148", "ISO-8859-9"),
        ("ISO_IR 203", "ISO-8859-15"), ("ISO_IR 166", "TIS-620"), ("ISO_IR 100", "ISO-8859-1"),
    ])
    func `Single-byte sets agree with iconv`(_ terms: String, _ encoding: String) throws {
        let converter = try #require(Converter(encoding))
        for byte in UInt8(0xA0)...0xFF {
            #expect(text(terms, [byte], vr: .LO) == converter.text([byte]) ?? "\u{FFFD}", "\(byte)")
        }
    }

    private func shiftJIS(_ first: UInt8, _ second: UInt8) -> [UInt8] {
        let row = Int(first) - 0x21
        let lead = row / 2 + (row / 2 < 31 ? 0x81 : 0xC1)
        let trail = Int(second) - 0x21 + (row % 2) * 94 + 0x40
        return [UInt8(lead), UInt8(trail >= 0x7F ? trail + 1 : trail)]
    }

    @Test func `Double-byte sets agree with iconv`() throws {
        let japanese = try #require(Converter("EUC-JP"))
        let korean = try #require(Converter("EUC-KR"))
        let chinese = try #require(Converter("GB18030"))
        let microsoft = try #require(Converter("CP932"))
        for first in UInt8(0x21)...0x7E {
            for second in UInt8(0x21)...0x7E {
                let high = [first | 0x80, second | 0x80]
                // Rows 13 and 89 to 92 are NEC's.
                let nec = first == 0x2D || (0x79...0x7C).contains(first) ? microsoft.text(shiftJIS(first, second)) : nil
                #expect(text("\\ISO 2022 IR 87", [0x1B, 0x24, 0x42, first, second]) == japanese.text(high) ?? nec ?? "\u{FFFD}")
                #expect(text("\\ISO 2022 IR 159", [0x1B, 0x24, 0x28, 0x44, first, second]) == japanese.text([0x8F] + high) ?? "\u{FFFD}")
                #expect(text("\\ISO 2022 IR 149", [0x1B, 0x24, 0x29, 0x43] + high) == korean.text(high) ?? "\u{FFFD}")
                if first <= 0x77 { #expect(text("\\ISO 2022 IR 58", [0x1B, 0x24, 0x29, 0x41] + high) == chinese.text(high) ?? "\u{FFFD}") }
            }
        }
    }

    @Test func `GB 18030 agrees with iconv over its two-byte and four-byte areas`() throws {
        let converter = try #require(Converter("GB18030"))
        for first in UInt8(0x81)...0xFE {
            for second in UInt8(0x40)...0xFE where second != 0x7F {
                let expected = try #require(converter.text([first, second]))
                #expect(Self.agree(text("GB18030", [first, second]), expected))
            }
        }
        var tested = 0
        for linear in Array(0..<39_420) + Array(stride(from: 189_000, to: 1_237_576, by: 997)) {
            let row = linear / 10
            let code = [UInt8(row / 126 / 10 + 0x81), UInt8(row / 126 % 10 + 0x30), UInt8(row % 126 + 0x81), UInt8(linear % 10 + 0x30)]
            // 18 codes of the edition of 2000 are unassigned in the C library; they still name the characters they did.
            guard let expected = converter.text(code) else { continue }
            tested += 1
            #expect(Self.agree(text("GB18030", code), expected))
        }
        #expect(tested > 40_000)
    }

    /// 24 codes name characters here that newer C libraries, by the edition of 2022, turn into private-use ones.
    private static func agree(_ text: String, _ expected: String) -> Bool {
        guard text != expected else { return true }
        let named = "𠂇𠂉𠃌𡗗𢦏𤇾龴龵龶龷龸龹龺龻︐︑︒︓︔︕︖︗︘︙".unicodeScalars
        return expected.unicodeScalars.allSatisfy { (0xE000...0xF8FF).contains($0.value) } && named.contains { String($0) == text }
    }
}

/// iconv, for comparison only.
private final class Converter {
    private let handle: iconv_t

    init?(_ encoding: String) {
        guard let handle = iconv_open("UTF-8", encoding), Int(bitPattern: handle) != -1 else { return nil }
        self.handle = handle
    }

    deinit { iconv_close(handle) }

    func text(_ bytes: [UInt8]) -> String? {
        var input = bytes.map { CChar(bitPattern: $0) }
        var output = [UInt8](repeating: 0, count: 32)
        var left = input.count
        iconv(handle, nil, nil, nil, nil)
        let written = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBytes { target -> Int? in
                var from = source.baseAddress
                var to = target.baseAddress?.assumingMemoryBound(to: CChar.self)
                var room = target.count
                return iconv(handle, &from, &left, &to, &room) == 0 ? target.count - room : nil
            }
        }
        return written.flatMap { left == 0 ? String(decoding: output[..<$0], as: UTF8.self) : nil }
    }
}
