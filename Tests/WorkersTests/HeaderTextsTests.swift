import DICOM
import Glibc
import TestSupport
import Testing
import WorkerProtocol
import Workers

/// Many header texts in one request.
@Suite(.serialized) struct HeaderTextsTests {
    private func document(_ number: Int, padding: Int = 0) -> [UInt8] {
        var writer = DICOMWriter()
        writer.element(.sopInstanceUID, .UI, "1.2.\(number)")
        writer.element(.patientID, .LO, "P\(number)")
        for place in 0..<padding { writer.element(DICOM.Tag(0x0040, UInt16(0xA000 + place)), .LO, String(repeating: "x", count: 60)) }
        return writer.part10("1.2.840.10008.1.2.1", instance: "1.2.\(number)")
    }

    private func texts(_ files: [[UInt8]], _ pool: WorkerPool) throws -> [[UInt8]?] {
        let descriptors = try files.map { try WorkerFixture.file($0) }
        defer { for file in descriptors { close(file) } }
        let sizes = files.map(\.count)
        return try pool.headerTexts(descriptors, sizes: sizes, formats: files.map { _ in .current }, promised: files.map { _ in nil })
    }

    @Test func `they are what each request alone gives, and nothing where that fails or is long`() throws {
        let pool = try WorkerFixture.pool(tests: false)
        var files = (0..<20).map { document($0) }
        files[3] = Array("no DICOM".utf8)
        files[7] = document(7, padding: 2_000)
        files[11] = Array(files[11].prefix(200))
        let found = try texts(files, pool)
        #expect(found.count == 20)
        for (place, file) in files.enumerated() {
            let descriptor = try WorkerFixture.file(file)
            defer { close(descriptor) }
            let alone = try? pool.headerText(descriptor, size: file.count)
            #expect(found[place] == (place == 7 ? nil : alone), "file \(place)")
        }
        #expect(found.count { $0 == nil } >= 2)
        #expect(try texts([], pool).isEmpty)
    }

    @Test func `each file has its text in the format that is asked for, alone and beside others`() throws {
        let pool = try WorkerFixture.pool(tests: false)
        let files = (0..<4).map { document($0) }
        let formats: [HeaderText.Format] = [.first, .second, .first, .second]
        let descriptors = try files.map { try WorkerFixture.file($0) }
        defer { for file in descriptors { close(file) } }
        let found = try pool.headerTexts(descriptors, sizes: files.map(\.count), formats: formats, promised: files.map { _ in nil })
        for (place, format) in formats.enumerated() {
            let text = try #require(found[place])
            #expect(text.starts(with: Array("# dcmfs header \(format.rawValue)\n".utf8)))
            #expect(try pool.headerText(descriptors[place], size: files[place].count, format: format) == text)
        }
    }

    @Test func `a file that ends the worker fails the request, and the next one is served`() throws {
        let pool = try WorkerFixture.pool()
        let deadly = Array((TestCommand.fileMark + TestCommand.FileBehaviour.trap.rawValue).utf8)
        #expect(throws: WorkerError.self) { try texts([document(1), deadly, document(2)], pool) }
        #expect(try texts([document(1), document(2)], pool).compactMap { $0 }.count == 2)
    }

    @Test func `answers are taken for what they are only`() throws {
        let good: [[UInt8]?] = [[1, 2, 3], nil, []]
        let bytes = HeaderTextsReply.encode(good)
        #expect(try HeaderTextsReply.decode(bytes, longest: [3, 3, 3]) == good)
        for count in [0, 2, 4] { #expect(throws: WireError.self) { try HeaderTextsReply.decode(bytes, longest: Array(repeating: 3, count: count)) } }
        for length in 0..<bytes.count { #expect(throws: WireError.self) { try HeaderTextsReply.decode(Array(bytes.prefix(length)), longest: [3, 3, 3]) } }
        #expect(throws: WireError.self) { try HeaderTextsReply.decode(bytes, longest: [2, 3, 3]) }
        #expect(throws: WireError.self) { try HeaderTextsReply.decode([1, 255, 255, 255, 255, 0], longest: [1 << 30]) }
    }
}
