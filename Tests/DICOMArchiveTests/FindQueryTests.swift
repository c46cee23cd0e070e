import DICOM
import Foundation
import Locks
import TestSupport
import Testing

@testable import DICOMArchive

/// Queries against a search by hand over what was written into the files.
@Suite struct FindQueryTests {
    /// One series as it was found.
    private struct Found: Equatable {
        let (id, uid, name, identity): (Int64, String, [UInt8], [UInt8])

        init(_ series: borrowing SeriesAttributes) {
            (id, uid, name) = (series.id, String(decoding: series.value(.seriesInstanceUID), as: UTF8.self), series.longName)
            identity = series.identity
        }
    }

    /// One series as the files have it.
    private struct Header {
        var values: [String: String]
        var key: String { values["SeriesInstanceUID"] ?? "" }
    }

    private static let ids = ["P1", "P10", "P2", "p2", "CON", "A B", "Ä1", "%x", "a/b", "10-7"]
    private static let names = ["Doe^Jane", "doe^john", "Müller^Ä", "Yamada^Tarou=山田^太郎=やまだ^たろう", "", "X"]
    private static let descriptions = ["Head", "HEAD neck", "Thorax", "thorax 100%", "", "Ångström"]
    private static let modalities = ["CT", "MR", "SR", "ct", ""]
    private static let dates = ["20240131", "20231224", "2024.02.01", "20240201", "", "unknown", "20241301", "19991231"]
    private static let accessions = ["A1", "A10", "a1", "", "B-1", "COM1"]

    private func archive() throws -> (ArchiveFixture, [Header]) {
        var random = SeededGenerator(state: 7)
        let fixture = try ArchiveFixture()
        var headers: [Header] = []
        for number in 0..<150 {
            let patient = Int.random(in: 0..<Self.ids.count, using: &random)
            let study = number / 2
            var values = [
                "PatientID": Self.ids[(patient + study) % Self.ids.count], "PatientBirthDate": "19700101",
                "StudyInstanceUID": "1.2.\(study)", "StudyDate": Self.dates[study % Self.dates.count],
                "StudyDescription": Self.descriptions[study % Self.descriptions.count],
                "AccessionNumber": Self.accessions[study % Self.accessions.count], "SeriesInstanceUID": "1.2.\(study).\(number)",
                "SeriesNumber": "\(number % 12)", "SeriesDescription": Self.descriptions.randomElement(using: &random) ?? "",
                "Modality": Self.modalities.randomElement(using: &random) ?? "",
                "SOPClassUID": "1.2.840.10008.5.1.4.1.1.\(number % 3 + 1)",
            ]
            for keyword in ["BodyPartExamined", "Manufacturer", "ManufacturerModelName", "ProtocolName", "InstitutionName"] {
                values[keyword] = Self.descriptions.randomElement(using: &random) ?? ""
            }
            // A study has one patient, a patient one name.
            values["PatientID"] = Self.ids[study % Self.ids.count]
            values["PatientName"] = Self.names[study % Self.ids.count % Self.names.count]
            headers.append(Header(values: values))
            try fixture.write("\(number)", file(values, number))
        }
        try fixture.index()
        return (fixture, headers)
    }

