import DICOM
import Foundation
import Testing

@testable import DICOMArchive

/// A large archive whose rows are written straight into the database, without files.
///
/// DCMFS_SYNTHETIC_ARCHIVE=PATH makes one of a million instances there, for measuring.
@Suite struct SyntheticArchiveTests {
    struct Size {
        var patients = 40
        var studiesPerPatient = 2
        var seriesPerStudy = 3
        var instancesPerSeries = 4
    }

    static func write(_ size: Size, to path: String) throws {
        let archive = try Archive.open(path: Array(path.utf8), mode: .create)
        defer { archive.close() }
        let writer = try IngestWriter(archive, options: IndexOptions())
        var instance = 0
        for patient in 0..<size.patients {
            for study in 0..<size.studiesPerPatient {
                for series in 0..<size.seriesPerStudy {
                    let summary = summary(patient, study, series)
                    try writer.begin()
                    let row = try writer.series(for: summary, digest: [])
                    for number in 0..<size.instancesPerSeries {
                        instance += 1
                        try insert(instance, number, in: row, writer)
                    }
                    writer.touchedSeries.insert(row)
                }
                writer.fileDone()
                try writer.commitIfDue()
            }
        }
        try writer.commit()
    }

    private static func summary(_ patient: Int, _ study: Int, _ series: Int) -> InstanceSummary {
        let surnames = ["Doe", "Smith", "Müller", "García", "Yamada"]
        let parts = ["Thorax", "Head", "Abdomen", "Knee", "Spine", "Pelvis"]
        var summary = InstanceSummary()
        summary.patientID = Array("P\(1_000_000 + patient)".utf8)
        summary.patientName = Array("\(surnames[patient % surnames.count])^N\(patient)".utf8)
        summary.patientBirthDate = Array("19\(50 + patient % 50)0101".utf8)
        summary.patientSex = Array((patient % 2 == 0 ? "F" : "M").utf8)
        summary.studyInstanceUID = Array("1.2.3.\(patient).\(study)".utf8)
        let day = (patient * 7 + study * 31) % 3_650
        summary.studyDate = Array("\(2015 + day / 365)\(String(101 + day / 31 % 12).suffix(2))\(String(101 + day % 28).suffix(2))".utf8)
        summary.studyDescription = Array("\(parts[(patient + study) % parts.count]) routine".utf8)
        summary.accessionNumber = study % 3 == 2 ? [] : Array("A\(patient * 10 + study)".utf8)
        summary.seriesInstanceUID = Array("1.2.3.\(patient).\(study).\(series)".utf8)
        summary.seriesNumber = Array("\(series + 1)".utf8)
        summary.modality = Array(["CT", "MR", "CR", "SR", "US"][(patient + series) % 5].utf8)
        summary.seriesDescription = Array("Series of \(parts[series % parts.count])".utf8)
        summary.bodyPartExamined = Array(parts[(patient + study) % parts.count].uppercased().utf8)
        summary.manufacturer = Array("ACME".utf8)
        summary.sopClassUID = Array("1.2.840.10008.5.1.4.1.1.2".utf8)
        return summary
    }

    private static func insert(_ id: Int, _ number: Int, in series: Int64, _ writer: IngestWriter) throws {
        var record = InstanceRecord()
        record.id = writer.ids.next(.instances)
        record.series = series
        record.stem = Array(String(100_001 + number).suffix(5).utf8)
        record.sopUID = Array("1.2.3.4.\(id)".utf8)
        record.sopKey = writer.hash.key(record.sopUID)
        (record.size, record.mtimeNs, record.textLength, record.textVersion) = (1_000, 1, 100, DescriptionVersion.current)
        try writer.write(record, with: .insertInstance)
    }

    @Test func `lists of every view hold everything once, however small the portions`() throws {
        let fixture = try ArchiveFixture()
        try Self.write(Size(), to: fixture.database)
        let archive = try fixture.open()
        defer { archive.close() }
        let report = try archive.verify(onFinding: { Issue.record("\($0)") })
        #expect(report.isIntact)
        let days = try archive.viewFolders(after: -2, below: .max, limit: .max).map(\.id).filter { $0 >= 0 }
        #expect(try days.flatMap { try archive.studies(ofDay: $0, limit: .max) }.count == 80)
        let pairs = try archive.modalities(limit: .max).flatMap { try archive.studies(ofModality: $0.id, limit: .max) }
        #expect(try pairs.flatMap { try archive.series(ofStudyModality: $0.place.id, limit: .max) }.count == 240)
        #expect(try archive.studies(withAccession: true, limit: .max).count + archive.studies(withAccession: false, limit: .max).count == 80)
        var found = 0
        try archive.find(SearchQuery()) { _ in found += 1 }
        #expect(found == 240)
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["DCMFS_SYNTHETIC_ARCHIVE"] != nil, "for measuring only"))
    func `a million instances`() throws {
        let path = try #require(ProcessInfo.processInfo.environment["DCMFS_SYNTHETIC_ARCHIVE"])
        try Self.write(Size(patients: 10_000, studiesPerPatient: 2, seriesPerStudy: 5, instancesPerSeries: 10), to: path)
    }
}
