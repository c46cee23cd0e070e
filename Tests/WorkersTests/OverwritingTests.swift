import Foundation
import TestSupport
import Testing

/// No command writes over a source, even where the user's own words lead there.
@Suite(.serialized) struct OverwritingTests {
    private func copy(_ fixture: String, _ path: String) throws {
        try FileManager.default.copyItem(atPath: Corpus.projectRoot + "/Fixtures/" + fixture, toPath: path)
    }

    @Test func `a thumbnail is never written over anything but a picture`() throws {
        try OneFileCommandTests.withFolder { folder in
            try copy("ct/slice1.dcm", folder + "/a.dcm")
            try copy("ct/slice2.dcm", folder + "/b.dcm")
            try FileManager.default.createSymbolicLink(atPath: folder + "/link.png", withDestinationPath: "b.dcm")
            let before = try Data(contentsOf: URL(fileURLWithPath: folder + "/b.dcm"))
            for output in ["/b.dcm", "/link.png"] {
                let run = try OneFileCommandTests.dcmfs(["thumbnail", folder + "/a.dcm", folder + output])
                #expect(run.code == 2)
                #expect(run.errors.contains("is no picture, and is not written over"))
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/b.dcm")) == before)
        }
    }

    @Test func `an export that is interrupted leaves no half files, under any name`() throws {
        try OneFileCommandTests.withFolder { folder in
            #expect(try OneFileCommandTests.dcmfs(["index", folder + "/a.db", Corpus.projectRoot + "/Fixtures"]).code == 0)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: MountedTree.program("dcmfs"))
            process.arguments = ["export", "-r", folder + "/a.db", "with/size=4096,show=png+dcm/patients", folder + "/out"]
            process.standardError = FileHandle.nullDevice
            try process.run()
            let began = MountedTree.wait(seconds: 60) {
                FileManager.default.subpaths(atPath: folder + "/out")?.contains { $0.hasSuffix(".dcm") } ?? false
            }
            #expect(began)
            process.terminate()
            process.waitUntilExit()
            // 0 where it was done before the signal came; a signal that is not caught is no exit.
            #expect(process.terminationReason == .exit && [0, 1].contains(process.terminationStatus))
            let files = try FileManager.default.subpathsOfDirectory(atPath: folder + "/out")
            #expect(!files.isEmpty && !files.contains { $0.contains(".dcmfs-export") })
        }
    }

    @Test func `export never replaces a source or the archive, even with force`() throws {
        try OneFileCommandTests.withFolder { folder in
            // Where file names and instance numbers disagree, an export beside the sources would exchange them.
            try FileManager.default.createDirectory(atPath: folder + "/data", withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(atPath: folder + "/alias", withDestinationPath: "data")
            try copy("ct/slice1.dcm", folder + "/data/00002.dcm")
            try copy("ct/slice2.dcm", folder + "/data/00001.dcm")
            let archive = folder + "/a.db"
            #expect(try OneFileCommandTests.dcmfs(["index", archive, folder + "/data"]).code == 0)
            let series = try OneFileCommandTests.dcmfs(["find", archive]).text.trimmingCharacters(in: .newlines)
            let paths = ["/data/00001.dcm", "/data/00002.dcm", "/a.db"]
            let before = try paths.map { try Data(contentsOf: URL(fileURLWithPath: folder + $0)) }
            for target in ["/data", "/data/00001.dcm", "/alias", "/data/../data", "/a.db"] {
                for number in ["1", "2"] where target.contains(".") || number == "1" || target == "/data" {
                    let run = try OneFileCommandTests.dcmfs(["export", "--force", archive, "\(series)/0000\(number).dcm", folder + target])
                    #expect(run.code == 1)
                    #expect(run.errors.contains("is a source of the archive, or the archive itself"))
                }
            }
            let all = try OneFileCommandTests.dcmfs(["export", "--force", "-r", archive, series, folder + "/all"])
            #expect(all.code == 0, "\(all.errors)")
            #expect(try OneFileCommandTests.dcmfs(["export", "--force", "-r", archive, series, folder + "/all/.."]).code == 0)
            #expect(try paths.map { try Data(contentsOf: URL(fileURLWithPath: folder + $0)) } == before)
            // A link with a source's name is not the source.
            try FileManager.default.createSymbolicLink(atPath: folder + "/all/link", withDestinationPath: folder + "/data/00001.dcm")
            #expect(try OneFileCommandTests.dcmfs(["export", "--force", archive, "\(series)/00001.txt", folder + "/all/link"]).code == 0)
            #expect(try paths.map { try Data(contentsOf: URL(fileURLWithPath: folder + $0)) } == before)
        }
    }
}
