import DICOM
import Foundation
import TestSupport
import Testing

@testable import DICOMArchive

/// An archive of an older version: its header texts are what that version showed, until the next index.
@Suite(.serialized, .enabled(if: MountedTree.isPossible), .timeLimit(.minutes(5))) struct HeaderTextFormatMountTests {
    private func document(_ number: Int) -> [UInt8] {
        var dataset = DICOMWriter()
        dataset.element(.sopClassUID, .UI, "1.2.840.10008.5.1.4.1.1.66")
        dataset.element(.sopInstanceUID, .UI, "1.2.3.\(number)")
        dataset.element(.modality, .CS, "OT")
        dataset.element(.patientID, .LO, "P1")
        dataset.element(.studyInstanceUID, .UI, "1.2.3")
        dataset.element(.seriesInstanceUID, .UI, "1.2.3.0")
        dataset.element(.instanceNumber, .IS, "\(number)")
        return dataset.part10("1.2.840.10008.1.2.1", instance: "1.2.3.\(number)")
    }

    private func text(_ number: Int, _ format: HeaderText.Format) throws -> Data {
        Data(HeaderText.text(of: try Part10File.open(MemoryProvider(document(number))), format: format))
    }

    /// Makes the rows what an index of the first format left.
    private func age(_ tree: MountedTree) throws {
        let archive = try Archive.open(path: Array(tree.archive.utf8), mode: .create)
        defer { archive.close() }
        let writer = try IngestWriter(archive, options: IndexOptions())
        try writer.begin()
        for id in 1...3 {
            let old = try #require(try writer.instanceRecord(Int64(id)))
            var record = old
            let number = try #require(Int(String(decoding: old.stem, as: UTF8.self)))
            record.textVersion = old.textVersion & ~0xFF | 1
            record.textLength = Int64(try text(number, .first).count)
            try writer.update(old, to: record)
        }
        try writer.connection.execute("DELETE FROM meta WHERE key = 'described-by'")
        try writer.commit()
    }

    private func dcmfs(_ arguments: [String]) throws -> String {
        let result = try Finished.run(MountedTree.program("dcmfs"), arguments)
        #expect(result.status == 0, "\(result.errors)")
        return result.output
    }

    /// What reading and `stat` say of each text.
    private func shown(_ tree: MountedTree) throws -> [(text: Data, status: stat)] {
        let files = try tree.files("patients/P1").filter { $0.hasSuffix(".txt") }.sorted()
        #expect(files.count == 3)
        return try files.map { path in
            var status = stat()
            #expect(stat(path, &status) == 0)
            return (try Data(contentsOf: URL(fileURLWithPath: path)), status)
        }
    }

    @Test func `it is shown as it was, in its size, until the index reads those instances again`() throws {
        let tree = try MountedTree(indexing: [])
        let sources = tree.folder + "/sources"
        try FileManager.default.createDirectory(atPath: sources, withIntermediateDirectories: true)
        for number in 1...3 { try Data(document(number)).write(to: URL(fileURLWithPath: sources + "/\(number)")) }
        // Identities of files younger than two seconds would not be trusted, and their times show that they were read again.
        usleep(2_100_000)
        _ = try dcmfs(["index", "--quiet", "--names=plain", tree.archive, sources])
        #expect(try dcmfs(["status", "--json", tree.archive]).contains("\"olderVersion\":0"))
        try age(tree)
        #expect(try dcmfs(["status", "--json", tree.archive]).contains("\"olderVersion\":3"))
        try tree.mount()
        let before = try shown(tree)
        for (index, file) in before.enumerated() {
            let expected = try text(index + 1, .first)
            #expect(file.text == expected)
            #expect(Int(file.status.st_size) == expected.count)
        }
        #expect(try dcmfs(["index", "--names=plain", tree.archive, sources]).contains("3 read again"))
        #expect(try dcmfs(["status", "--json", tree.archive]).contains("\"olderVersion\":0"))
        try tree.unmount()
        try tree.mount()
        for (index, file) in try shown(tree).enumerated() {
            let expected = try text(index + 1, .second)
            #expect(file.text == expected)
            #expect(Int(file.status.st_size) == expected.count)
            let (new, old) = (file.status.st_mtim, before[index].status.st_mtim)
            #expect(new.tv_sec == old.tv_sec + 1 && new.tv_nsec == old.tv_nsec)
        }
        #expect(try !dcmfs(["index", "--names=plain", tree.archive, sources]).contains("read again"))
    }
}
