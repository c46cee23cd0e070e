import Foundation
import Glibc
import TestSupport
import Testing

private let namespaces = getuid() == 0 ? ["-m"] : ["-rm"]
private let canHideEtc = (try? Finished.run("/usr/bin/unshare", namespaces + ["mount", "-t", "tmpfs", "tmpfs", "/etc"]))?.status == 0

@Suite(.serialized, .timeLimit(.minutes(3))) struct DoctorTests {
    private struct Report {
        let status: Int32
        let isWell: Bool
        /// Section, check, level, message, remedy.
        let findings: [(section: String, check: String, level: String, message: String, remedy: String)]

        func finding(_ section: String, _ check: String) -> (level: String, message: String, remedy: String)? {
            findings.first { $0.section == section && $0.check == check }.map { ($0.level, $0.message, $0.remedy) }
        }
    }

    private func doctor(_ arguments: [String], worker: String? = nil) throws -> Report {
        let environment = worker.map { ["DCMFS_WORKER=\($0)"] } ?? []
        let run = try Finished.run("/usr/bin/env", environment + [MountedTree.program("dcmfs"), "doctor", "--json"] + arguments)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        var findings: [(String, String, String, String, String)] = []
        for (section, list) in object {
            for item in list as? [[String: String]] ?? [] {
                findings.append((section, item["check"] ?? "", item["level"] ?? "", item["message"] ?? "", item["remedy"] ?? ""))
            }
        }
        let isWell = try #require(object["ok"] as? Bool)
        #expect(isWell == !findings.contains { $0.2 == "problem" })
        #expect(run.status == (isWell ? 0 : 1))
        #expect(findings.allSatisfy { $0.2 == "good" || !$0.4.isEmpty }, "whatever is not good says how to mend it")
        return Report(status: run.status, isWell: isWell, findings: findings)
    }

    /// An archive over a copy of fixtures that a test may change.
    private func copiedTree() throws -> (tree: MountedTree, sources: String) {
        let tree = try MountedTree(indexing: [])
        try FileManager.default.copyItem(atPath: Corpus.projectRoot + "/Fixtures/ct", toPath: tree.folder + "/sources")
        let indexed = try Finished.run(MountedTree.program("dcmfs"), ["index", "--quiet", "--names=plain", tree.archive, tree.folder + "/sources"])
        #expect(indexed.status == 0, "\(indexed.errors)")
        return (tree, tree.folder + "/sources")
    }

    @Test func `the installation's parts are all looked at`() throws {
        let report = try doctor([])
        for check in [
            "fuse-device", "fusermount", "mount-table", "allow-other", "libfuse", "mount-helper", "worker", "landlock", "seccomp", "decoders",
        ] {
            #expect(report.finding("installation", check) != nil, "\(check)")
        }
        #expect(report.finding("installation", "worker")?.level == "good")
    }

    @Test(.enabled(if: canHideEtc, "needs user or mount namespaces"))
    func `without /etc/mtab, where ordinary users cannot unmount, it says how to make one`() throws {
        let hidden = ["sh", "-c", "mount -t tmpfs tmpfs /etc && exec \"$0\" doctor --json", MountedTree.program("dcmfs")]
        let run = try Finished.run("/usr/bin/unshare", namespaces + hidden)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let findings = try #require(object["installation"] as? [[String: String]])
        let table = try #require(findings.first { $0["check"] == "mount-table" })
        #expect(table["level"] != "good")
        #expect(table["remedy"]?.contains("ln -s ../proc/self/mounts /etc/mtab") == true)
    }

    @Test func `an archive that may not be read is its owner's, not one to be made`() throws {
        let (tree, _) = try copiedTree()
        func remedy(_ archive: String) throws -> String {
            // Root without the capabilities by which it reads everything.
            let mortal = getuid() == 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : []
            let run = try Finished.run("/usr/bin/env", mortal + [MountedTree.program("dcmfs"), "doctor", "--json", archive])
            let object = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
            let finding = try #require((object["archive"] as? [[String: String]])?.first)
            #expect(finding["level"] == "problem" && finding["message"]?.contains("Permission denied") == true)
            return finding["remedy"] ?? ""
        }
        chmod(tree.archive, 0)
        #expect(try remedy(tree.archive).contains("owner"))
        let locked = tree.folder + "/locked"
        try FileManager.default.createDirectory(atPath: locked, withIntermediateDirectories: false)
        chmod(locked, 0)
        #expect(try remedy(locked + "/archive.db").contains("owner"))
        chmod(locked, 0o700)
    }

    @Test func `a worker that is missing or foreign is a problem`() throws {
        let missing = try #require(try doctor([], worker: "/nonexistent").finding("installation", "worker"))
        #expect(missing.level == "problem" && missing.message.contains("/nonexistent"))
        let foreign = try #require(try doctor([], worker: "/bin/true").finding("installation", "worker"))
        #expect(foreign.level == "problem" && foreign.remedy.contains("reinstall"))
    }

    @Test func `a good archive is good, and an odd one says what it is`() throws {
        let (tree, sources) = try copiedTree()
        let good = try doctor([tree.archive])
        #expect(good.finding("archive", "archive")?.level == "good")
        #expect(good.finding("archive", "sources")?.level == "good")
        #expect(good.finding("archive", "permissions") == nil)

        chmod(tree.archive, 0o644)
        #expect(try doctor([tree.archive]).finding("archive", "permissions")?.level == "note")

        let changed = try FileManager.default.contentsOfDirectory(atPath: sources).sorted()[0]
        try Data("changed".utf8).write(to: URL(fileURLWithPath: sources + "/" + changed))
        let sample = try #require(try doctor([tree.archive]).finding("archive", "sources"))
        #expect(sample.level == "problem" && sample.remedy.contains("dcmfs index"))

        try FileManager.default.moveItem(atPath: sources, toPath: tree.folder + "/elsewhere")
        let moved = try #require(try doctor([tree.archive]).finding("archive", "sources"))
        #expect(moved.level == "problem" && moved.remedy.contains("relocate") && moved.message.contains("No such file"))
    }

    @Test func `what is no archive, a newer one or a damaged one is a problem`() throws {
        let (tree, _) = try copiedTree()
        #expect(try doctor([tree.folder + "/none.db"]).finding("archive", "archive")?.level == "problem")
        let text = tree.folder + "/text.db"
        try Data("no database at all, only text".utf8).write(to: URL(fileURLWithPath: text))
        #expect(try doctor([text]).finding("archive", "not-an-archive")?.level == "problem")

        // user_version is the big-endian word at byte 60 of the file (SQLite file format, 1.3).
        var bytes = try Data(contentsOf: URL(fileURLWithPath: tree.archive))
        bytes[63] = 200
        try bytes.write(to: URL(fileURLWithPath: tree.folder + "/newer.db"))
        #expect(try doctor([tree.folder + "/newer.db"]).finding("archive", "newer-version")?.remedy.contains("upgrade") == true)

        bytes[63] = 1
        for offset in stride(from: 3 * 4096, to: bytes.count, by: 4096) { bytes.replaceSubrange(offset..<offset + 64, with: Data(count: 64)) }
        try bytes.write(to: URL(fileURLWithPath: tree.folder + "/damaged.db"))
        let report = try doctor([tree.folder + "/damaged.db"])
        #expect(report.findings.contains { $0.section == "archive" && $0.level == "problem" })
    }

    @Test(.enabled(if: MountedTree.isPossible)) func `a mount is recognised: none, alive, of another archive, dead, foreign`() throws {
        let (tree, _) = try copiedTree()
        func mount(_ archive: String, _ point: String) throws -> (level: String, message: String, remedy: String) {
            try #require(try doctor([archive, point]).finding("mount", "mount"))
        }
        let none = try mount(tree.archive, tree.point)
        #expect(none.level == "problem" && none.remedy.contains("dcmfs mount"))
        #expect(try mount(tree.archive, tree.folder + "/none").remedy.contains("mkdir"))
        #expect(try mount(tree.archive, "/proc").message.contains("proc"))

        try tree.mount()
        let alive = try mount(tree.archive, tree.point)
        #expect(alive.level == "good" && alive.message.contains(tree.archive))
        let (other, _) = try copiedTree()
        #expect(try mount(other.archive, tree.point).message.contains("another archive"))

        kill(try #require(tree.processes().first), SIGKILL)
        #expect(MountedTree.wait { tree.processes().isEmpty })
        let dead = try mount(tree.archive, tree.point)
        #expect(dead.level == "problem" && dead.message.contains("dead"))
    }
}
