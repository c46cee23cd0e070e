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
        #expect(text.text.hasPrefix("# dcmfs header 1\n"))
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
            #expect(text.starts(with: Data("# dcmfs header 1\n".utf8)))
        }
    }
}
