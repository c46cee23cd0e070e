import DICOM
import Foundation
import Testing

@testable import DICOMArchive

/// Numbers and names out of range are damage, whatever the row's checksum says: whoever makes a row by hand makes its sum as well.
@Suite struct RowRangeTests {
    private func made() throws -> ArchiveFixture {
        let fixture = try ArchiveFixture()
        try fixture.write("a/1", dicom(name: "Doe^Jane", accession: "A1", instance: "1.1"))
        try fixture.write("a/2", dicom(name: "Roe^Rita", birth: "19800101", study: "1.3", accession: "A2", series: "1.3.1", instance: "1.1", payload: "x"))
        try fixture.write("a/notes", Array("no DICOM".utf8))
        try fixture.index { $0.takesDigests = true }
        return fixture
    }

    private func write(_ fixture: ArchiveFixture, _ sql: String, _ bind: (SQLStatement) -> Void = { _ in }) throws {
        let connection = try Connection(path: fixture.database, readOnly: false)
        defer { connection.close() }
        let statement = try connection.prepare(sql)
        bind(statement)
        try statement.run()
    }

    /// The first row of a table, as it is, changed.
    private func record<Record>(_ fixture: ArchiveFixture, _ sql: String, _ make: (SQLStatement) throws -> Record) throws -> Record {
        let connection = try Connection(path: fixture.database, readOnly: true)
        defer { connection.close() }
        let statement = try connection.prepare(sql)
        #expect(try statement.step())
        defer { statement.reset() }
        return try make(statement)
    }

    /// Asks everything of the archive that a mount and the commands ask. Nothing traps; `verify` names a row of the table.
    private func survives(_ fixture: ArchiveFixture, _ table: String) throws {
        let archive = try fixture.open()
        defer { archive.close() }
        var wasFound = false
        _ = try archive.verify { if $0.kind == .row, $0.message.contains("table \(table) ") { wasFound = true } }
        #expect(wasFound, "\(table)")
        _ = try? archive.logicalDump { _ in }
        _ = try? archive.problems()
        _ = try? archive.find(SearchQuery()) { _ in }
        _ = try? archive.counts()
    }

    @Test(arguments: [
        ("width", 1 << 40), ("width", 0), ("height", -1), ("height", 65_536), ("channels", 2), ("frames", 0), ("frames", 1 << 40), ("frame", 7),
        ("icc_length", -1), ("icc_length", 1 << 40), ("text_length", -1), ("text_length", 1 << 60), ("text_version", -1), ("size", -1),
        ("sop_class", -5), ("frames_ino", -1), ("frames_ino", 1 << 60), ("picture_state", 257), ("density_x", 1 << 40), ("density_metric", 2),
    ])
    func `an instance with a number out of range is a damaged row`(column: String, value: Int) throws {
        let fixture = try made()
        // All pictures' columns first, so that one of them is wrong alone.
        try write(
            fixture,
            """
            UPDATE instances SET picture_state = 1, width = 8, height = 8, channels = 1, frames = 1, frame = 0, density_x = 1, density_y = 1, \
            density_metric = 0, icc_length = 0 WHERE id = 1
            """)
        try write(fixture, "UPDATE instances SET \(column) = \(value) WHERE id = 1")
        try resum(fixture)
        let archive = try fixture.open()
        defer { archive.close() }
        #expect { try archive.instance(id: 1) } throws: { ($0 as? ArchiveError)?.code == .damagedRow }
        try survives(fixture, "instances")
    }

    /// Writes the checksum that the row would have, were its values right.
    private func resum(_ fixture: ArchiveFixture) throws {
        let sum = try record(fixture, "SELECT \(ReadSQL.instance) FROM instances WHERE id = 1") { s in
            var record = InstanceRecord()
            record.id = s.int(0)
            record.series = s.int(1)
            record.stem = s.bytes(2)
            record.sopKey = s.int(3)
            record.sopUID = s.bytes(4)
            (record.sopClass, record.transferSyntax, record.forgiven, record.size) = (s.int(5), s.int(6), s.int(7), s.int(8))
            (record.mtimeNs, record.contentChangedNs, record.textLength, record.textVersion) = (s.int(9), s.int(10), s.int(11), s.int(12))
            record.pictureState = PictureState(rawValue: UInt8(truncatingIfNeeded: s.int(13))) ?? .none
            record.pictureProblem = s.int(14)
            record.picture = PictureDescription(
                width: Int(s.int(15)), height: Int(s.int(16)), channels: Int(s.int(17)), frameCount: Int(s.int(18)),
                representativeFrame: Int(s.int(19)),
                density: PixelDensity(
                    x: UInt32(truncatingIfNeeded: s.int(20)), y: UInt32(truncatingIfNeeded: s.int(21)), isMetric: s.int(22) == 1),
                iccProfileLength: Int(s.int(23)))
            record.uidStem = s.optionalBytes(25)
            record.framesIno = s.optionalInt(26)
            return record.checksum
        }
        try write(fixture, "UPDATE instances SET checksum = ?1 WHERE id = 1") { $0.bind(1, sum) }
    }

