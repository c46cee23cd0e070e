import Testing

@testable import DICOMArchive

/// Never one folder for two people (filesystem.md section 2, N12, N13).
@Suite struct PersonTests {
    private func match(_ birth: String, _ name: String, _ known: [(Int64, String, String)]) -> Int64? {
        PersonMatcher.person(
            birthDate: Array(birth.utf8), name: Array(name.utf8),
            among: known.map { PersonMatcher.Known(person: $0.0, birthDate: Array($0.1.utf8), name: Array($0.2.utf8)) })
    }

    @Test func anInstanceJoinsTheOnePersonThatMatches() {
        #expect(match("1970", "a", [(1, "1970", "a")]) == 1)
        #expect(match("1970", "b", [(1, "1970", "a")]) == 1)
        #expect(match("1980", "a", [(1, "1970", "a")]) == 1)
        #expect(match("1980", "b", [(1, "1970", "a")]) == nil)
    }

    @Test func whatIsEmptyNeverContradicts() {
        #expect(match("", "", [(1, "1970", "a")]) == 1)
        #expect(match("1980", "", [(1, "1970", "a")]) == 1)
        #expect(match("", "b", [(1, "1970", "a")]) == 1)
        #expect(match("1980", "b", [(1, "", "a")]) == 1)
        // Known under two partial identities, contradicting both.
        #expect(match("1980", "b", [(1, "", "a"), (1, "1970", "")]) == nil)
    }

    @Test func severalMatchesOpenANewPersonOnce() {
        let two: [(Int64, String, String)] = [(1, "1970", "a"), (2, "1980", "b")]
        #expect(match("1970", "b", two) == nil)
        #expect(match("", "", two) == nil)
        #expect(match("1970", "b", two + [(3, "1970", "b")]) == 3)
    }

    @Test func namesCompareWithoutRegardToCaseAndPadding() {
        func key(_ name: String) -> [UInt8] { PersonNames.key(Array(name.utf8)) }
        #expect(key("Doe^Jane") == key(" DOE^^JANE^^^ "))
        #expect(key("Doe^Jane=\u{6771}") == key("doe jane"))
        #expect(key("=\u{5C71}\u{7530}^\u{592A}\u{90CE}") != [])
        #expect(key("M\u{FC}ller") == key("MU\u{308}LLER"))
        #expect(PersonNames.birthDateKey(Array("1970.01.02".utf8)) == Array("19700102".utf8))
        #expect(PersonNames.birthDateKey(Array("00000000".utf8)).isEmpty)
    }

