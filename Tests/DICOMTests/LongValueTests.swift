import DICOM
import TestSupport
import Testing

@Suite("Long values in the index")
struct LongValueTests {
    private func summary(patientID: [UInt8], description: [UInt8] = []) throws -> InstanceSummary {
        var writer = DICOMWriter(.implicitLittle)
        writer.element(.sopClassUID, .UI, "1.2.840.10008.5.1.4.1.1.7")
        writer.element(.sopInstanceUID, .UI, "1.2.3.4.5")
        if !description.isEmpty { writer.element(.studyDescription, .LO, description) }
        writer.element(.patientID, .LO, patientID)
        return InstanceSummarizer.summary(of: try Part10File.open(MemoryProvider(writer.part10())))
    }

    @Test func `A value of up to sixteen times its length is kept as it is`() throws {
        for count in [1, 64, 65, 256, 1024] {
            let value = [UInt8](repeating: 0x41, count: count)
            let summary = try summary(patientID: count % 2 == 0 ? value : value + [0x20])
            #expect(summary.patientID == value)
            #expect(!summary.forgiven.contains("long-value"))
        }
    }

    @Test func `A longer one is cut, and that is said`() throws {
        let summary = try summary(patientID: [UInt8](repeating: 0x41, count: 2_000_000))
        #expect(summary.patientID.count < 1200)
        #expect(summary.patientID.starts(with: [UInt8](repeating: 0x41, count: 1024)))
        #expect(summary.forgiven.contains("long-value"))
        #expect(summary.headerProblems.isEmpty)
    }

    /// Two patients are never made one by what is left out.
    @Test(arguments: [1_024, 4_095, 4_096, 70_000, 300_000, 1_999_999])
    func `Values that differ anywhere stay different`(_ place: Int) throws {
        var value = [UInt8](repeating: 0x41, count: 2_000_000)
        let one = try summary(patientID: value)
        value[place] = 0x42
        let other = try summary(patientID: value)
        #expect(one.patientID != other.patientID)
        #expect(try summary(patientID: value).patientID == other.patientID)
    }

    @Test func `Padding of any length is no part of a value`() throws {
        let value = Array("P-17".utf8)
        let summary = try summary(patientID: [UInt8](repeating: 0x20, count: 100_000) + value + [UInt8](repeating: 0, count: 1_000_000))
        #expect(summary.patientID == value)
        #expect(!summary.forgiven.contains("long-value"))
    }

    @Test func `What is longer than is read of one file is named`() throws {
        let summary = try summary(patientID: [UInt8](repeating: 0x41, count: 66 << 20))
        #expect(summary.headerProblems.map(\.code) == [.limitExceeded])
        #expect(summary.patientID.count < 1200)
    }
}