    @Test(arguments: [1 << 61, 1 << 34, -1, 0])
    func `an id that no node can have is a damaged row`(id: Int) throws {
        let id = Int64(id)
        do {
            let fixture = try made()
            var patient = try record(fixture, "SELECT \(ReadSQL.patient) FROM patients WHERE id = 1") { try PatientRecord($0) }
            patient.id = id
            try write(fixture, "UPDATE patients SET id = ?1, checksum = ?2 WHERE id = 1") { $0.bind(1, id); $0.bind(2, patient.checksum) }
            try survives(fixture, "patients")
            // No ids are left behind one that is too large.
            if id > 0 { #expect(throws: ArchiveError.self) { try fixture.index() } }
        }
        do {
            let fixture = try made()
            var study = try record(fixture, "SELECT \(ReadSQL.study) FROM studies WHERE id = 1") { try StudyRecord($0) }
            study.patient = id
            try write(fixture, "UPDATE studies SET patient = ?1, checksum = ?2 WHERE id = 1") { $0.bind(1, id); $0.bind(2, study.checksum) }
            try survives(fixture, "studies")
            study.patient = 1
            study.day = 1 << 60
            try write(fixture, "UPDATE studies SET patient = 1, day = ?1, checksum = ?2 WHERE id = 1") { $0.bind(1, study.day); $0.bind(2, study.checksum) }
            try survives(fixture, "studies")
        }
        do {
            let fixture = try made()
            var series = try record(fixture, "SELECT \(ReadSQL.series) FROM series WHERE id = 1") { try SeriesRecord($0) }
            series.modalityStudy = id
            try write(fixture, "UPDATE series SET modality_study = ?1, checksum = ?2 WHERE id = 1") { $0.bind(1, id); $0.bind(2, series.checksum) }
            try survives(fixture, "series")
        }
        do {
            let fixture = try made()
            let conflict = ConflictRecord(kind: .instance, entity: id, other: 1, changedNs: 5)
            try write(fixture, "INSERT INTO conflicts VALUES (0, ?1, 1, 5, ?2)") { $0.bind(1, id); $0.bind(2, conflict.checksum) }
            try survives(fixture, "conflicts")
        }
    }

    @Test(arguments: ["../../etc", "a/b", "", "..", "a\0b", String(repeating: "x", count: 256)])
    func `a name that leads elsewhere is a damaged row`(name: String) throws {
        let name = Array(name.utf8)
        let fixture = try made()
        var patient = try record(fixture, "SELECT \(ReadSQL.patient) FROM patients WHERE id = 1") { try PatientRecord($0) }
        patient.name = name
        try write(fixture, "UPDATE patients SET name = ?1, checksum = ?2 WHERE id = 1") { $0.bind(1, name); $0.bind(2, patient.checksum) }
        try survives(fixture, "patients")
        let archive = try fixture.open()
        defer { archive.close() }
        #expect { try archive.patients(limit: 10) } throws: { ($0 as? ArchiveError)?.code == .damagedRow }
        #expect { try archive.find(SearchQuery()) { _ in } } throws: { ($0 as? ArchiveError)?.code == .damagedRow }
        var source = try record(fixture, "SELECT \(ReadSQL.bareSource) FROM sources WHERE instance IS NOT NULL") { try SourceRecord($0) }
        let known = source.name
        source.name = name
        try write(fixture, "UPDATE sources SET name = ?1, checksum = ?2 WHERE name = ?3") { $0.bind(1, name); $0.bind(2, source.checksum); $0.bind(3, known) }
        try survives(fixture, "sources")
    }

    @Test func `bytes of giants are summed as integers`() throws {
        let fixture = try made()
        let giant = Int64(1) << 53 + 1
        try write(fixture, "UPDATE instances SET size = \(giant)")
        let connection = try Connection(path: fixture.database, readOnly: true)
        defer { connection.close() }
        #expect(try connection.countedTotals().instanceBytes == 2 * giant)
    }
}
