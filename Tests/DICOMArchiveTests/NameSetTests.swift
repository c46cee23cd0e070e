import Testing

@testable import DICOMArchive

@Suite struct NameSetTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
    private func names(_ set: NameSet) -> [String] { (0..<set.count).map { String(decoding: set[$0], as: UTF8.self) } }

    @Test func `whoever comes later gets a suffix, whatever the case`() throws {
        var set = NameSet()
        for (number, name) in ["Head", "head", "HEAD", "Ä", "ä", "a\u{308}", ""].enumerated() {
            try set.add(bytes(name), identity: bytes("identity \(number)"))
        }
        let found = names(set)
        #expect(found[0] == "Head" && found[3] == "Ä")
        #expect(Set(found.map { caseFolded(bytes($0)) }).count == 7)
        for place in [1, 2] { #expect(found[place].lowercased().hasPrefix("head ~")) }
        for (place, name) in found.enumerated() { #expect(set.place(of: bytes(name)) == place) }
        #expect(set.place(of: bytes("hEAD")) == 0)
        #expect(set.place(of: bytes("neck")) == nil)
    }

    @Test func `thousands of names are found, and no others`() throws {
        var set = NameSet()
        for number in 0..<5_000 { try set.add(bytes("Name \(number)"), identity: []) }
        #expect(set.count == 5_000)
        for number in 0..<5_000 {
            #expect(set.place(of: bytes("name \(number)")) == number)
            #expect(set.place(of: bytes("Name \(number + 5_000)")) == nil)
        }
    }

    /// As one after the other: names, suffixes and places.
    @Test func `sets that are put together are one set`() throws {
        let all = (0..<300).map { "\(["A", "b", "Ç"][$0 % 3])\($0 % 99)" }
        var whole = NameSet()
        for (number, name) in all.enumerated() { try whole.add(bytes(name), identity: bytes("\(number)")) }
        for cut in [0, 1, 50, 150, 299, 300] {
            var (first, second) = (NameSet(), NameSet())
            for number in 0..<cut { try first.add(bytes(all[number]), identity: bytes("\(number)")) }
            for number in cut..<300 { try second.add(bytes(all[number]), identity: bytes("\(number)")) }
            try first.add(second) { bytes("\(cut + $0)") }
            // A name that got its suffix before and is taken elsewhere has the same one: it is made of who it is.
            #expect(names(first) == names(whole))
            for (place, name) in names(first).enumerated() { #expect(first.place(of: bytes(name)) == place) }
        }
    }
}
