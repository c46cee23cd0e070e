import Foundation
import Testing

@testable import DICOMArchive

/// N1-N9: names out of anything.
@Suite struct NamingTests {
    private func component(_ text: String) -> String { String(decoding: FileName.component(Array(text.utf8)), as: UTF8.self) }
    private func complete(_ text: String) -> String {
        String(decoding: FileName.complete(FileName.component(Array(text.utf8))), as: UTF8.self)
    }

    @Test(arguments: [
        ("a/b", "a%2Fb"), ("100%", "100%25"), ("..", "%2E%2E"), ("-rf", "%2Drf"), (".hidden", "%2Ehidden"), ("end.", "end%2E"),
        ("CON", "%43ON"), ("nul.txt", "%6Eul.txt"), ("com1 .x", "%63om1 .x"), ("console", "console"), ("a:b*?", "a%3Ab%2A%3F"),
        ("\u{1B}[31m", "%1B[31m"), ("a\u{202E}gpj", "a%E2%80%AEgpj"), ("a\u{200B}b", "a%E2%80%8Bb"), ("\u{FEFF}x", "%EF%BB%BFx"),
        ("e\u{301}", "\u{E9}"), ("\u{85}", "%C2%85"), ("a\u{200D}\u{301}", "a%E2%80%8D%CC%81"), ("-\u{30C}", "%2D%CC%8C"), ("\u{E000}", "%EE%80%80"),
    ])
    func `N1 N2 N3 N8 N9 what may not stand in a name is escaped`(value: String, name: String) {
        #expect(complete(value).utf8.elementsEqual(name.utf8))
    }

    @Test func `N4 bytes that are not text stay apart`() {
        #expect(FileName.component([0x41, 0xFF]) == Array("A%FF".utf8))
        #expect(FileName.component([0x41, 0xFE]) == Array("A%FE".utf8))
        // A mark behind an escape would turn its last digit into another letter.
        #expect(FileName.component([0xFC] + Array("\u{327}".utf8)) == Array("%FC%CC%A7".utf8))
    }

    @Test func `N5 long names are cut at a character and stay apart`() {
        let one = FileName.complete(FileName.component(Array(String(repeating: "\u{65E5}", count: 200).utf8)))
        let two = FileName.complete(FileName.component(Array((String(repeating: "\u{65E5}", count: 199) + "x").utf8)))
        #expect(one.count <= 255 && two.count <= 255 && one != two)
        #expect(String(validating: one, as: UTF8.self) != nil)
        #expect(FileName.complete(Array(repeating: 0x41, count: 255)).count == 255)
        let suffixed = FileName.complete(Array(repeating: 0x41, count: 255), suffix: Array(" ~abcdef".utf8))
        #expect(suffixed.count <= 255 && suffixed.suffix(8).elementsEqual(" ~abcdef".utf8))
        let marks = FileName.complete(Array("a".utf8) + Array(String(repeating: "\u{301}", count: 300).utf8))
        #expect(marks.count <= 255 && String(validating: marks, as: UTF8.self) != nil)
    }

    @Test func `N7 case folding sees what disks may call equal`() {
        func folded(_ text: String) -> [UInt8] { caseFolded(Array(text.utf8)) }
        #expect(folded("ABC") == folded("abc"))
        #expect(folded("Stra\u{DF}e") == folded("STRASSE"))
        #expect(folded("e\u{301}") == folded("\u{C9}"))
        #expect(folded("\u{3A3}") == folded("\u{3C2}"))
        #expect(folded("a") != folded("b"))
        #expect(caseFolded([0x41, 0xFF]) == [0x61, 0xFF])
    }

    /// A10, R12: 10^5 hostile identities, 10^6 with DCMFS_DEEP=1.
    @Test func `N1 N7 R12 hostile identities get legal, unique, stable, reversible names`() throws {
        let count = ProcessInfo.processInfo.environment["DCMFS_DEEP"] == "1" ? 1_000_000 : 100_000
        var generator = HostileIdentities(seed: 42)
        var taken = Set<[UInt8]>()
        var seen = Set<[UInt8]>()
        for _ in 0..<count {
            let value = generator.next()
            guard seen.insert(value).inserted else { continue }
            let component = FileName.component(value)
            let base = component.isEmpty ? Array("_NOID".utf8) : component
            let (name, key) = try UniqueName.claim(base: base, identity: value) { taken.contains($0) }
            taken.insert(key)
            if let flaw = legalityFlaw(name) { Issue.record("\(value): \(flaw)") }
            if FileName.component(value) != component { Issue.record("\(value) has two names") }
            let whole = FileName.complete(base)
            if base.count <= 200, !component.isEmpty {
                let expected = normalisedParts(FileName.trimmed(value))
                if FileName.unescaped(whole) != expected { Issue.record("\(value) is not what \(whole) unescapes to") }
            }
        }
        #expect(taken.count == seen.count)
    }

