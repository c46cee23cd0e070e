import Foundation
import Glibc
import TestSupport
import Testing
import WorkerProtocol

/// `dcmfs header` and `dcmfs render`, as a user runs them.
@Suite(.serialized) struct OneFileCommandTests {
    struct Run {
        let code: Int32
        let output: Data
        let errors: String
        var text: String { String(decoding: output, as: UTF8.self) }
    }

    static func dcmfs(_ arguments: [String], in folder: String? = nil) throws -> Run {
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        let worker = String(decoding: WorkerFixture.workerPath, as: UTF8.self)
        process.executableURL = URL(fileURLWithPath: String(worker.dropLast("-worker".count)))
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = errors
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let complaints = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Run(code: process.terminationStatus, output: text, errors: String(decoding: complaints, as: UTF8.self))
    }

    static func withFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "dcmfs-command-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    static let fixture = Corpus.projectRoot + "/Fixtures/ct/slice1.dcm"

    @Test func headerPrintsTextAndJSON() throws {
        let text = try Self.dcmfs(["header", Self.fixture])
        #expect(text.code == 0)
        #expect(text.text.hasPrefix("# dcmfs header 2\n"))
        #expect(text.text.contains("\nModality (0008,0060) CS = CT\n"))
        let json = try Self.dcmfs(["header", "--json", Self.fixture])
        let object = try JSONSerialization.jsonObject(with: json.output) as? [String: [String: Any]]
        #expect(object?["00080060"]?["Value"] as? [String] == ["CT"])
        let both = try Self.dcmfs(["header", "--json", Self.fixture, Self.fixture])
        #expect((try JSONSerialization.jsonObject(with: both.output) as? [Any])?.count == 2)
    }

    @Test func headerOfSeveralFilesNamesThemAndGoesOnAfterAFailure() throws {
        let run = try Self.dcmfs(["header", Self.fixture, "/etc/passwd", "/nonexistent", Self.fixture])
        #expect(run.code == 1)
        #expect(run.text.components(separatedBy: "==> \(Self.fixture) <==\n").count == 3)
        #expect(run.errors.contains("dcmfs: /etc/passwd: not-dicom"))
        #expect(run.errors.contains("dcmfs: /nonexistent: No such file or directory"))
    }

    @Test func renderWritesPNGAndJPEG() throws {
        try Self.withFolder { folder in
            #expect(try Self.dcmfs(["render", Self.fixture], in: folder).code == 0)
            let picture = try Data(contentsOf: URL(fileURLWithPath: folder + "/slice1.png"))
            #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47]))
            #expect(try Self.dcmfs(["render", Self.fixture, "-o", "a.jpg", "--window", "40_400", "--overlays", "off"], in: folder).code == 0)
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/a.jpg")).starts(with: [0xFF, 0xD8]))
            let piped = try Self.dcmfs(["render", Self.fixture, "-o", "-", "--explain"], in: folder)
            #expect(piped.output == picture)
            #expect(piped.errors.contains("window 40.0/400.0 LINEAR"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["a.jpg", "slice1.png"])
        }
    }

    @Test func renderNeverReplacesTheSourceNorWhatItWasNotTold() throws {
        try Self.withFolder { folder in
            try FileManager.default.copyItem(atPath: Self.fixture, toPath: folder + "/x.png")
            let source = try Data(contentsOf: URL(fileURLWithPath: folder + "/x.png"))
            #expect(try Self.dcmfs(["render", "x.png", "-o", "x.png"], in: folder).code == 2)
            #expect(try Self.dcmfs(["render", folder + "/./x.png", "-o", "x.png"], in: folder).code == 2)
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/x.png")) == source)
            try Data("mine".utf8).write(to: URL(fileURLWithPath: folder + "/slice1.png"))
            #expect(try Self.dcmfs(["render", Self.fixture], in: folder).code == 1)
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/slice1.png")) == Data("mine".utf8))
        }
    }

    @Test(arguments: [
        (["render", fixture, "-o", "x.tiff"], Int32(2), "the name must end in .png or .jpg"),
        (["render", fixture, "-o", "x.png", "--frame", "2"], 2, "frame 2 of 1"),
        (["render", "/etc/passwd", "-o", "x.png"], 1, "not-dicom"),
        (["render", "/dev/null", "-o", "x.png"], 1, "not a regular file"),
        (["render", fixture, "-o", "/nonexistent/x.png"], 1, "No such file or directory"),
    ])
    func renderSaysWhatIsWrong(_ arguments: [String], _ code: Int32, _ message: String) throws {
        try Self.withFolder { folder in
            let run = try Self.dcmfs(arguments, in: folder)
            #expect(run.code == code)
            #expect(run.errors.contains(message), "\(run.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        }
    }

    @Test func pathsNeedNotBeUTF8() throws {
        try Self.withFolder { folder in
            // Foundation cannot name such a file; the shell can.
            let script = "cp \"$2\" \"$(printf 'a\\377.dcm')\" && \"$1\" header \"$(printf 'a\\377.dcm')\""
            let shell = Process()
            let output = Pipe()
            shell.executableURL = URL(fileURLWithPath: "/bin/sh")
            shell.arguments = ["-c", script, "sh", String(decoding: WorkerFixture.workerPath.dropLast(7), as: UTF8.self), Self.fixture]
            shell.currentDirectoryURL = URL(fileURLWithPath: folder)
            shell.standardOutput = output
            try shell.run()
            let text = output.fileHandleForReading.readDataToEndOfFile()
            shell.waitUntilExit()
            #expect(shell.terminationStatus == 0)
            #expect(text.starts(with: Data("# dcmfs header 2\n".utf8)))
        }
    }
}
