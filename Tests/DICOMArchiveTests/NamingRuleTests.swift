import DICOM
import Foundation
import Testing

@testable import DICOMArchive

/// Names for people: who it is, in order, readable; and archives that keep the names they were made with.
@Suite struct NamingRuleTests {
    private func names(_ fixture: ArchiveFixture, _ level: Int) throws -> Set<String> {
        Set(try fixture.tree().map { String($0.split(separator: "/")[level]) })
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    // MARK: - Order

    @Test func `slices that all say one number, or none, stand in the order of their positions`() throws {
        for number in ["1", "", "-3"] {
            let fixture = try ArchiveFixture()
            // In an order that is not theirs; negative positions and fractions as well.
            for place in (0..<20).map({ ($0 * 7) % 20 }) {
                let position = #"0\0\"# + "\(Double(place) * 2.5 - 20)"
                try fixture.write("\(10 + (place * 3) % 20)", dicom(instance: "1.9.\(place)", number: number, position: position))
            }
            #expect(try fixture.index(names: .people).new == 20)
            let archive = try fixture.open()
            defer { archive.close() }
            let rows = try archive.instances(of: 1, afterStem: [], limit: 100)
            let stems = rows.map { text($0.stem) }
            let expected = number == "1" ? "00001" : "00000"
            #expect(stems.allSatisfy { $0 == expected || $0.hasPrefix(expected + " ~p") })
            #expect(Set(stems.map(\.count)).count == (number == "1" ? 2 : 1), "of one width: \(stems)")
            #expect(stems.filter { $0 == expected }.count == (number == "1" ? 1 : 0), "who came first has the bare number")
            let places = rows.filter { text($0.stem) != expected }.map { Int(text($0.uidStem).split(separator: ".")[2]) ?? -1 }
            #expect(places == places.sorted(), "\(stems)")
        }
    }

    @Test func `acquisition, time and echo order what has one position`() throws {
        #expect(OrderKey.isKey(OrderKey.none) && !OrderKey.isKey([]) && !OrderKey.isKey(Array("p../../ea00001t101530123e001".utf8)))
        let fixture = try ArchiveFixture()
        try fixture.write("1", dicom(instance: "1.1", number: "5", acquisition: "2", time: "101530"))
        try fixture.write("2", dicom(instance: "1.2", number: "5", acquisition: "2", time: "101529.5"))
        try fixture.write("3", dicom(instance: "1.3", number: "5", acquisition: "1", time: "235959.999"))
        try fixture.write("0", dicom(instance: "1.0", number: "5"))
        try fixture.index(names: .people)
        let stems = try fixture.tree().map { String($0.split(separator: "/")[3]) }
        #expect(stems[0] == "00005")
        #expect(stems[1].hasPrefix("00005 ~pxxxxxxxa00001t235959999exxx-") && stems[2].contains("a00002t101529500") && stems[3].contains("a00002t101530000"))
    }

    @Test func `no value of a header makes a key that is none`() {
        for value in ["", "nan", "inf", "1e308", "-1e308", "x", #"1\2"#, "99999999999999999999", "-5", "\u{0}"] {
            let file = dicom(instance: "1.1", number: "1", position: value + #"\"# + value + #"\"# + value, acquisition: value, time: value)
            guard case .instance(let summary) = outcome(file) else { continue }
            #expect(OrderKey.isKey(summary.orderKey), "\(value)")
        }
    }

    private func outcome(_ bytes: [UInt8]) -> IngestOutcome {
        let path = NSTemporaryDirectory() + "/dcmfs-key-\(UInt64.random(in: 0...UInt64.max))"
        defer { unlink(path) }
        guard (try? Data(bytes).write(to: URL(fileURLWithPath: path))) != nil else { return .setAside(DICOMError(.notDICOM, "")) }
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        return InProcessParser.outcome(descriptor, bytes.count)
    }

    // MARK: - Who it is

    @Test func `folders of patients, names, days and accessions say who it is`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("1", dicom(id: "4711", name: "Doe^Jane", description: "Head", accession: "A7", instance: "1.1"))
        try fixture.write("2", dicom(id: "", name: "Roe^Rita", study: "1.4", description: "Knee", series: "1.4.1", instance: "1.2"))
        try fixture.write("3", dicom(id: "4712", name: "", birth: "", study: "1.5", date: "", description: "", series: "1.5.1", instance: "1.3"))
        try fixture.index(names: .people)
        #expect(try names(fixture, 0) == ["4711 Doe^Jane", "_NOID Roe^Rita", "4712"])
        let archive = try fixture.open()
        defer { archive.close() }
        #expect(try archive.patients(limit: 9).map { text($0.viewName) } == ["Doe^Jane 4711", "Roe^Rita", "_NONAME 4712"])
        let studies = try archive.studies(limit: 9)
        #expect(studies.map { text($0.name) } == ["2024-01-31 Head [A7]", "2024-01-31 Knee", "study"])
        #expect(studies.map { text($0.viewName) } == ["2024-01-31 4711 Doe^Jane Head [A7]", "2024-01-31 _NOID Roe^Rita Knee", "0000-00-00 4712"])
        #expect(studies.compactMap { $0.accessionName.map(text) } == ["A7 4711 Doe^Jane"])
        // Searches go by the values, and find by the index what begins with them.
        for (term, count) in [("PatientID=4711", 1), ("PatientID=47*", 2), ("AccessionNumber=A7", 1)] {
            var found = 0
            try archive.find(SearchQuery([try #require(SearchQuery.Term(Array(term.utf8)))])) { _ in found += 1 }
            #expect(found == count, "\(term)")
        }
    }

    @Test func `a Patient ID longer than people write stands alone in patients, and has its name elsewhere`() throws {
        let fixture = try ArchiveFixture()
        let long = String(repeating: "7", count: EntityNames.longestNamedID + 1)
        try fixture.write("1", dicom(id: String(long.dropLast()), name: "Doe^Jane", instance: "1.1"))
        try fixture.write("2", dicom(id: long, name: "Roe^Rita", study: "1.4", description: "Knee", series: "1.4.1", instance: "1.2"))
        try fixture.index(names: .people)
        #expect(try names(fixture, 0) == ["\(long.dropLast()) Doe^Jane", long])
        let archive = try fixture.open()
        defer { archive.close() }
        #expect(try archive.patients(limit: 9).map { text($0.viewName) }.last == "Roe^Rita \(long)")
        #expect(try archive.studies(limit: 9).map { text($0.viewName) }.last == "2024-01-31 \(long) Roe^Rita Knee")
    }

    @Test func `blanks of all widths are blanks, and a slash reads as one`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("1", dicom(id: "\u{3000}7\u{A0}", name: "M\u{FC}ller\u{2800}^Eva\u{A0}", description: "CT Head/Neck", instance: "1.1"))
        try fixture.write("2", dicom(id: "\u{A0}\u{2800}", name: "Roe", study: "1.4", series: "1.4.1", instance: "1.2"))
        // A value that reads the same is another one.
        try fixture.write("3", dicom(id: "7", name: "Other", birth: "19900909", study: "1.5", description: "CT Head\u{2215}Neck", series: "1.5.1", instance: "1.3"))
        // As UTF-8, which the files do not declare: names are compared with what the reader makes of them.
        try fixture.index(names: .people)
        for path in try fixture.tree() { #expect(!path.contains("%2F") && !path.contains("\u{A0}") && !path.contains("\u{3000}")) }
        #expect(text(FileName.readable(Array("\u{3000} a\u{A0}b\u{2003}/ \u{2800}".utf8))) == "a b \u{2215}")
        #expect(try names(fixture, 1).contains("2024-01-31 CT Head\u{2215}Neck"))
        #expect(try names(fixture, 0).count == 3)
    }

    // MARK: - Persons

    @Test func `a patient with and without an issuer is one, and named once; persons of two issuers are two`() throws {
        for order in [[1, 2, 3], [2, 1, 3], [3, 2, 1], [2, 3, 1]] {
            let fixture = try ArchiveFixture()
            let files = [
                1: dicom(issuer: "", study: "1.1", series: "1.1.1", instance: "1.1"),
                2: dicom(issuer: "Hospital A", study: "1.2", series: "1.2.1", instance: "1.2"),
                3: dicom(issuer: " HOSPITAL  a", study: "1.3", series: "1.3.1", instance: "1.3"),
            ]
            for (place, number) in order.enumerated() { try fixture.write("\(place)", files[number] ?? []) }
            try fixture.index(names: .people)
            #expect(try names(fixture, 0) == ["P1 Doe^Jane"], "\(order)")
            let conflicts = try fixture.problems().filter { $0.reason == "conflicts" }
            #expect(conflicts.count == 1 && text(conflicts.first?.message ?? []).contains("with and without an Issuer"), "\(order)")
            // Another issuer's number is another person's, whatever he is called.
            try fixture.write("4", dicom(issuer: "Hospital B", study: "1.4", series: "1.4.1", instance: "1.4"))
            try fixture.index(names: .people)
            #expect(try names(fixture, 0).count == 2)
            #expect(try fixture.open().verify { Issue.record("\($0)") }.isIntact)
            // Whoever goes takes what he was known by along.
            for file in [0, 1, 2, 4] { try fixture.remove("\(file)") }
            try fixture.write("9", dicom(id: "P9", instance: "9.9"))
            try fixture.index(names: .people) { $0.prunes = true }
            #expect(try names(fixture, 0) == ["P9 Doe^Jane"])
            #expect(try fixture.problems().isEmpty)
        }
    }

    @Test func `without an issuer one name or one birth date is not enough, nor are two issuers that know the same`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("1", dicom(name: "Doe^Jane", birth: "19700101", issuer: "A", study: "1.1", series: "1.1.1", instance: "1.1"))
        try fixture.write("2", dicom(name: "Doe^John", birth: "19700101", study: "1.2", series: "1.2.1", instance: "1.2"))
        try fixture.index(names: .people)
        #expect(try names(fixture, 0).count == 2)
        try fixture.write("3", dicom(id: "P2", issuer: "A", study: "2.1", series: "2.1.1", instance: "2.1"))
        try fixture.write("4", dicom(id: "P2", issuer: "B", study: "2.2", series: "2.2.1", instance: "2.2"))
        try fixture.index(names: .people)
        try fixture.write("5", dicom(id: "P2", study: "2.3", series: "2.3.1", instance: "2.3"))
        try fixture.index(names: .people)
        #expect(try names(fixture, 0).filter { $0.hasPrefix("P2") }.count == 3)
        // With nothing but the ID nothing is known.
        try fixture.write("6", dicom(id: "P3", name: "", birth: "", issuer: "A", study: "3.1", series: "3.1.1", instance: "3.1"))
        try fixture.write("7", dicom(id: "P3", name: "", birth: "", study: "3.2", series: "3.2.1", instance: "3.2"))
        try fixture.index(names: .people)
        #expect(try names(fixture, 0).filter { $0.hasPrefix("P3") }.count == 2)
    }

    // MARK: - Archives keep their rule

    private func fill(_ fixture: ArchiveFixture) throws {
        try fixture.write("1", dicom(id: "A/1", name: "Doe^Jane", description: "Head/Neck", accession: "A7", instance: "1.1", position: #"0\0\5"#))
        try fixture.write("2", dicom(id: "A/1", name: "Doe^Jane", description: "Head/Neck", accession: "A7", instance: "1.2", position: #"0\0\3"#))
        try fixture.write("3", dicom(id: "A/1", name: "Doe^Jane", description: "Head/Neck", accession: "A7", instance: "1.3", number: "", position: #"0\0\1"#))
        try fixture.write("4", dicom(id: "B", name: "Roe^Rita", study: "1.4", accession: "A7", series: "1.4.1", modality: "X/Y", instance: "1.4"))
        try fixture.write("5", dicom(id: "C", name: "Poe^Max", issuer: "", study: "1.5", series: "1.5.1", instance: "1.5"))
        try fixture.write("6", dicom(id: "C", name: "Poe^Max", issuer: "X", study: "1.6", series: "1.6.1", instance: "1.6"))
        // Times are part of what is compared.
        for file in 1...6 { try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1_700_000_000)], ofItemAtPath: fixture.path("\(file)")) }
    }

    private func dump(_ fixture: ArchiveFixture) throws -> [String] {
        try fixture.dump().map { $0.replacingOccurrences(of: fixture.folder, with: "") }
    }

    @Test func `an archive keeps its names until it is renamed, and is then as if it had been indexed anew`() throws {
        let (old, new) = (try ArchiveFixture(), try ArchiveFixture())
        try fill(old)
        try fill(new)
        try old.index()
        try new.index(names: .people)
        let before = try dump(old)
        #expect(try old.open().namingRule() == .plain && new.open().namingRule() == .people)
        // What others index into it goes by its own rule; another one is refused with how to get it.
        #expect { try old.index(names: .people) } throws: { "\($0)".contains("dcmfs rename") }
        #expect(try dump(old) == before)
        let ids = try old.instances().map { "\($0.id) \($0.size)" }

        let archive = try old.open(.readWrite)
        var told: [Renaming] = []
        #expect(try archive.rename(to: .people, parser: InProcessParser(), isDryRun: true) { told.append($0) } > 0)
        #expect(try archive.namingRule() == .plain)
        told = []
        let count = try archive.rename(to: .people, parser: InProcessParser()) { told.append($0) }
        archive.close()
        #expect(count == told.count && told.contains(Renaming(old: Array("patients/A%2F1".utf8), new: Array("patients/A\u{2215}1 Doe^Jane".utf8))))
        let (renamed, made) = (try dump(old), try dump(new))
        #expect(renamed == made, "\(renamed.difference(from: made))")
        #expect(try old.instances().map { "\($0.id) \($0.size)" } == ids)
        #expect(try old.open().verify { Issue.record("\($0)") }.isIntact)
        // Persons are found by the new rule from now on.
        for fixture in [old, new] {
            try fixture.write("7", dicom(id: "C", name: "Poe^Max", issuer: " x", study: "1.7", series: "1.7.1", instance: "1.7"))
            try fixture.write("8", dicom(id: "C", name: "Poe^Max", study: "1.8", series: "1.8.1", instance: "1.8"))
            for file in 7...8 { try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1_700_000_000)], ofItemAtPath: fixture.path("\(file)")) }
            try fixture.index(names: .people)
            #expect(try names(fixture, 0).count == 3)
        }
        #expect(try dump(old) == dump(new))
        // And back.
        let back = try old.open(.readWrite)
        _ = try back.rename(to: .plain, parser: InProcessParser()) { _ in }
        back.close()
        #expect(try names(old, 0) == ["A%2F1", "B", "C"])
        #expect(try old.open().verify { Issue.record("\($0)") }.isIntact)
    }

    @Test func `a rename that is interrupted changes nothing`() throws {
        let fixture = try ArchiveFixture()
        try fill(fixture)
        try fixture.index()
        let before = try dump(fixture)
        let archive = try fixture.open(.readWrite)
        var count = 0
        #expect(throws: ArchiveError.self) {
            _ = try archive.rename(to: .people, parser: InProcessParser()) { _ throws(ArchiveError) in
                count += 1
                if count == 4 { throw ArchiveError(.interrupted, "") }
            }
        }
        archive.close()
        #expect(try dump(fixture) == before)
        #expect(try fixture.open().namingRule() == .plain)
    }
}