    /// What the unescaped name must be: the value with its valid stretches in NFC.
    private func normalisedParts(_ value: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var run: [UInt8] = []
        forEachScalar(value) { scalar, raw in
            if scalar != nil {
                run += raw
            } else {
                out += Array(String(decoding: run, as: UTF8.self).precomposedStringWithCanonicalMapping.utf8) + raw
                run = []
            }
        }
        return out + Array(String(decoding: run, as: UTF8.self).precomposedStringWithCanonicalMapping.utf8)
    }
}

/// Why a name is not legal, nil when it is.
func legalityFlaw(_ name: [UInt8]) -> String? {
    guard (1...255).contains(name.count) else { return "length \(name.count)" }
    guard let text = String(validating: name, as: UTF8.self) else { return "not UTF-8" }
    if !text.precomposedStringWithCanonicalMapping.utf8.elementsEqual(name) { return "not NFC" }
    for scalar in text.unicodeScalars {
        if scalar.value < 0x20 || scalar.value == 0x7F || "<>:\"/\\|?*".unicodeScalars.contains(scalar) { return "forbidden \(scalar.value)" }
        switch scalar.properties.generalCategory {
        case .control, .format, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return "invisible \(scalar.value)"
        default: if scalar.properties.isDefaultIgnorableCodePoint { return "ignorable \(scalar.value)" }
        }
    }
    if let first = name.first, first == UInt8(ascii: "-") || first == UInt8(ascii: ".") { return "leading" }
    if let last = name.last, last == UInt8(ascii: " ") || last == UInt8(ascii: ".") { return "trailing" }
    let stem = text.prefix { $0 != "." }.lowercased().trimmingCharacters(in: .whitespaces)
    if ["con", "prn", "aux", "nul", "com1", "lpt9"].contains(stem) { return "device" }
    return nil
}

/// Values as a hostile or broken header holds them; the same seed gives the same values.
struct HostileIdentities {
    private var state: UInt64
    private static let pieces: [[UInt8]] =
        [
            "", " ", ".", "..", "/", "\\", "-", "~", "%", "%41", "%2", "CON", "nul", "COM1", "LPT\u{B9}", "a", "A", "\u{E9}", "e\u{301}", "\u{30C}",
            "\u{327}", "\u{1100}",
            "\u{1161}", "\u{11A8}", "\u{AC00}", "\u{212B}", "\u{DF}", "SS", "\u{130}", "\u{131}", "\u{202E}", "\u{200B}", "\u{200D}", "\u{FEFF}",
            "\u{E000}", "\u{FFFD}", "\n",
            "\u{1B}[31m", "\u{0}", "\u{7F}", "\u{85}", "\u{2028}", "*?", "<>|\"", "$(rm)", "`", "'", "-rf", "con.txt", "\u{65E5}\u{672C}",
            "\u{1F468}\u{200D}\u{1F469}", "12345",
            "\u{FB01}", "\u{1E9E}", "\u{3A3}", "\u{3C2}", "\u{345}", "\u{E0101}", "\u{10FFFF}", " ~abcdef",
        ].map { Array($0.utf8) } + [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE9], [0xF4, 0x90, 0x80, 0x80], [0xE3, 0x81]]

    init(seed: UInt64) { state = seed }

    private mutating func random(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(bound))
    }

    mutating func next() -> [UInt8] {
        switch random(8) {
        case 0: return (0..<random(24)).map { _ in UInt8(truncatingIfNeeded: random(256)) }
        case 1: return (0..<random(600)).map { _ in UInt8(truncatingIfNeeded: random(256)) }
        case 2: return Array("ID".utf8) + Array(String(random(1_000_000)).utf8)
        default: return (0..<1 + random(6)).flatMap { _ in Self.pieces[random(Self.pieces.count)] }
        }
    }
}
