import DICOM
import Foundation
import Glibc
import TestSupport
import Testing

private let fixtures = Corpus.projectRoot + "/Fixtures/ct"

/// The archive, the worker and the limits of the system give way under a mount or an index (reliability rows D1-D17).
@Suite(.serialized, .enabled(if: MountedTree.isPossible), .timeLimit(.minutes(10))) struct SystemFaultTests {
    private let dcmfs = MountedTree.program("dcmfs")

    @Test func `D7 an archive that is removed or replaced under a mount is an error, never another archive's files`() throws {
        let tree = try MountedTree(mounting: [fixtures], options: ["-o", "entry_timeout=0,attr_timeout=0"])
        let files = try tree.files("patients")
        let whole = try MountedTree.contents(files[0])
        rename(tree.archive, tree.folder + "/away.db")
        #expect(MountedTree.wait { (try? tree.files("patients")) == nil })
        #expect(throws: POSIXError.self) { try MountedTree.contents(files[0]) }
        try SourceFaultTests.fill(tree.folder + "/other", 3, bytes: 10)
        #expect(try Finished.run(dcmfs, ["index", "--quiet", "--names=plain", tree.archive, tree.folder + "/other"]).status == 0)
        usleep(1_000_000)
        #expect((try? tree.files("patients")) == nil)
        #expect(throws: POSIXError.self) { try MountedTree.contents(files[0]) }
        // Put back, it is the same archive again.
        rename(tree.folder + "/away.db", tree.archive)
        #expect(MountedTree.wait { (try? tree.files("patients")) == files })
        #expect(try MountedTree.contents(files[0]) == whole)
        try tree.unmount()
        #expect(MountedTree.wait { tree.processes().isEmpty })
    }

    @Test func `D7 an archive that is cut short under a mount is an error, and the mount lives on`() throws {
        let tree = try MountedTree(mounting: [fixtures], options: ["-o", "entry_timeout=0,attr_timeout=0"])
        let files = try tree.files("patients")
        truncate(tree.archive, 8192)
        _ = try? tree.files("patients")
        _ = files.map { try? MountedTree.contents($0) }
        truncate(tree.archive, 0)
        _ = try? tree.files("patients")
        #expect(tree.processes().count == 1 && tree.isMounted)
        #expect(try Finished.run(dcmfs, ["status", tree.archive]).status == 1)
        try tree.unmount()
    }

    @Test func `a worker program that is replaced or removed under a mount does not disturb it`() throws {
        let tree = try MountedTree(indexing: [fixtures])
        let worker = tree.folder + "/worker"
        try FileManager.default.copyItem(atPath: MountedTree.program("dcmfs-worker"), toPath: worker)
        let mounted = try Finished.run("/usr/bin/env", ["DCMFS_WORKER=" + worker, dcmfs, "mount", tree.archive, tree.point])
        #expect(mounted.status == 0, "\(mounted.errors)")
        let texts = try tree.files("patients").filter { $0.hasSuffix(".txt") }
        _ = try MountedTree.contents(texts[0])
        try FileManager.default.removeItem(atPath: worker)
        try Data("#!/bin/false\n".utf8).write(to: URL(fileURLWithPath: worker))
        for process in tree.processes(named: "dcmfs-worker") { kill(process, SIGKILL) }
        for text in texts { #expect(try !MountedTree.contents(text).isEmpty) }
        try FileManager.default.removeItem(atPath: worker)
        let none = try Finished.run("/usr/bin/env", ["DCMFS_WORKER=" + worker, dcmfs, "index", tree.folder + "/new.db", fixtures])
        #expect(none.status == 1 && none.errors.contains("No such file"), "\(none.errors)")
    }

    @Test func `D13 R17 with 64 descriptors an index is complete, and a mount runs out for a while only`() throws {
        guard let prlimit = Finished.find("prlimit") else { return print("D13: prlimit is not installed: not seen") }
        let tree = try MountedTree(indexing: [])
        try SourceFaultTests.fill(tree.folder + "/sources", 150, bytes: 300_000)
        let limit = ["--nofile=64:64", dcmfs]
        let index = try Finished.run(prlimit, limit + ["index", "--json", "--names=plain", tree.archive, tree.folder + "/sources"])
        #expect(index.status == 0 && index.output.contains("\"new\":150"), "\(index.output) \(index.errors)")
        let mounted = try Finished.run(prlimit, limit + ["mount", "-o", "show=dcm+txt", tree.archive, tree.point])
        #expect(mounted.status == 0, "\(mounted.errors)")
        let files = try tree.files("patients").filter { $0.hasSuffix(".dcm") }
        var open: [CInt] = []
        var errors: Set<CInt> = []
        for file in files {
            let descriptor = Glibc.open(file, O_RDONLY)
            if descriptor >= 0 { open.append(descriptor) } else { errors.insert(errno) }
        }
        #expect(errors == [EMFILE] && open.count >= 8, "\(errors) \(open.count)")
        #expect(try tree.files("patients").count == 300)
        var byte: UInt8 = 0
        for descriptor in open { #expect(pread(descriptor, &byte, 1, 200_000) == 1) }
        for descriptor in open { close(descriptor) }
        #expect(MountedTree.wait { (try? MountedTree.contents(files[0])) != nil })
        for file in files { #expect(try MountedTree.contents(file).count > 300_000) }
        #expect(try !MountedTree.contents(files[0].replacingOccurrences(of: ".dcm", with: ".txt")).isEmpty)
        try tree.unmount()
        let least = try Finished.run(prlimit, ["--nofile=12:12", dcmfs, "index", tree.folder + "/new.db", tree.folder + "/sources"])
        #expect(least.status == 1 && !least.errors.isEmpty, "\(least.status) \(least.errors)")
    }

    @Test func `D14 a worker that runs out of memory dies alone, and is the first that the system would end`() throws {
        guard let prlimit = Finished.find("prlimit") else { return print("D14: prlimit is not installed: not seen") }
        let tree = try MountedTree(mounting: [Corpus.projectRoot + "/Fixtures"])
        let files = try tree.files("patients")
        // What is made by workers, and what is not.
        let pictures = files.filter { $0.hasSuffix(".png") || $0.hasSuffix(".jpg") }
        _ = try MountedTree.contents(pictures[0])
        let server = try #require(tree.processes().first)
        var starved: Set<pid_t> = []
        for picture in pictures.dropFirst() {
            for worker in tree.processes(named: "dcmfs-worker") where starved.insert(worker).inserted {
                #expect(MountedTree.wait { Self.score(worker) > Self.score(server) })
                _ = try Finished.run(prlimit, ["--as=1000000:1000000", "--pid", "\(worker)"])
            }
            // Its length is right, or it is an error.
            if let bytes = try? MountedTree.contents(picture) { #expect(bytes.count == Int(MountedTree.status(picture)?.st_size ?? -1)) }
        }
        #expect(starved.count > 1, "no worker died")
        for file in files where file.hasSuffix(".dcm") { #expect(try !MountedTree.contents(file).isEmpty) }
        #expect(tree.processes() == [server])
        try tree.unmount()
        try tree.mount()
        let errors = pictures.compactMap(SourceFaultTests.error)
        #expect(errors.count < pictures.count / 2, "\(errors)")
    }

    private static func score(_ process: pid_t) -> Int {
        let text = String(decoding: FileManager.default.contents(atPath: "/proc/\(process)/oom_score_adj") ?? Data(), as: UTF8.self)
        return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    }

    @Test func `D21 an index never enters a mount that lies among its sources`() throws {
        let tree = try MountedTree(mounting: [fixtures])
        let files = try tree.files().count
        let below = try Finished.run(dcmfs, ["index", "--json", "--names=plain", tree.archive, tree.folder])
        #expect(below.status == 0 && below.output.contains("\"dcmfs-mount\":1"), "\(below.output) \(below.errors)")
        #expect(below.output.contains("\"new\":0"), "\(below.output)")
        let itself = try Finished.run(dcmfs, ["index", "--names=plain", tree.archive, tree.point + "/patients"])
        #expect(itself.status == 1 && itself.errors.contains("dcmfs mount"), "\(itself.errors)")
        #expect(MountedTree.wait { (try? tree.files().filter { !$0.contains("/problems/") }.count) ?? 0 >= files })
    }

    @Test func `D10 two runs of index at once wait for each other and agree`() throws {
        let tree = try MountedTree(indexing: [])
        try SourceFaultTests.fill(tree.folder + "/sources", 120, bytes: 10)
        let runs = try (0..<2).map { _ in try start(["index", "--quiet", "--names=plain", tree.archive, tree.folder + "/sources"]) }
        for run in runs {
            run.waitUntilExit()
            #expect(run.terminationReason == .exit && run.terminationStatus == 0)
        }
        let alone = tree.folder + "/alone.db"
        #expect(try Finished.run(dcmfs, ["index", "--quiet", "--names=plain", alone, tree.folder + "/sources"]).status == 0)
        let dumps = try [tree.archive, alone].map { try Finished.run(dcmfs, ["dump", $0]).output }
        #expect(dumps[0] == dumps[1] && dumps[0].contains("instance"))
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP, SIGKILL])
    func `D1 D16 an index that is ended by a signal goes on at the next run`(signal: CInt) throws {
        let tree = try MountedTree(indexing: [])
        try SourceFaultTests.fill(tree.folder + "/sources", 300, bytes: 10)
        let run = try start(["index", "--quiet", "--names=plain", tree.archive, tree.folder + "/sources"])
        #expect(MountedTree.wait { FileManager.default.fileExists(atPath: tree.archive + "-wal") || !run.isRunning })
        usleep(UInt32.random(in: 0...60_000))
        kill(run.processIdentifier, signal)
        run.waitUntilExit()
        if signal != SIGKILL { #expect(!FileManager.default.fileExists(atPath: tree.archive + "-wal")) }
        let next = try Finished.run(dcmfs, ["index", "--quiet", "--names=plain", tree.archive, tree.folder + "/sources"])
        #expect(next.status == 0, "\(next.errors)")
        #expect(try Finished.run(dcmfs, ["status", "--json", tree.archive]).output.contains("\"instances\":300"))
        #expect(try Finished.run(dcmfs, ["verify", tree.archive]).status == 0)
    }

    @Test func `D7 an index whose archive is removed meanwhile does not claim success`() throws {
        let tree = try MountedTree(indexing: [])
        try SourceFaultTests.fill(tree.folder + "/sources", 600, bytes: 10)
        let run = try start(["index", "--quiet", "--names=plain", tree.archive, tree.folder + "/sources"])
        #expect(MountedTree.wait { FileManager.default.fileExists(atPath: tree.archive + "-wal") || !run.isRunning })
        let wasRunning = run.isRunning
        unlink(tree.archive)
        run.waitUntilExit()
        #expect(!wasRunning || run.terminationStatus == 1)
    }

    @Test func `D16 R17 mounts leave no process, descriptor or mount behind, with readers or without`() throws {
        let tree = try MountedTree(indexing: [fixtures])
        let own = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        for cycle in 0..<(Self.isDeep ? 100 : 8) {
            try tree.mount()
            let files = try tree.files("patients")
            let readers = try (0..<2).map { try SourceFaultTests.reader(files[($0 + cycle) % files.count]) }
            _ = try? MountedTree.contents(files[cycle % files.count])
            try tree.unmount(["--lazy"])
            for reader in readers { reader.waitUntilExit() }
            #expect(MountedTree.wait { tree.processes().isEmpty })
            #expect(!tree.isMounted)
        }
        #expect(MountedTree.wait { tree.processes(named: "dcmfs-worker").isEmpty })
        #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count <= own + 2)
    }

    @Test func `R2 R17 sixty-four readers at once get what one gets, and all descriptors come back`() throws {
        let tree = try MountedTree(indexing: [])
        try SourceFaultTests.fill(tree.folder + "/sources", 64)
        #expect(try Finished.run(dcmfs, ["index", "--quiet", "--names=plain", tree.archive, tree.folder + "/sources"]).status == 0)
        try tree.mount(["-o", "show=dcm+txt"])
        let server = try #require(tree.processes().first)
        let files = try tree.files("patients")
        let before = try files.map { try MountedTree.contents($0) }
        let descriptors = Self.descriptors(of: server)
        let wrong = Locked(0)
        let group = DispatchGroup()
        for start in 0..<64 {
            group.enter()
            Thread {
                for step in 0..<8 {
                    let index = (start * 7 + step * 13) % files.count
                    if (try? MountedTree.contents(files[index])) != before[index] { wrong.with { $0 += 1 } }
                }
                group.leave()
            }.start()
        }
        group.wait()
        #expect(wrong.with { $0 } == 0)
        // Connections may be kept; open files may not.
        #expect(MountedTree.wait { Self.descriptors(of: server) <= descriptors + 16 })
        #expect(tree.processes().count == 1)
    }

    @Test func `D17 a closed standard output or a reader that goes away is no crash`() throws {
        let tree = try MountedTree(indexing: [fixtures])
        for command in [
            "status '\(tree.archive)' >&-", "verify '\(tree.archive)' >&- 2>&-", "dump '\(tree.archive)' | head -n 1", "--help | head -c 1",
        ] {
            let result = try Finished.run("/bin/sh", ["-c", "'\(dcmfs)' \(command)"])
            #expect(![SIGILL, SIGTRAP, SIGSEGV, SIGABRT].map { 128 + $0 }.contains(result.status), "\(command): \(result.status)")
        }
        for command in ["status", "find", "find --json", "dump"] {
            let full = try Finished.run("/bin/sh", ["-c", "'\(dcmfs)' \(command) '\(tree.archive)' >/dev/full"])
            #expect(full.status == 1, "\(command): lost output is a failure")
        }
        let mounted = try Finished.run("/bin/sh", ["-c", "'\(dcmfs)' mount '\(tree.archive)' '\(tree.point)' <&- >&- 2>&-"])
        #expect(mounted.status == 0 && tree.isMounted)
        for file in try tree.files("patients") where file.hasSuffix(".dcm") { #expect(try !MountedTree.contents(file).isEmpty) }
    }

    private static let isDeep = ProcessInfo.processInfo.environment["DCMFS_DEEP"] == "1"

    private static func descriptors(of process: pid_t) -> Int {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd")) ?? []).count
    }

    private func start(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: dcmfs)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }
}