    private func file(_ values: [String: String], _ number: Int) -> [UInt8] {
        var writer = DICOMWriter()
        writer.element(.specificCharacterSet, .CS, "ISO_IR 192")
        writer.element(.sopInstanceUID, .UI, "1.9.\(number)")
        let tags: [(DICOM.Tag, VR, String)] = [
            (.studyDate, .DA, "StudyDate"), (.accessionNumber, .SH, "AccessionNumber"), (.modality, .CS, "Modality"),
            (DICOM.Tag(0x0008, 0x1030), .LO, "StudyDescription"), (DICOM.Tag(0x0008, 0x103E), .LO, "SeriesDescription"),
            (.patientName, .PN, "PatientName"),
            (.patientID, .LO, "PatientID"), (DICOM.Tag(0x0010, 0x0030), .DA, "PatientBirthDate"), (.studyInstanceUID, .UI, "StudyInstanceUID"),
            (.seriesInstanceUID, .UI, "SeriesInstanceUID"), (.seriesNumber, .IS, "SeriesNumber"),
            (.sopClassUID, .UI, "SOPClassUID"), (DICOM.Tag(0x0018, 0x0015), .CS, "BodyPartExamined"),
            (DICOM.Tag(0x0008, 0x0070), .LO, "Manufacturer"), (DICOM.Tag(0x0008, 0x1090), .LO, "ManufacturerModelName"),
            (DICOM.Tag(0x0018, 0x1030), .LO, "ProtocolName"), (DICOM.Tag(0x0008, 0x0080), .LO, "InstitutionName"),
        ]
        for (tag, vr, keyword) in tags.sorted(by: { $0.0 < $1.0 }) { writer.element(tag, vr, values[keyword] ?? "") }
        return writer.part10("1.2.840.10008.1.2.1", instance: "1.9.\(number)")
    }

    // MARK: - By hand

    /// The rules of the README, written with regular expressions on strings: another way than the one under test.
    private func matches(_ header: Header, _ keyword: String, _ pattern: String, all: [Header]) -> Bool {
        if keyword == "ModalitiesInStudy" {
            return all.contains { $0.values["StudyInstanceUID"] == header.values["StudyInstanceUID"] && matches($0, "Modality", pattern, all: all) }
        }
        var value = header.values[keyword] ?? ""
        if keyword == "StudyDate" {
            value = value.replacingOccurrences(of: ".", with: "")
            let single = #/(\d{8}|\d{6}|\d{4})/#
            let range = #/(\d{8}|\d{6}|\d{4})?-(\d{8}|\d{6}|\d{4})?/#
            let ends =
                pattern.wholeMatch(of: single).map { (String($0.1), String($0.1)) }
                ?? pattern.wholeMatch(of: range).map { (String($0.1 ?? ""), String($0.2 ?? "")) }
            if let (from, to) = ends, from + to != "" {
                guard value.count == 8, Int(value) != nil else { return false }
                return value >= from && (to.isEmpty || value.prefix(to.count) <= to)
            }
        }
        let folds = !keyword.hasSuffix("UID")
        var expression = ""
        var rest = Substring(pattern)
        while let character = rest.popFirst() {
            switch character {
            case "*": expression += ".*"
            case "?": expression += "."
            case "%":
                expression += NSRegularExpression.escapedPattern(for: String(UnicodeScalar(UInt8(rest.prefix(2), radix: 16) ?? 0)))
                rest = rest.dropFirst(2)
            default: expression += NSRegularExpression.escapedPattern(for: String(character))
            }
        }
        let candidates = keyword == "PatientName" ? [value] + value.split(separator: "=").map(String.init) : [value]
        return candidates.contains {
            $0.range(of: "^(?:\(expression))$", options: folds ? [.regularExpression, .caseInsensitive] : .regularExpression) != nil
        }
    }

