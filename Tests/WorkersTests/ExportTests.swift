import Foundation
import Glibc
import TestSupport
import Testing

/// `dcmfs export`: what it replaces, what it writes, what it says.
@Suite(.serialized) struct ExportTests {
    private typealias Command = OneFileCommandTests

    private func copy(_ fixture: String, _ path: String) throws {
        try FileManager.default.copyItem(atPath: Corpus.projectRoot + "/Fixtures/" + fixture, toPath: path)
    }

    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    /// An archive of two slices in a folder `data`; their series, and files whose names and instance numbers are crossed.
    private func withArchive(_ body: (_ folder: String, _ archive: String, _ series: String) throws -> Void) throws {
        try Command.withFolder { folder in
            try FileManager.default.createDirectory(atPath: folder + "/data", withIntermediateDirectories: false)
            try copy("ct/slice1.dcm", folder + "/data/00002.dcm")
            try copy("ct/slice2.dcm", folder + "/data/00001.dcm")
            let archive = folder + "/a.db"
            #expect(try Command.dcmfs(["index", archive, folder + "/data"]).code == 0)
            try body(folder, archive, try Command.dcmfs(["find", archive]).text.trimmingCharacters(in: .newlines))
        }
    }

    @Test func `export replaces no source through a hard link`() throws {
        try withArchive { folder, archive, series in
            try FileManager.default.createDirectory(atPath: folder + "/links", withIntermediateDirectories: false)
            #expect(link(folder + "/data/00001.dcm", folder + "/links/00002.dcm") == 0)
            #expect(link(archive, folder + "/links/00001.dcm") == 0)
            for name in ["00001.dcm", "00002.dcm"] {
                let before = try bytes(folder + "/links/" + name)
                for option in ["--force", "--update"] {
                    let run = try Command.dcmfs(["export", option, archive, "\(series)/\(name)", folder + "/links"])
                    #expect(run.code == 1)
                    #expect(run.errors.contains("is a source of the archive, or the archive itself"), "\(run.errors)")
                }
                #expect(try bytes(folder + "/links/" + name) == before)
            }
        }
    }

    @Test(.enabled(if: getuid() == 0)) func `export replaces neither a source nor the archive through a bind mount`() throws {
        try withArchive { folder, archive, series in
            try FileManager.default.createDirectory(atPath: folder + "/bound", withIntermediateDirectories: false)
            guard mount(folder, folder + "/bound", nil, UInt(MS_BIND), nil) == 0 else {
                Issue.record("no bind mount: \(String(cString: strerror(errno)))")
                return
            }
            defer { umount2(folder + "/bound", CInt(MNT_DETACH)) }
            let paths = ["/data/00001.dcm", "/data/00002.dcm", "/a.db"]
            // Another inode than the index has: the folder decides then.
            try FileManager.default.moveItem(atPath: folder + "/data/00002.dcm", toPath: folder + "/other")
            try FileManager.default.copyItem(atPath: folder + "/other", toPath: folder + "/data/00002.dcm")
            let before = try paths.map { try bytes(folder + $0) }
            for target in ["/bound/data", "/bound/data/00001.dcm", "/bound/data/00002.dcm", "/bound/a.db"] {
                for name in ["00001.dcm", "00002.dcm"] {
                    let run = try Command.dcmfs(["export", "--force", archive, "\(series)/\(name)", folder + target])
                    #expect(run.code == 1)
                    #expect(run.errors.contains("is a source of the archive, or the archive itself"), "\(target) \(run.errors)")
                }
            }
            #expect(try paths.map { try bytes(folder + $0) } == before)
            // Where SQLite looks for a journal of its own there is nothing yet: a file of that name would be taken for one.
            for name in ["a.db-journal", "a.db-wal"] {
                #expect(try Command.dcmfs(["export", archive, "\(series)/00001.dcm", folder + "/bound/" + name]).code == 1)
                #expect(access(folder + "/" + name, F_OK) != 0)
            }
        }
    }

