import Foundation
import TestSupport
import Testing

/// `dcmfs thumbnail`, as a file manager calls it.
@Suite(.serialized) struct ThumbnailCommandTests {
    /// Width and height out of IHDR.
    private func size(ofPNG data: Data) -> (width: Int, height: Int)? {
        guard data.starts(with: [0x89, 0x50, 0x4E, 0x47]), data.count > 24 else { return nil }
        func word(_ offset: Int) -> Int { data[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
        return (word(16), word(20))
    }

    @Test(arguments: ["ct/slice1.dcm", "us", "palette"]) func `a picture no larger than asked for, under any name`(fixture: String) throws {
        var path = Corpus.projectRoot + "/Fixtures/" + fixture
        if !fixture.hasSuffix(".dcm") { path += "/" + (try #require(try FileManager.default.contentsOfDirectory(atPath: path).sorted().first)) }
        try OneFileCommandTests.withFolder { folder in
            for side in [16, 128, 256] {
                // Thumbnailers hand out names of their own, and expect them to be replaced.
                try Data("old".utf8).write(to: URL(fileURLWithPath: folder + "/thumb.A1B2"))
                let run = try OneFileCommandTests.dcmfs(["thumbnail", "-s", "\(side)", path, folder + "/thumb.A1B2"])
                #expect(run.code == 0, "\(run.errors)")
                let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/thumb.A1B2"))
                let (width, height) = try #require(size(ofPNG: data))
                #expect(max(width, height) <= side)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["thumb.A1B2"])
        }
    }

    @Test func `no picture is exit code 1 and no file`() throws {
        try OneFileCommandTests.withFolder { (folder) throws in
            for input in [Corpus.projectRoot + "/Fixtures/medium/DICOMDIR", "/etc/passwd", "/nonexistent", folder] {
                #expect(try OneFileCommandTests.dcmfs(["thumbnail", input, folder + "/x.png"]).code == 1)
            }
            #expect(try OneFileCommandTests.dcmfs(["thumbnail", "-s", "0", OneFileCommandTests.fixture, folder + "/x.png"]).code == 2)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        }
    }

    @Test func `the source itself is never written over`() throws {
        try OneFileCommandTests.withFolder { folder in
            try FileManager.default.copyItem(atPath: OneFileCommandTests.fixture, toPath: folder + "/a")
            #expect(try OneFileCommandTests.dcmfs(["thumbnail", folder + "/a", folder + "/./a"]).code == 2)
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/a")).count > 1000)
        }
    }

    /// Keyword and text of every tEXt.
    private func texts(ofPNG data: Data) -> [String: String] {
        var texts: [String: String] = [:]
        var place = 8
        while place + 12 <= data.count {
            let length = data[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
            let body = data[place + 8..<min(place + 8 + length, data.count)]
            if data[place + 4..<place + 8] == Data("tEXt".utf8), let end = body.firstIndex(of: 0) {
                texts[String(decoding: body[..<end], as: UTF8.self)] = String(decoding: body[(end + 1)...], as: UTF8.self)
            }
            place += 12 + length
        }
        return texts
    }

    @Test func `a thumbnail says which file it shows, and as of when, so that nobody draws it again`() throws {
        try OneFileCommandTests.withFolder { folder in
            let source = folder + "/a b%\u{e9}.dcm"
            try FileManager.default.copyItem(atPath: OneFileCommandTests.fixture, toPath: source)
            try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1_234_567_890.5)], ofItemAtPath: source)
            let thumbnail = folder + "/t.png"

            #expect(try OneFileCommandTests.dcmfs(["thumbnail", source, thumbnail]).code == 0)
            let data = try Data(contentsOf: URL(fileURLWithPath: thumbnail))
            let made = texts(ofPNG: data)
            #expect(made["Thumb::MTime"] == "1234567890")
            #expect(made["Thumb::URI"]?.hasPrefix("file:///") == true)
            #expect(made["Thumb::URI"]?.hasSuffix("/a%20b%25%C3%A9.dcm") == true)
            #expect(made["Thumb::Mimetype"] == "application/dicom")
            #expect(made["Thumb::Size"] == "\(try Data(contentsOf: URL(fileURLWithPath: source)).count)")

            #expect(try OneFileCommandTests.dcmfs(["thumbnail", "--uri", "smb://server/share/a.dcm", source, thumbnail]).code == 0)
            #expect(texts(ofPNG: try Data(contentsOf: URL(fileURLWithPath: thumbnail)))["Thumb::URI"] == "smb://server/share/a.dcm")
        }
    }
}