    /// A value that is there, in part replaced by wildcards; sometimes one that is not.
    private func pattern(_ keyword: String, _ headers: [Header], _ random: inout SeededGenerator) -> String {
        let source = keyword == "ModalitiesInStudy" ? "Modality" : keyword
        var value = headers.randomElement(using: &random)?.values[source] ?? ""
        if keyword == "StudyDate", Int.random(in: 0..<2, using: &random) == 0 {
            return ["20240101-20240131", "20240101-", "-2023", "2024", "202402", "20240201-2024", "2025-", "19991231-20231224"].randomElement(
                using: &random) ?? ""
        }
        value = value.replacingOccurrences(of: "%", with: "%25").replacingOccurrences(of: "/", with: "%2F").replacingOccurrences(of: ".", with: "")
        if keyword.hasSuffix("UID") { value = headers.randomElement(using: &random)?.values[source] ?? "" }
        guard !value.isEmpty, !value.contains("%") else { return Int.random(in: 0..<3, using: &random) == 0 ? "*" : value }
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return String(value.prefix(Int.random(in: 0...value.count, using: &random))) + "*"
        case 1: return "*" + value.suffix(Int.random(in: 0...value.count, using: &random))
        case 2: return "*" + value.dropFirst().dropLast() + "*"
        case 3: return "?" + value.dropFirst()
        case 4: return keyword == "PatientName" ? value.uppercased() : value + "x"
        default: return value
        }
    }

    /// By indexes, by columns and rows of the whole archive, and on several threads.
    @Test func `400 queries find what a search through the files finds, whichever way`() throws {
        let (fixture, headers) = try archive()
        let archive = try fixture.open()
        defer { archive.close() }
        let keywords = [
            "PatientID", "PatientName", "StudyInstanceUID", "StudyDate", "StudyDescription", "AccessionNumber", "ModalitiesInStudy", "Modality",
            "SeriesInstanceUID", "SeriesNumber", "SeriesDescription", "BodyPartExamined", "Manufacturer", "ManufacturerModelName", "ProtocolName",
            "InstitutionName", "SOPClassUID",
        ]
        var random = SeededGenerator(state: 42)
        var (hits, most) = (0, 0)
        for _ in 0..<400 {
            let terms = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                let keyword = keywords.randomElement(using: &random) ?? "PatientID"
                return (keyword, pattern(keyword, headers, &random))
            }
            let query = SearchQuery(try terms.map { try #require(SearchQuery.Term(Array("\($0.0)=\($0.1)".utf8)), "\($0)") })
            let expected = headers.filter { header in terms.allSatisfy { matches(header, $0.0, $0.1, all: headers) } }.map(\.key)
            for few in [0, 64] {
                let effort = SearchEffort(alwaysFew: few, leastOfPart: 8)
                var found: [Found] = []
                try archive.find(query, effort) { found.append(Found($0)) }
                #expect(found.map(\.uid).sorted() == expected.sorted(), "\(terms), few \(few)")
                let parts = try archive.find(query, effort, startingWith: [Found]()) { $0.append(Found($1)) }
                #expect(parts.flatMap { $0 } == found, "\(terms), few \(few)")
                most = max(most, parts.count)
            }
            hits += expected.count
        }
        #expect(hits > 1_000)
        #expect(most == min(4, ProcessInfo.processInfo.activeProcessorCount))
    }

    @Test func `rows come in the order of ids, and what is said of them is what the records say`() throws {
        let (fixture, _) = try archive()
        let archive = try fixture.open()
        defer { archive.close() }
        func all(_ series: borrowing SeriesAttributes) -> [[UInt8]] {
            var values = SearchKeyword.allCases.filter { $0 != .modalitiesInStudy && $0 != .sopClassUID }.map { series.value($0) }
            values += [series.patientFolder, series.studyFolder, series.folder, series.longName, series.identity]
            return values + [Array(String(series.modifiedNs).utf8)]
        }
        var found: [(id: Int64, values: [[UInt8]])] = []
        try archive.find(SearchQuery()) { found.append(($0.id, all($0))) }
        #expect(found.count == 150)
        #expect(found.map(\.id) == found.map(\.id).sorted())
        for series in found {
            let record = try #require(try archive.one(.seriesByID, series.id) { s throws(ArchiveError) in try SeriesRecord(s) })
            let study = try #require(try archive.one(.studyByID, record.study) { s throws(ArchiveError) in try StudyRecord(s) })
            let patient = try #require(try archive.one(.patientByID, study.patient) { s throws(ArchiveError) in try PatientRecord(s) })
            #expect(series.values == all(SeriesAttributes(SeriesAttributes.GivenRows(patient, study, record), modalities: [])))
        }
    }

    @Test func `the places of columns are those of the statements`() {
        for keyword in SearchKeyword.allCases {
            guard let column = keyword.column else { continue }
            let columns = [.patient: ReadSQL.patient, .study: ReadSQL.study, .series: ReadSQL.series][keyword.level] ?? ""
            #expect(columns.split(separator: ", ").map { $0.trimmingCharacters(in: .whitespaces) }[Int(keyword.place)] == column)
        }
    }

    @Test func `a damaged row is an error to whom it concerns only`() throws {
        let (fixture, _) = try archive()
        let connection = try Connection(path: fixture.database, readOnly: false)
        try connection.execute(
            """
            UPDATE studies SET description = 'Knee' WHERE id = (SELECT max(id) FROM studies);
            UPDATE patients SET sex = 'O' WHERE id = (SELECT max(id) FROM patients);
            UPDATE totals SET studies = -9223372036854775807
            """)
        let intact = try #require(try connection.text("SELECT identity FROM series WHERE id = 1"))
        connection.close()
        let archive = try fixture.open()
        defer { archive.close() }
        func count(_ terms: String...) throws -> Int {
            let query = SearchQuery(try terms.map { try #require(SearchQuery.Term(Array($0.utf8))) })
            return try archive.find(query, SearchEffort(alwaysFew: 0, leastOfPart: 8), startingWith: 0) { count, _ in count += 1 }.reduce(0, +)
        }
        #expect(throws: ArchiveError.self) { try count("Modality=*") }
        #expect(throws: ArchiveError.self) { try count("StudyDescription=knee") }
        #expect(throws: ArchiveError.self) { try count("PatientSex=O") }
        #expect(try count("SeriesInstanceUID=\(intact)") == 1)
        #expect(try count("SeriesInstanceUID=\(intact)", "PatientSex=") == 1)
    }

    /// While it changes all the time: in rollback mode a writer that waits keeps new readers out, in WAL mode they see what is new.
    @Test(.timeLimit(.minutes(1)), arguments: ["DELETE", "WAL"])
    func `a search on several threads sees one moment, and nobody waits for it in vain`(mode: String) throws {
        let (fixture, _) = try archive()
        let isOver = Mutex(false)
        let writer = try Connection(path: fixture.database, readOnly: false)
        #expect(try writer.text("PRAGMA journal_mode=\(mode)") == mode.lowercased())
        let records = try writer.rows(try writer.prepare("SELECT \(ReadSQL.series) FROM series")) { s throws(ArchiveError) in try SeriesRecord(s) }
        let archive = try fixture.open()
        defer { archive.close() }
        let commits = Mutex(0)
        let failure = Mutex<String?>(nil)
        let thread = Thread {
            do {
                let update = try writer.prepare("UPDATE series SET modified_ns = ?2, checksum = ?3 WHERE id = ?1")
                var round: Int64 = 1
                while !isOver.withLock({ $0 }) {
                    round += 1
                    try writer.transaction("BEGIN IMMEDIATE") { () throws(ArchiveError) in
                        for var record in records {
                            record.modifiedNs = round
                            update.bind(1, record.id)
                            update.bind(2, record.modifiedNs)
                            update.bind(3, record.checksum)
                            try update.run()
                        }
                    }
                    commits.withLock { $0 += 1 }
                }
            } catch {
                failure.withLock { $0 = "\(error)" }
            }
            isOver.withLock { $0 = true }
        }
        thread.start()
        while commits.withLock({ $0 }) == 0, failure.withLock({ $0 }) == nil { usleep(1_000) }
        var (most, moments) = (0, Set<Int64>())
        for _ in 0..<200 {
            let parts = try archive.find(SearchQuery(), SearchEffort(leastOfPart: 8), startingWith: [Int64]()) { $0.append($1.modifiedNs) }
            #expect(parts.joined().count == 150)
            #expect(Set(parts.joined()).count == 1)
            most = max(most, parts.count)
            moments.formUnion(parts.joined())
        }
        isOver.withLock { $0 = true }
        while !thread.isFinished { usleep(1_000) }
        writer.close()
        #expect(failure.withLock { $0 } == nil)
        #expect(moments.count > 1)
        #expect(most > 1 || ProcessInfo.processInfo.activeProcessorCount == 1)
    }

    /// The cursor steps, looks up and goes back.
    @Test func `a cursor finds every row in any order`() throws {
        let (fixture, _) = try archive()
        let connection = try Connection(path: fixture.database, readOnly: true)
        defer { connection.close() }
        try connection.execute("BEGIN")
        let cursor = try RowCursor<SeriesRecord>(connection)
        var random = SeededGenerator(state: 3)
        let ids = Array(1...150).map { Int64($0) }
        for id in ids + ids.shuffled(using: &random) + ids.reversed() + [7, 7, 8, 11] {
            #expect(try cursor.move(to: id))
            #expect(cursor.statement.int(0) == id)
        }
        for id: Int64 in [0, 151, 152, .max, .min, -1] { #expect(try !cursor.move(to: id)) }
        #expect(try cursor.move(to: 150) && !cursor.move(to: 151) && cursor.move(to: 1))
    }

    @Test func `attributes of the series level are found`() throws {
        let fixture = try ArchiveFixture()
        var writer = DICOMWriter()
        writer.element(.sopClassUID, .UI, "1.2.840.10008.5.1.4.1.1.2")
        writer.element(.sopInstanceUID, .UI, "1.1")
        writer.element(.manufacturer, .LO, "ACME")
        writer.element(.institutionName, .LO, "Hospital")
        writer.element(.manufacturerModelName, .LO, "Model 7")
        writer.element(.bodyPartExamined, .CS, "CHEST")
        writer.element(.protocolName, .LO, "Routine")
        try fixture.write("a", writer.part10("1.2.840.10008.1.2.1", instance: "1.1"))
        try fixture.write("b", dicom(instance: "1.2"))
        try fixture.index()
        let archive = try fixture.open()
        defer { archive.close() }
        for term in [
            "Manufacturer=acme", "InstitutionName=hosp*", "ManufacturerModelName=model ?", "BodyPartExamined=CHEST", "ProtocolName=*",
            "SOPClassUID=1.2.840.10008.5.1.4.1.1.2",
        ] {
            var found = 0
            try archive.find(SearchQuery([try #require(SearchQuery.Term(Array(term.utf8)))])) { _ in found += 1 }
            #expect(found == (term == "ProtocolName=*" ? 2 : 1), "\(term)")
        }
    }
}

/// The same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}

/// Dates as they stand behind `StudyDate=`.
@Suite struct DatePatternTests {
    private func days(_ pattern: String) -> ClosedRange<Int>?? { SearchQuery.Term(Array("StudyDate=\(pattern)".utf8)).map(\.pattern.days) }

    @Test(arguments: [
        ("20240131", 20_240_131...20_240_131), ("2024-01-31", 20_240_131...20_240_131), ("202401", 20_240_100...20_240_199),
        ("2024-01", 20_240_100...20_240_199), ("2024", 20_240_000...20_249_999), ("2024-2025", 20_240_000...20_259_999),
        ("2024-", 20_240_000...99_999_999), ("-2024", 0...20_249_999), ("2024-01-", 20_240_100...99_999_999), ("-2024-01-31", 0...20_240_131),
        ("2024-01-31-", 20_240_131...99_999_999), ("2024/01/31", 20_240_131...20_240_131), ("2024.01.31", 20_240_131...20_240_131),
        ("2024-02-29", 20_240_229...20_240_229), ("2024/01/01-2024/06/30", 20_240_101...20_240_630),
        ("2024-01-15-2024-02", 20_240_115...20_240_299), ("20240115-2024-02-03", 20_240_115...20_240_203), ("2024-01-2025", 20_240_100...20_259_999),
    ])
    func `dates and ranges of dates`(pattern: String, expected: ClosedRange<Int>) {
        #expect(days(pattern) == .some(.some(expected)))
    }

    @Test(arguments: [
        "-", "--", "24", "2024-1", "2024-1-31", "202401315", "2024-01-01-24", "2024--2025", "20240230", "2024-13", "2023-02-29", "unknown", "2024/1/1",
        "20240630-20240101", "2024-2023", "2024-01-31T10:00",
    ])
    func `what is nearly a date is an error, not an answer without results`(pattern: String) {
        #expect(days(pattern) == nil)
    }

    @Test func `patterns of dates are compared as text`() {
        for pattern in ["2024*", "2024013?", "unk*", ""] { #expect(days(pattern) == .some(.none)) }
    }
}
