import DICOM
import Foundation
import TestSupport
import Testing

/// What stands on a command line, and what of it reaches files and terminals.
@Suite(.serialized) struct ArgumentTests {
    /// Runs a shell script with dcmfs as `$0` and a folder as `$1`: Foundation hands over no arguments that are not UTF-8.
    private func shell(_ script: String, in folder: String) throws -> Finished {
        try Finished.run("/bin/sh", ["-c", script, MountedTree.program("dcmfs"), folder])
    }

    @Test(arguments: [(#"\374"#, #"\366"#), (#"\303\251"#, #"e\314\201"#)])
    func `two names that look alike as text are two files`(first: String, second: String) throws {
        try OneFileCommandTests.withFolder { folder in
            let (ct, mr) = (Corpus.projectRoot + "/Fixtures/ct/slice1.dcm", Corpus.projectRoot + "/Fixtures/ct/slice2.dcm")
            let names = #"a="$1/$(printf '\#(first)')"; b="$1/$(printf '\#(second)')"; "#
            let made = try shell(names + #"cp '\#(ct)' "$a" && cp '\#(mr)' "$b" && exec "$0" header "$a" "$b""#, in: folder)
            #expect(made.status == 0, "\(made.errors)")
            let instances = made.output.split(separator: "\n").filter { $0.hasPrefix("SOPInstanceUID ") }
            #expect(Set(instances).count == 2)
            let indexed = try shell(names + #""$0" index "$1/a.db" "$a" "$b""#, in: folder)
            #expect(indexed.output.contains("found          2 files"))
        }
    }

    @Test func `a picture can be written under a name that is not UTF-8`() throws {
        try OneFileCommandTests.withFolder { folder in
            let run = try shell(
                #"n="$1/$(printf 'M\374ller').png"; "$0" render '\#(OneFileCommandTests.fixture)' -o "$n" && test -s "$n""#, in: folder)
            #expect(run.status == 0, "\(run.errors)")
        }
    }

    @Test func `control characters of names never reach a terminal`() throws {
        try OneFileCommandTests.withFolder { folder in
            let name = folder + "/a\u{1B}[31m\u{7}\u{9B}\u{202E}b"
            try Data("x".utf8).write(to: URL(fileURLWithPath: name))
            let commands: [[String]] = [
                ["header", name], ["render", name], ["thumbnail", name, folder + "/x.png"], ["status", name + "2"], ["mount", name, name],
                ["unmount", name], ["index", name + "/a.db", folder], ["ls", name], ["ls", name, "--views", name], ["find", name, name],
                ["render", name, "-o", name], ["doctor", name, name], ["doctor", "--json", name, name], ["mount", "-o", name, name, name], [name],
                ["problems", name],
            ]
            for command in commands {
                let run = try OneFileCommandTests.dcmfs(command)
                #expect(run.code != 0)
                let isClean = (run.text + run.errors).unicodeScalars.allSatisfy {
                    $0 == "\n" || $0.properties.generalCategory != .control && $0.properties.generalCategory != .format
                }
                #expect(isClean, "\(command)")
            }
        }
    }

    @Test func `search results show control characters and stay on one line`() throws {
        try OneFileCommandTests.withFolder { folder in
            var writer = DICOMWriter()
            writer.raw([UInt8](repeating: 0, count: 128) + Array("DICM".utf8))
            writer.element(Tag(0x0002, 0x0010), .UI, "1.2.840.10008.1.2.1")
            writer.element(Tag(0x0008, 0x0005), .CS, "ISO_IR 192")
            writer.element(Tag(0x0008, 0x0016), .UI, "1.2.840.10008.5.1.4.1.1.7")
            writer.element(Tag(0x0008, 0x0018), .UI, "1.2.3.1")
            writer.element(Tag(0x0008, 0x1030), .LO, "red\u{1B}[31m\nline\u{9B}0m\u{202E}")
            writer.element(Tag(0x0010, 0x0020), .LO, "P1")
            writer.element(Tag(0x0020, 0x000D), .UI, "1.2.3.2")
            writer.element(Tag(0x0020, 0x000E), .UI, "1.2.3.3")
            try Data(writer.bytes).write(to: URL(fileURLWithPath: folder + "/a.dcm"))
            #expect(try OneFileCommandTests.dcmfs(["index", folder + "/a.db", folder + "/a.dcm"]).code == 0)
            let csv = try OneFileCommandTests.dcmfs(["find", folder + "/a.db", "--csv"])
            #expect(csv.text.contains("red\u{241B}[31m\u{240A}line\\u{009b}0m\\u{202e}"))
            #expect(csv.text.filter { $0 == "\r\n" }.count == 2)
            let json = try OneFileCommandTests.dcmfs(["find", folder + "/a.db", "--json"])
            #expect(json.text.contains(#"red\u001b[31m\nline\u009b0m\u202e"#))
            let object = try JSONSerialization.jsonObject(with: json.output) as? [String: Any]
            #expect(object?["StudyDescription"] as? String == "red\u{1B}[31m\nline\u{9B}0m\u{202E}")
        }
    }

    @Test(arguments: [["mount", "-o", "help"], ["mount", "/nonexistent", "-o", "ro,help"], ["mount", "a", "b", "c", "-o", "help", "--bogus"]])
    func `the options of mount are printed when asked for`(arguments: [String]) throws {
        let run = try OneFileCommandTests.dcmfs(arguments)
        #expect(run.code == 0 && run.errors.isEmpty)
        #expect(run.text.contains("\n  cache_size=") && run.text.contains("\n  nonempty ") && run.text.hasSuffix("\n"))
    }

    @Test func `a file is no folder, and a misspelt reason is no archive without problems`() throws {
        try OneFileCommandTests.withFolder { folder in
            let archive = folder + "/a.db"
            #expect(try OneFileCommandTests.dcmfs(["index", archive, Corpus.projectRoot + "/Fixtures/odd"]).code == 0)
            for command in ["ls", "cat"] {
                let run = try OneFileCommandTests.dcmfs([command, archive, "README.txt/"])
                #expect(run.code == 1 && run.text.isEmpty && run.errors.contains("not a directory"), "\(run.errors)")
            }
            let run = try OneFileCommandTests.dcmfs(["problems", archive, "--reason", "not-dikom"])
            #expect(run.code == 0 && run.text.isEmpty)
            #expect(run.errors.contains("nothing with the reason 'not-dikom'; the archive has") && run.errors.contains("not-dicom"))
            #expect(try OneFileCommandTests.dcmfs(["problems", archive, "--reason", "not-dicom"]).errors.isEmpty)
        }
    }

    @Test func `a symbolic link to an archive is the archive`() throws {
        try OneFileCommandTests.withFolder { folder in
            try FileManager.default.createDirectory(atPath: folder + "/real", withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(atPath: folder + "/link.db", withDestinationPath: "real/a.db")
            #expect(try OneFileCommandTests.dcmfs(["index", folder + "/real/a.db", OneFileCommandTests.fixture]).code == 0)
            #expect(try OneFileCommandTests.dcmfs(["index", folder + "/link.db", Corpus.projectRoot + "/Fixtures/us"]).code == 0)
            #expect(try OneFileCommandTests.dcmfs(["status", folder + "/link.db", "--json"]).text.contains(#""instances":2"#))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["link.db", "real"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/real") == ["a.db"])
        }
    }
}
