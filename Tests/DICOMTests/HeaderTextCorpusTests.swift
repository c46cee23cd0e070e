import Foundation
import Testing

@testable import DICOM

/// What must hold for the header text of any file at all, hostile ones included (Q11, N2).
struct HeaderTextCorpusTests {
    @Test func `Over the corpus every text is visible lines only, one per element, the same each time`() throws {
        guard let oracle = try HeaderOracle.load() else {
            print("corpus not found at ../shared/corpus, skipped")
            return
        }
        var read = 0
        let files = FileManager.default.enumerator(at: oracle.folder, includingPropertiesForKeys: [.isRegularFileKey])
        while let url = files?.nextObject() as? URL {
            guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true, !oracle.isTable(url) else { continue }
            read += try check(url) ? 1 : 0
        }
        #expect(read > 600)
    }

    @Test func `Over the hostile corpus as well`() throws {
        guard let folder = try HostileCorpus.unpack() else {
            print("corpus not found at ../shared/corpus-hostile, skipped")
            return
        }
        defer { try? FileManager.default.removeItem(at: folder) }
        var read = 0
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey])
        while let url = files?.nextObject() as? URL {
            guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
            read += try check(url) ? 1 : 0
        }
        #expect(read > 100)
    }

    /// Q10: the names that header-text.md 8.3 lists, and those in the notes of the manifest.
    @Test func `Names of the character set files are exact`() throws {
        guard let oracle = try HeaderOracle.load() else {
            print("corpus not found at ../shared/corpus, skipped")
            return
        }
        var expected = Self.names.map { ("pydicom/data/charset_files/\($0).dcm", $1) }
        for line in try String(contentsOf: oracle.folder.appendingPathComponent("MANIFEST.tsv"), encoding: .utf8).split(separator: "\n") {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard let note = fields.last, fields[0].hasPrefix("derived/charset/"), note.hasPrefix("PatientName ") else { continue }
            let name = note.dropFirst("PatientName ".count)
            expected.append((String(fields[0]), String(name.prefix(upTo: name.range(of: " (")?.lowerBound ?? name.endIndex))))
        }
        #expect(expected.count > 25)
        for (path, name) in expected {
            let file = try Part10File.open(MemoryProvider(oracle.bytes(path)))
            let text = String(decoding: HeaderText.text(of: file), as: UTF8.self)
            #expect(text.contains("\nPatientName (0010,0010) PN = \(name)\n"), "\(path)")
            #expect(!text.contains("# warning: text"), "\(path)")
        }
    }

    private static let names = [
        ("chrArab", "قباني^لنزار"), ("chrFren", "Buc^Jérôme"), ("chrGerm", "Äneas^Rüdiger"), ("chrGreek", "Διονυσιος"), ("chrHbrw", "שרון^דבורה"),
        ("chrRuss", "Люкceмбypг"), ("chrH31", "Yamada^Tarou=山田^太郎=やまだ^たろう"), ("chrH32", "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"),
        ("chrI2", "Hong^Gildong=洪^吉洞=홍^길동"), ("chrKoreanMulti", "김희중"), ("chrX1", "Wang^XiaoDong=王^小東="), ("chrX2", "Wang^XiaoDong=王^小东="),
        ("chrJapMulti", "やまだ^たろう"), ("chrJapMultiExplicitIR6", "やまだ^たろう"), ("chrFrenMulti", "Buc^Jérôme"),
    ]

    private func check(_ url: URL) throws -> Bool {
        let bytes = try Array(Data(contentsOf: url))
        guard let file = try? Part10File.open(MemoryProvider(bytes)) else { return false }
        for format in HeaderText.Format.allCases { try check(file, format, url) }
        #expect(HeaderText.length(of: try Part10File.open(MemoryProvider(bytes))) == HeaderText.text(of: file).count)
        let json = HeaderJSON.json(of: file, bulkDataURI: "file:x.dcm")
        #expect(!json.contains { $0 < 0x20 && $0 != 0x0A || $0 == 0x7F }, "\(url.path)")
        return true
    }

    private func check(_ file: Part10File, _ format: HeaderText.Format, _ url: URL) throws {
        let text = HeaderText.text(of: file, format: format)
        #expect(String(validating: text, as: UTF8.self) != nil, "\(url.path)")
        #expect(text.last == 0x0A)
        #expect(!text.contains { $0 < 0x20 && $0 != 0x0A || $0 == 0x7F }, "\(url.path)")
        let lines = text.split(separator: 0x0A)
        #expect(lines.allSatisfy { $0.last != 0x20 }, "\(url.path)")
        if text.count < HeaderText.byteLimit {
            let comments = lines.count { $0.first == 0x23 }
            #expect(lines.count - comments == elementCount(file.meta) + elementCount(file.dataSet), "\(url.path)")
        }
        if format == .second { try HeaderTextLaws.check(text, url.path) }
    }

    private func elementCount(_ dataSet: DataSet) -> Int {
        var count = 0
        var open = [dataSet]
        while let next = open.popLast() {
            for element in next.elements {
                count += 1
                open += element.items
            }
        }
        return count
    }
}

/// The packed collection of malformed files.
enum HostileCorpus {
    /// A temporary folder with its files; nil where the collection is absent.
    static func unpack() throws -> URL? {
        guard let corpus = try HeaderOracle.load()?.folder else { return nil }
        let archive = corpus.deletingLastPathComponent().appendingPathComponent("corpus-hostile/dicom-fuzzing-corpus-v3.tar.xz")
        guard FileManager.default.fileExists(atPath: archive.path) else { return nil }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dcmfs-hostile-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        tar.arguments = ["tar", "-xJf", archive.path, "-C", folder.path]
        try tar.run()
        tar.waitUntilExit()
        return tar.terminationStatus == 0 ? folder : nil
    }
}

extension HeaderOracle {
    /// The corpus's own tables and tools, not files of it.
    func isTable(_ url: URL) -> Bool {
        let name = String(url.path.dropFirst(folder.path.count + 1))
        return !name.contains("/") || name.hasPrefix("tools/") || name == "derived/DERIVED.tsv"
    }
}
