import Glibc
import Testing

@testable import DICOM

/// Numbers out of text, by the short way and by the long one.
struct NumberTextTests {
    private func double(_ text: String) -> Double? {
        Array(text.utf8).withUnsafeBytes { NumberDecoder.double($0[0..<$0.count]) }
    }

    @Test func `digits with a point give the number that strtod finds`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let digits = Int.random(in: 1...18, using: &generator)
            var text = (0..<digits).map { _ in String(Int.random(in: 0...9, using: &generator)) }.joined()
            let point = Int.random(in: 0...digits, using: &generator)
            text.insert(".", at: text.index(text.startIndex, offsetBy: point))
            if Bool.random(using: &generator) { text = "-" + text }
            #expect(double(text)?.bitPattern == strtod(text, nil).bitPattern, "\(text)")
        }
    }

    @Test(arguments: ["", ".", "-", "-.", "--1", "1-", "1.2.3", "nan", "0x10", "+", "e5", "1 2", "٣"])
    func `what is no number is none`(_ text: String) { #expect(double(text) == nil) }

    @Test func `the first number is that of all numbers`() {
        let texts: [[UInt8]] = [
            Array("1\\2".utf8), Array("x\\5.5".utf8), Array(" 7 \\".utf8), [], Array("\\".utf8), Array("-3.9".utf8), [0xFF, 0xFF, 0, 0, 0, 0, 0xC0, 0x7F],
            [0, 0, 0xC0, 0x7F, 0, 0, 0x80, 0x3F], [1], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        ]
        for vr in [VR.DS, .IS, .US, .SS, .UL, .SL, .UV, .SV, .FL, .FD, .AT, .OW, .UN, .LO] {
            for isBigEndian in [false, true] {
                let kind = NumberDecoder.Kind(vr: vr, isBigEndian: isBigEndian)
                for text in texts {
                    text.withUnsafeBytes { bytes in
                        #expect(NumberDecoder.firstInt(bytes, kind) == NumberDecoder.ints(bytes, kind).first, "\(vr) \(text)")
                        #expect(
                            NumberDecoder.firstDouble(bytes, kind)?.bitPattern == NumberDecoder.doubles(bytes, kind).first?.bitPattern, "\(vr) \(text)")
                    }
                }
            }
        }
    }
}
