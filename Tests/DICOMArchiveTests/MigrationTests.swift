import Foundation
import Testing

@testable import DICOMArchive

/// Archives of version 1 are brought up to date when they are opened.
@Suite struct MigrationTests {
    /// The archive as version 1 would have made it: its tables, its columns, its checksums.
    private func downgrade(_ path: String) throws {
        let old = path + ".v1"
        let connection = try Connection(path: old, readOnly: false)
        let added = Set(Schema.viewTables + Schema.viewIndexes)
        for statement in Schema.statements where !added.contains(statement) {
            guard let range = statement.range(of: "checksum INTEGER NOT NULL, "), !statement.contains("PRIMARY KEY (") else {
                try connection.execute(statement)
                continue
            }
            try connection.execute(statement[..<range.lowerBound] + "checksum INTEGER NOT NULL)")
        }
        try connection.execute("ATTACH '\(path)' AS new")
        let tables = try names(connection, "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        for table in tables {
            let columns = try names(connection, "SELECT name FROM pragma_table_info('\(table)')").joined(separator: ", ")
            try connection.execute("INSERT INTO main.\(table) (\(columns)) SELECT \(columns) FROM new.\(table)")
        }
        try sum(connection, "patients", ReadSQL.patient) { try PatientRecord($0).version1Sum.value }
        try sum(connection, "studies", ReadSQL.study) { try StudyRecord($0).version1Sum.value }
        try sum(connection, "series", ReadSQL.series) { try SeriesRecord($0).version1Sum.value }
        try sum(connection, "instances", ReadSQL.instance) { row in
            var record = try InstanceRecord(row)
            record.uidStem = nil
            return record.checksum
        }
        try connection.execute("DETACH new; PRAGMA application_id=\(Schema.applicationID); PRAGMA user_version=1")
        connection.close()
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: old, toPath: path)
    }

    private func names(_ connection: Connection, _ sql: String) throws -> [String] {
        let query = try connection.prepare(sql)
        var names: [String] = []
        while try query.step() { names.append(String(decoding: query.bytes(0), as: UTF8.self)) }
        return names
    }

    private func sum(_ connection: Connection, _ table: String, _ columns: String, _ value: (SQLStatement) throws -> Int64) throws {
        let query = try connection.prepare("SELECT \(columns) FROM new.\(table)")
        var sums: [(Int64, Int64)] = []
        while try query.step() { sums.append((query.int(0), try value(query))) }
        for (id, sum) in sums { try connection.execute("UPDATE main.\(table) SET checksum = \(sum) WHERE id = \(id)") }
    }

    private func filled() throws -> ArchiveFixture {
        let fixture = try ArchiveFixture()
        try fixture.write("a", dicom(id: "P1", accession: "A1", modality: "CT", instance: "1.1"))
        try fixture.write("b", dicom(id: "P2", name: "doe^jane", accession: "A1", series: "1.2.3.2", modality: "SR", instance: "1.2"))
        try fixture.write("c", dicom(id: "P2", name: "doe^jane", study: "", date: "x", series: "", modality: "", instance: ""))
        for number in 1...20 {
            try fixture.write("many/\(number)", dicom(id: "P3", study: "1.2.9", series: "1.2.9.1", instance: "1.9.\(number)", number: "\(number)"))
        }
        try fixture.index()
        return fixture
    }

    @Test func `D9 an archive of version 1 shows the same afterwards as one made anew`() throws {
        let fixture = try filled()
        let whole = try fixture.dump()
        try downgrade(fixture.database)
        #expect(try fixture.dump() == whole)
        let archive = try fixture.open(.readWrite)
        let isIntact = try archive.verify(onFinding: { Issue.record("\($0)") }).isIntact
        #expect(isIntact)
        archive.close()
        #expect(try fixture.index().unchanged == 23)
        #expect(try fixture.dump() == whole)
    }

    @Test func `what version 1 did not keep of a series is filled in by the next index, from one file of each series`() throws {
        let fixture = try filled()
        let parser = CountingParser()
        try fixture.write("d/1", dicom(id: "P4", study: "1.4", series: "1.4.1", instance: "1.4.1.1", institution: "North", manufacturer: "Acme"))
        try fixture.write("d/2", dicom(id: "P4", study: "1.4", series: "1.4.1", instance: "1.4.1.2", number: "2", manufacturer: "Other"))
        try fixture.index()
        let (tree, found) = (try fixture.tree(), try attributes(fixture))
        try downgrade(fixture.database)
        try fixture.open(.readWrite).close()
        #expect(try attributes(fixture).count == found.count)
        #expect(try attributes(fixture) != found)
        let report = try fixture.index(parser: parser)
        #expect(report.unchanged == 25 && report.isBalanced)
        #expect(parser.count == 5)
        #expect(try attributes(fixture) == found)
        #expect(try fixture.tree() == tree)
        let archive = try fixture.open()
        defer { archive.close() }
        #expect(try archive.verify(onFinding: { Issue.record("\($0)") }).isIntact)
        try fixture.index(parser: parser)
        #expect(parser.count == 5)
    }

    /// What queries see of every series.
    private func attributes(_ fixture: ArchiveFixture) throws -> [String] {
        let archive = try fixture.open()
        defer { archive.close() }
        var lines: [String] = []
        try archive.find(SearchQuery(showsModalities: true)) { series in
            lines.append(SearchKeyword.allCases.map { "\($0): \(String(decoding: series.value($0), as: UTF8.self))" }.joined(separator: ", "))
        }
        return lines.sorted()
    }

    @Test func `conflicting instances get names in uids too`() throws {
        let fixture = try filled()
        try fixture.write("d", dicom(id: "P1", accession: "A1", modality: "CT", instance: "1.1", payload: "other"))
        try fixture.index()
        try downgrade(fixture.database)
        let rows = try fixture.instances()
        #expect(Set(rows.map { "\($0.seriesID) \($0.uidStem)" }).count == rows.count)
        #expect(rows.contains { String(decoding: $0.uidStem, as: UTF8.self).hasPrefix("1.1 ~") })
    }

    @Test func `a row damaged before is not blessed`() throws {
        let fixture = try filled()
        try downgrade(fixture.database)
        let connection = try Connection(path: fixture.database, readOnly: false)
        try connection.execute("UPDATE studies SET description = x'41' WHERE id = 1")
        connection.close()
        #expect(throws: ArchiveError.self) { try fixture.open() }
    }
}