    @Test func twoPeopleUnderOneIDAreTwoFolders() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("1", dicom(name: "Doe^Jane", birth: "19700101", instance: "1.1"))
        try fixture.write("2", dicom(name: "DOE^JANE", birth: "19700101", instance: "1.2", number: "2"))
        try fixture.write("3", dicom(name: "Roe^Richard", birth: "19550505", study: "1.4", series: "1.4.1", instance: "1.3"))
        try fixture.write("4", dicom(name: "Roe^Richard", birth: "", study: "1.4", series: "1.4.1", instance: "1.4", number: "2"))
        try fixture.write("5", dicom(name: "Doe^Jane", birth: "19700101", issuer: "elsewhere", study: "1.5", series: "1.5.1", instance: "1.5"))
        try fixture.index()
        let patients = Set(try fixture.tree().map { $0.split(separator: "/")[0] })
        #expect(patients.count == 3 && patients.contains("P1") && patients.filter { $0.hasPrefix("P1 ~") }.count == 2)
        #expect(try fixture.problems().filter { $0.reason == "conflicts" }.count == 1)
    }

    @Test func `people who cannot be told apart are one folder, and named`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("1", dicom(name: "Doe^Jane", birth: "", instance: "1.1"))
        try fixture.write("2", dicom(name: "DOE^JANE ", birth: "19700101", instance: "1.2", number: "2"))
        try fixture.index()
        #expect(try fixture.problems().isEmpty)
        try fixture.write("3", dicom(name: "Roe^Richard", birth: "", study: "1.4", series: "1.4.1", instance: "1.3"))
        try fixture.write("4", dicom(name: "Roe^Rita", birth: "", study: "1.5", series: "1.5.1", instance: "1.4"))
        try fixture.index()
        #expect(Set(try fixture.tree().map { $0.split(separator: "/")[0] }) == ["P1"])
        let conflict = try #require(try fixture.problems().first)
        #expect(try fixture.problems().count == 1 && conflict.reason == "conflicts" && conflict.path == Array("patients/P1".utf8))
        #expect(String(decoding: conflict.message, as: UTF8.self) == "same Patient ID, other name or birth date, taken for one person: patients/P1")
        for file in 1...4 { try fixture.remove("\(file)") }
        try fixture.write("5", dicom(id: "P5", instance: "1.5"))
        try fixture.index { $0.prunes = true }
        #expect(try fixture.problems().isEmpty)
    }

    @Test func withoutAnIDTheNameIsTheFolder() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("1", dicom(id: "", name: "Doe^Jane", birth: "19700101", instance: "1.1"))
        try fixture.write("2", dicom(id: "", name: "Doe^Jane", birth: "19800101", study: "1.2", series: "1.2.1", instance: "1.2"))
        try fixture.write("3", dicom(id: "", name: "", birth: "", study: "1.3", series: "1.3.1", instance: "1.3"))
        try fixture.write("4", dicom(id: "", name: "", birth: "", study: "1.4", series: "1.4.1", instance: "1.4"))
        try fixture.write("5", dicom(id: "", name: "", birth: "", study: "", series: "1.5.1", instance: "1.5"))
        try fixture.index()
        let patients = Set(try fixture.tree().map { String($0.split(separator: "/")[0]) })
        #expect(patients.contains("_NOID Doe^Jane") && patients.contains("_NOID"))
        #expect(patients.count == 5)
    }

    @Test func `N12 a study under two patients is under each`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("1", dicom(id: "A", name: "A", instance: "1.1"))
        try fixture.write("2", dicom(id: "B", name: "B", birth: "19990909", instance: "1.2"))
        try fixture.write("3", dicom(id: "B", name: "B", birth: "19990909", study: "1.9", instance: "1.3"))
        try fixture.index()
        #expect(try fixture.tree().map { $0.split(separator: "/")[0] } == ["A", "B", "B"])
        let conflicts = try fixture.problems().filter { $0.reason == "conflicts" }.map { String(decoding: $0.message, as: UTF8.self) }
        #expect(conflicts.contains { $0.hasPrefix("same Study Instance UID") } && conflicts.contains { $0.hasPrefix("same Series Instance UID") })
    }

    @Test func namesOfStudiesAndSeries() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("1", dicom(study: "1.1", date: "20240131", description: "CT Head/Neck", accession: "A77", instance: "1"))
        try fixture.write(
            "2",
            dicom(study: "1.2", date: "99999999", description: "", series: "2", seriesNumber: "", modality: "", seriesDescription: "", instance: "2"))
        try fixture.write("3", dicom(study: "1.3", date: "1999.01.02", description: "x.", series: "3", seriesNumber: "1234", instance: "3"))
        try fixture.write("4", dicom(study: "1.4", date: "", description: "con", series: "4", seriesNumber: "-1", instance: "4"))
        try fixture.index()
        #expect(
            try fixture.tree() == [
                "P1/0000-00-00 con/CT Axial/00001", "P1/1999-01-02 x%2E/1234 CT Axial/00001", "P1/2024-01-31 CT Head%2FNeck [A77]/001 CT Axial/00001",
                "P1/study/series/00001",
            ])
    }

    /// N7: what has no collision does not depend on the order of ingest, and with collisions only who holds the suffix does.
    @Test func `N7 the tree does not depend on the order of the files`() throws {
        let files = (0..<60).map { index in
            dicom(
                id: ["abc", "ABC", "\u{E9}x", "e\u{301}x", "a/b", "a%2Fb"][index % 6], name: "N\(index % 6)", study: "1.\(index % 12)",
                series: "1.\(index % 12).1",
                instance: "9.\(index)", number: "\(index / 12)")
        }
        var shapes = Set<[String]>()
        var order = Array(files.indices)
        for _ in 0..<4 {
            let fixture = try ArchiveFixture()
            for (position, index) in order.enumerated() { try fixture.write(String(100 + position), files[index]) }
            #expect(try fixture.index().new == 60)
            let names = Set(try fixture.tree().map { String($0.split(separator: "/")[0]) })
            #expect(names.count == 6)
            shapes.insert(names.map { String($0.split(separator: " ~")[0]).lowercased() }.sorted())
            order.shuffle()
        }
        #expect(shapes.count == 1)
    }
}
