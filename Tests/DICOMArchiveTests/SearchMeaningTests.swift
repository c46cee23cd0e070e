import Foundation
import Testing

@testable import DICOMArchive

/// What people type means what they mean, or is an error that says what would: never an answer without results.
@Suite struct SearchMeaningTests {
    private func made() throws -> ArchiveFixture {
        let fixture = try ArchiveFixture()
        for (number, modality) in ["MR", "CT", "US", "XA"].enumerated() {
            try fixture.write(
                "\(number)",
                dicom(
                    id: "Pat\(number)", name: "Doe^Jane, Dr", study: "1.\(number)", date: "2024013\(number % 2)", description: "Head, Neck",
                    series: "1.\(number).1", seriesNumber: ["3", "12", "007", "-4"][number], modality: modality, instance: "1.\(number).1.1"))
        }
        try fixture.index()
        return fixture
    }

    @Test(arguments: [
        ("Modality=mr", 1), ("modality=MR", 1), ("Modality=MR,CT", 2), (#"Modality=MR\CT"#, 2), ("Modality=mr,c*", 2), ("Modality=MR,", 1),
        ("PatientID=PAT1", 1), ("PatientID=pat1,pat2", 2), ("PatientName=doe^jane, dr", 4), (#"StudyDescription=head, neck\knee"#, 4),
        ("StudyDescription=head", 0), ("SeriesNumber=1-10", 2), ("SeriesNumber=7-", 2), ("SeriesNumber=3,12", 2), ("SeriesNumber=7", 1),
        ("SeriesNumber=-4", 1), ("SeriesNumber=1-3,10-20", 2), ("StudyDate=2024/01/30", 2), ("StudyDate=20240130,20240131", 4),
        ("StudyDate=2024-01-31-", 2), ("ModalitiesInStudy=us,xa", 2), ("StudyInstanceUID=1.0,1.1", 2), ("Modality=M%52", 1),
    ])
    func `case does not count, lists are any of them, numbers and dates take ranges`(condition: String, count: Int) throws {
        let fixture = try made()
        let archive = try fixture.open()
        defer { archive.close() }
        let term = try #require(SearchQuery.Term(Array(condition.utf8)))
        for effort in [SearchEffort(), SearchEffort(alwaysFew: 0, leastOfPart: 1)] {
            var found: [Int64] = []
            try archive.find(SearchQuery([term]), effort) { found.append($0.id) }
            #expect(found.count == count, "\(condition)")
        }
        #expect(try archive.instanceCount(ofSeries: 1) == 1 && archive.instanceCount(ofSeries: 99) == 0)
    }

    @Test(arguments: [
        ("StudyDate=20240230", SearchProblem.date), ("StudyDate=yesterday", .date), ("StudyDate=20240201-20240101", .reversed),
        ("SeriesNumber=10-1", .reversed), ("Modaliti=CT", .keyword), ("CT", .form), ("PatientID=%zz", .escape),
        ("PatientID=" + String(repeating: "1,", count: 20), .tooLong), ("StudyDate=20240101,nonsense", .date),
    ])
    func `a condition without a meaning is an error that says what would have one`(condition: String, problem: SearchProblem) {
        #expect(throws: problem) { try SearchQuery.Term(parsing: Array(condition.utf8)) }
        #expect(!problem.explanation.isEmpty)
    }
}