    @Test func `nothing that exists is replaced without being told so, by any command`() throws {
        try withArchive { folder, archive, series in
            let target = folder + "/target.png"
            try Data("mine".utf8).write(to: URL(fileURLWithPath: target))
            let source = folder + "/data/00001.dcm"
            for arguments in [["export", archive, "\(series)/00001.png", target], ["render", source, "-o", target]] {
                let run = try Command.dcmfs(arguments)
                #expect(run.code == 1 && run.errors.contains("exists; replace it with --force"), "\(run.errors)")
                #expect(try bytes(target) == Data("mine".utf8))
            }
            // Not even with force: a picture takes the place of pictures only.
            #expect(try Command.dcmfs(["render", source, "--force", "-o", target]).code == 2)
            #expect(try bytes(target) == Data("mine".utf8))
            #expect(try Command.dcmfs(["export", "--force", archive, "\(series)/00001.png", target]).code == 0)
            #expect(try Command.dcmfs(["render", source, "--force", "-o", target]).code == 0)
            // A DICOM file that begins as a PNG does is no PNG.
            var twofold = [UInt8](try bytes(source))
            twofold.replaceSubrange(0..<8, with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
            try Data(twofold).write(to: URL(fileURLWithPath: target))
            #expect(try Command.dcmfs(["render", source, "--force", "-o", target]).code == 2)
            #expect(try Command.dcmfs(["thumbnail", source, target]).code == 2)
            #expect(try bytes(target) == Data(twofold))
        }
    }

    @Test func `no command's output is appended to a DICOM file or a database`() throws {
        try withArchive { folder, archive, series in
            for (target, words) in [
                ("data/00001.dcm", "header data/00002.dcm"), ("data/00001.dcm", "status a.db"), ("a.db", "find a.db --csv"),
                ("data/00002.dcm", "render data/00001.dcm -o -"), ("data/00002.dcm", "cat a.db '\(series)/00001.dcm'"),
            ] {
                let before = try bytes(folder + "/" + target)
                let script = "cd \"$1\" && \(MountedTree.program("dcmfs")) \(words) >>\(target)"
                let run = try Finished.run("/bin/sh", ["-c", script, "sh", folder])
                #expect(run.status == 2 && run.errors.contains("is not written to"), "\(words): \(run.errors)")
                #expect(try bytes(folder + "/" + target) == before)
            }
            let run = try Finished.run("/bin/sh", ["-c", "cd \"$1\" && echo x >list && \(MountedTree.program("dcmfs")) find a.db >>list", "sh", folder])
            #expect(run.status == 0)
        }
    }

    @Test func `exported pictures are compact, and show the same pixels as those of a mount`() throws {
        try withArchive { folder, archive, series in
            for suffix in ["png", "jpg"] {
                let path = "\(series)/00001.\(suffix)"
                #expect(try Command.dcmfs(["export", archive, path, folder + "/compact.\(suffix)"]).code == 0)
                #expect(try Command.dcmfs(["export", "--as-mounted", archive, path, folder + "/mounted.\(suffix)"]).code == 0)
                let (compact, mounted) = (try bytes(folder + "/compact.\(suffix)"), try bytes(folder + "/mounted.\(suffix)"))
                #expect(mounted == (try Command.dcmfs(["cat", archive, path]).output))
                #expect(compact.count < mounted.count / 2, "\(compact.count) of \(mounted.count)")
                #expect(compact == (try Command.dcmfs(["export", archive, path, "-"]).output))
                guard let compare = Finished.find("compare") else { continue }
                let run = try Finished.run(compare, ["-metric", "AE", folder + "/compact.\(suffix)", folder + "/mounted.\(suffix)", "null:"])
                #expect(run.status == 0, "\(run.errors) pixels differ")
            }
        }
    }

    @Test func `an update leaves alone what is equal, replaces what differs, and counts both`() throws {
        try withArchive { folder, archive, series in
            // With the slash it is the contents that are copied, whether the folder is there or not.
            let export = ["export", "-r", archive, "patients/", folder + "/out"]
            let first = try Command.dcmfs(export)
            #expect(first.code == 0 && first.text.hasPrefix("copied 8 files ("), "\(first.text)\(first.errors)")
            let again = try Command.dcmfs(export)
            #expect(again.code == 1 && again.errors.contains("8 files not copied"))
            let update = export + ["--update"]
            func inodes() throws -> [UInt] { try MountedTree.files(in: folder + "/out").compactMap { MountedTree.status($0).map { UInt($0.st_ino) } } }
            let before = try inodes()
            let equal = try Command.dcmfs(update)
            #expect(equal.code == 0 && equal.text == "copied 0 files (0 bytes), 8 equal and left alone\n", "\(equal.text)")
            #expect(try inodes() == before)
            let picture = folder + "/out/" + String(series.dropFirst("patients/".count)) + "/00001.png"
            let source = String(picture.dropLast(3)) + "dcm"
            let whole = try bytes(picture)
            try Data("half".utf8).write(to: URL(fileURLWithPath: picture))
            try Data("half".utf8).write(to: URL(fileURLWithPath: source))
            let mended = try Command.dcmfs(update)
            #expect(mended.code == 0 && mended.text.hasSuffix("6 equal and left alone\n"), "\(mended.text)")
            #expect(try bytes(picture) == whole)
            #expect(try bytes(source) == (try Command.dcmfs(["cat", archive, "\(series)/00001.dcm"]).output))
            // Another window has the same time and often the same size: the pixels decide.
            let other = try Command.dcmfs(["export", "--update", archive, "with/window=bone/\(series)/00001.png", picture])
            #expect(other.code == 0 && other.text.hasPrefix("copied 1 file ("))
            #expect(try bytes(picture) != whole)
        }
    }

    @Test func `the root is no folder to export: it holds every file once for each view`() throws {
        try withArchive { folder, archive, _ in
            for root in ["/", "", "with/size=64"] {
                let run = try Command.dcmfs(["export", "-r", archive, root, folder + "/out"])
                #expect(run.code == 2)
                #expect(run.errors.contains("name one view, such as") && run.errors.contains("patients"), "\(run.errors)")
                #expect(access(folder + "/out", F_OK) != 0)
            }
        }
    }

    @Test func `a folder that was there keeps its time when files are exported into it`() throws {
        try withArchive { folder, archive, series in
            try FileManager.default.createDirectory(atPath: folder + "/out/patients", withIntermediateDirectories: true)
            var times = [timespec(tv_sec: 1_000_000, tv_nsec: 0), timespec(tv_sec: 1_000_000, tv_nsec: 0)]
            #expect(utimensat(AT_FDCWD, folder + "/out/patients", &times, 0) == 0)
            #expect(try Command.dcmfs(["export", "-r", archive, "patients", folder + "/out"]).code == 0)
            // Something was put into it, so it is the time of that, never one that dcmfs made up.
            let status = try #require(MountedTree.status(folder + "/out/patients"))
            #expect(status.st_mtim.tv_sec > time(nil) - 600)
        }
    }

    @Test func `a window whose centre is negative is given as any other`() throws {
        try Command.withFolder { folder in
            let run = try Command.dcmfs(["render", Command.fixture, "--window", "-600_1500", "-o", folder + "/a.png"])
            #expect(run.code == 0, "\(run.errors)")
            #expect(try Command.dcmfs(["render", Command.fixture, "--with", "window=-600_1500", "-o", folder + "/b.png"]).code == 0)
            #expect(try bytes(folder + "/a.png") == bytes(folder + "/b.png"))
            #expect(try Command.dcmfs(["render", Command.fixture, "--window", "--size", "-o", folder + "/c.png"]).code == 2)
        }
    }

    /// The order of the calls is the promise: a power cut between any two of them leaves nothing, or the whole file, under the name.
    @Test(.enabled(if: Finished.find("strace") != nil)) func `a file gets its name in one step that replaces nothing, after its bytes are on the disk`() throws {
        try withArchive { folder, archive, series in
            let strace = try #require(Finished.find("strace"))
            for (option, call) in [([], "RENAME_NOREPLACE"), (["--force"], "rename(")] {
                let log = folder + "/trace"
                let words = ["export"] + option + [archive, "\(series)/00001.dcm", folder + "/copy.dcm"]
                let calls = "trace=fsync,rename,renameat,renameat2,link,linkat,close"
                let run = try Finished.run(strace, ["-f", "-y", "-e", calls, "-o", log, MountedTree.program("dcmfs")] + words)
                #expect(run.status == 0, "\(run.errors)")
                let lines = String(decoding: Corpus.bytes(log), as: UTF8.self).split(separator: "\n")
                let named = try #require(lines.firstIndex { $0.contains("/copy.dcm\"") })
                #expect(lines[named].contains(call) && lines[named].contains(".dcmfs-export-"), "\(lines[named])")
                #expect(lines[..<named].contains { $0.contains("fsync(") && $0.contains(".dcmfs-export-") })
                #expect(lines[named...].contains { $0.contains("fsync(") && $0.contains("<\(folder)>") })
            }
        }
    }
}
