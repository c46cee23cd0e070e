import DICOM
import Foundation
import Testing

@testable import DICOMArchive

/// Archives of versions 1 and 2 are brought up to date when they are opened.
@Suite struct MigrationTests {
    /// The archive as an older version would have made it: its tables, its columns, its checksums.
    private func downgrade(_ path: String, to version: Int = 1) throws {
        let old = path + ".old"
        let connection = try Connection(path: old, readOnly: false)
        let added = Set(Schema.eventTables + (version < 2 ? Schema.viewTables + Schema.viewIndexes : []))
        for statement in Schema.statements where !added.contains(statement) {
            var statement = statement
            for column in [", inode INTEGER, filesystem BLOB", ", filesystem BLOB", ", young INTEGER", ", frames_ino INTEGER"] {
                statement = statement.replacingOccurrences(of: column, with: "")
            }
            if version < 2, let range = statement.range(of: "checksum INTEGER NOT NULL, "), !statement.contains("PRIMARY KEY (") {
                statement = statement[..<range.lowerBound] + "checksum INTEGER NOT NULL)"
            }
            try connection.execute(statement)
        }
        try connection.execute("ATTACH '\(path)' AS new")
        let tables = try names(connection, "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        for table in tables {
            let columns = try names(connection, "SELECT name FROM pragma_table_info('\(table)')").joined(separator: ", ")
            try connection.execute("INSERT INTO main.\(table) (\(columns)) SELECT \(columns) FROM new.\(table)")
        }
        if version < 2 {
            try sum(connection, "patients", ReadSQL.patient) { try PatientRecord($0).version1Sum.value }
            try sum(connection, "studies", ReadSQL.study) { try StudyRecord($0).version1Sum.value }
            try sum(connection, "series", ReadSQL.series) { try SeriesRecord($0).version1Sum.value }
        }
        try sum(connection, "instances", ReadSQL.instance) { row in
            var record = try InstanceRecord(row)
            if version < 2 { record.uidStem = nil }
            record.framesIno = nil
            return record.checksum
        }
        try sum(connection, "roots", "id, \(ReadSQL.root)") { row in
            var record = try RootRecord(id: row.int(0), row, from: 1)
            (record.inode, record.filesystem) = (nil, nil)
            return record.checksum
        }
        try sum(connection, "directories", "id, \(ReadSQL.directory)") { row in
            var record = try DirectoryRecord(id: row.int(0), row, from: 1)
            record.filesystem = nil
            return record.checksum
        }
        try sumSources(connection)
        try connection.execute("DELETE FROM sqlite_sequence WHERE name = 'frames_ino'")
        try connection.execute("DETACH new; PRAGMA application_id=\(Schema.applicationID); PRAGMA user_version=\(version)")
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

    private func sumSources(_ connection: Connection) throws {
        let query = try connection.prepare("SELECT \(ReadSQL.bareSource) FROM new.sources")
        let update = try connection.prepare("UPDATE main.sources SET checksum = ?3 WHERE directory = ?1 AND name = ?2")
        while try query.step() {
            var record = try SourceRecord(query)
            record.isYoung = false
            update.bind(1, record.directory)
            update.bind(2, record.name)
            update.bind(3, record.checksum)
            try update.run()
        }
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

    @Test func `an archive of version 2 keeps its rows, and its frames get numbers of their own, each once`() throws {
        let fixture = try filled()
        for number in 1...3 {
            try fixture.write(
                "frames/\(number)", dicom(id: "P5", study: "1.2.8", series: "1.2.8.1", instance: "1.8.\(number)", number: "\(number)"))
        }
        try fixture.index(["\(fixture.sources)/frames"], parser: FramesParser())
        let whole = try fixture.dump()
        let numbers = try fixture.instances().compactMap(\.framesIno)
        #expect(Set(numbers).count == 2)
        try downgrade(fixture.database, to: 2)
        #expect(try fixture.dump() == whole)
        let ranges = try fixture.instances().compactMap { row in row.framesIno.map { $0..<$0 + Int64(row.picture?.frameCount ?? 0) } }
        #expect(ranges.count == 2 && !ranges[0].overlaps(ranges[1]))
        let archive = try fixture.open(.readWrite)
        #expect(try archive.verify(onFinding: { Issue.record("\($0)") }).isIntact)
        archive.close()
        // Numbers of what is gone are never given out again.
        try fixture.write("frames/4", dicom(id: "P5", study: "1.2.8", series: "1.2.8.1", instance: "1.8.4", number: "4"))
        try fixture.index(parser: FramesParser())
        let newest = try #require(try fixture.instances().compactMap(\.framesIno).max())
        #expect(ranges.allSatisfy { newest >= $0.upperBound })
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

/// Says of every instance that it has a picture of as many frames as its Instance Number says.
private struct FramesParser: HeaderParser {
    func parse(_ descriptors: [CInt], sizes: [Int]) -> [ParsedInput] {
        InProcessParser().parse(descriptors, sizes: sizes).map { input in
            guard case .outcome(.instance(var summary)) = input else { return input }
            summary.pictureState = .available
            summary.picture = PictureDescription(
                width: 8, height: 8, channels: 1, frameCount: Int(String(decoding: summary.instanceNumber, as: UTF8.self)) ?? 1)
            return .outcome(.instance(summary))
        }
    }
}

/// Says of every instance that it is a slide of four tiles.
private struct SlideParser: HeaderParser {
    func parse(_ descriptors: [CInt], sizes: [Int]) -> [ParsedInput] {
        InProcessParser().parse(descriptors, sizes: sizes).map { input in
            guard case .outcome(.instance(var summary)) = input else { return input }
            var picture = PictureDescription(width: 65_535, height: 8, channels: 3, frameCount: 4)
            picture.assembled = PictureSides(width: 9, height: 65_535)
            (summary.pictureState, summary.picture) = (.available, picture)
            return .outcome(.instance(summary))
        }
    }
}

@Suite("Rows of pictures") struct PictureRowTests {
    @Test func `the sides of a slide are kept in its row, and a row without them has its old sum`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("a", dicom(id: "P1", instance: "1.1"))
        try fixture.index(parser: SlideParser())
        let archive = try fixture.open()
        defer { archive.close() }
        let picture = try #require(try archive.instance(id: 1)?.picture)
        #expect(picture.width == 65_535 && picture.height == 8 && picture.assembled == PictureSides(width: 9, height: 65_535))
        let isIntact = try archive.verify(onFinding: { Issue.record("\($0)") }).isIntact
        #expect(isIntact)
        let plain = PictureDescription(width: 512, height: 300, channels: 1)
        #expect(plain.widthColumn == 512 && plain.heightColumn == 300)
    }

    @Test func `an instance whose picture an older version described is read again, and keeps its picture until then`() throws {
        let fixture = try ArchiveFixture()
        try fixture.write("a", dicom(id: "P1", instance: "1.1"))
        try fixture.index(parser: SlideParser())
        let connection = try Connection(path: fixture.database, readOnly: false)
        let query = try connection.prepare("SELECT \(ReadSQL.instance) FROM instances WHERE id = 1")
        #expect(try query.step())
        var record = try InstanceRecord(query)
        query.reset()
        record.picture?.assembled = nil
        record.textVersion = Int64(HeaderText.formatVersion | 2 << 8)
        try connection.execute(
            """
            UPDATE instances SET width = 65535, height = 8, text_version = \(record.textVersion), checksum = \(record.checksum);
            UPDATE meta SET value = '1' WHERE key = 'described-by'
            """)
        connection.close()
        func picture() throws -> PictureDescription? {
            let archive = try fixture.open()
            defer { archive.close() }
            return try archive.instance(id: 1)?.picture
        }
        #expect(try picture()?.assembled == nil && picture()?.width == 65_535)
        try fixture.index(parser: SlideParser())
        #expect(try picture()?.assembled == PictureSides(width: 9, height: 65_535))
        #expect(try fixture.index(parser: SlideParser()).unchanged == 1)
    }
}
