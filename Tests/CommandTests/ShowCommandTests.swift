import Foundation
import TestSupport
import Testing

@Suite struct ShowCommandTests {
    private func dcmfs(_ arguments: String...) throws -> Finished { try Finished.run(MountedTree.program("dcmfs"), arguments) }

    private func copied(_ body: (_ folder: String, _ archive: String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "dcmfs-show-\(UInt64.random(in: 0...UInt64.max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.copyItem(atPath: Corpus.projectRoot + "/Fixtures/ct", toPath: folder + "/ct")
        try body(folder, folder + "/a.db")
    }

    @Test func `a number of a message leads to path, patient and the state of the file`() throws {
        try copied { folder, archive in
            #expect(try dcmfs("index", "--quiet", archive, folder + "/ct").status == 0)
            let one = try dcmfs("show", archive, "instance:1")
            #expect(one.status == 0)
            for line in ["instance:1\n", "PatientID         DEMO-001\n", "\(folder)/ct/slice1.dcm (readable, as indexed)"] {
                #expect(one.output.contains(line), "\(one.output)")
            }
            #expect(one.output.contains("  path              patients/DEMO-001 Muster^Anna/") && one.output.contains("/00001.dcm\n"))
            try Data("gone".utf8).write(to: URL(fileURLWithPath: folder + "/ct/slice1.dcm"))
            let changed = try dcmfs("show", archive, "1", "--json")
            let object = try JSONSerialization.jsonObject(with: Data(changed.output.utf8)) as? [String: Any]
            let source = (object?["sources"] as? [[String: Any]])?.first
            #expect(source?["path"] as? String == folder + "/ct/slice1.dcm")
            #expect(source?["state"] as? String != "readable, as indexed")
            #expect(object?["PatientID"] as? String == "DEMO-001")
            #expect(try dcmfs("show", archive, "instance:4711").status == 1)
            #expect(try dcmfs("show", archive, "series:1").status == 2)
        }
    }

    @Test(arguments: [("0", 1), ("1", 0), ("10%", 1), ("34%", 0), ("100%", 0)]) func `an index fails when more sources are gone than it may bear`(
        _ limit: String, _ code: Int32
    ) throws {
        try copied { folder, archive in
            for number in 1...3 { try? FileManager.default.copyItem(atPath: folder + "/ct/slice1.dcm", toPath: folder + "/ct/copy\(number).dcm") }
            for name in try FileManager.default.contentsOfDirectory(atPath: folder + "/ct").sorted().dropFirst(3) {
                try FileManager.default.removeItem(atPath: folder + "/ct/" + name)
            }
            #expect(try dcmfs("index", "--quiet", "--max-gone", limit, archive, folder + "/ct").status == 0)
            let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder + "/ct").sorted().first)
            try FileManager.default.removeItem(atPath: folder + "/ct/" + name)
            let run = try dcmfs("index", "--max-gone", limit, archive, folder + "/ct")
            #expect(run.status == code, "\(run.errors)")
            // The summary is printed all the same.
            #expect(run.output.contains("gone           1 (still listed)"))
            if code != 0 { #expect(run.errors.contains("1 of 3 sources are gone, more than --max-gone \(limit) allows")) }
        }
    }

    @Test func `a share above 100 or below 0, and pruning, do not go with a limit of what is gone`() throws {
        for words in [["--max-gone", "101%"], ["--max-gone", "x"], ["--max-gone", "1", "--prune"]] {
            #expect(try Finished.run(MountedTree.program("dcmfs"), ["index"] + words + ["/tmp/none.db", "/tmp"]).status == 2)
        }
    }

    @Test func `a zip or tar among the sources is named, with what to do; documents are not`() throws {
        try copied { folder, archive in
            // Local file headers of zip files (APPNOTE 4.3.7), with the name of the first entry.
            func zip(_ name: String) -> Data { Data([0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 26) + Array(name.utf8) + [UInt8](repeating: 0, count: 600)) }
            try zip("IM0001.dcm").write(to: URL(fileURLWithPath: folder + "/ct/study.zip"))
            try zip("[Content_Types].xml").write(to: URL(fileURLWithPath: folder + "/ct/letter.docx"))
            #expect(try Finished.run("/bin/sh", ["-c", "cd \"$1/ct\" && tar cf study.tar slice1.dcm && tar czf study.tar.gz slice1.dcm", "sh", folder]).status == 0)
            let run = try dcmfs("index", archive, folder + "/ct")
            #expect(run.status == 0)
            #expect(run.output.contains("not readable   3 (packed: unpack these first)\n") && run.output.contains("not DICOM      1\n"), "\(run.output)")
            let packed = try dcmfs("problems", archive, "--reason", "packed").output.split(separator: "\n")
            #expect(packed.count == 3 && packed.allSatisfy { $0.contains("unpack it first") })
            #expect(packed.contains { $0.contains("study.zip\ta zip archive") })
        }
    }
}
