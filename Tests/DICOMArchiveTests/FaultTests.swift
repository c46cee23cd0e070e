import Foundation
import Locks
import TestSupport
import Testing

@testable import DICOMArchive

/// Full disks, power cuts, files that vanish, clocks and times that are wrong (reliability rows D2, D4-D7, D12, N13-N15, R5, R15).
@Suite struct FaultTests {
    private static let isDeep = ProcessInfo.processInfo.environment["DCMFS_DEEP"] == "1"

    private func filled(_ count: Int, payload: Int = 0) throws -> ArchiveFixture {
        let fixture = try ArchiveFixture()
        for number in 1...count {
            let payload = String(repeating: "x", count: payload)
            try fixture.write("s\(number % 5)/\(number)", dicom(instance: "1.9.\(number)", number: "\(number)", payload: payload))
        }
        return fixture
    }

    @Test(.enabled(if: getuid() == 0, "only root can make a small disk"))
    func `D4 a full disk ends an index with a clear error, keeps what was acknowledged, and the next run goes on`() throws {
        let fixture = try filled(1200)
        let disk = fixture.folder + "/disk"
        mkdir(disk, 0o700)
        #expect(try Finished.run("/bin/mount", ["-t", "tmpfs", "-o", "size=700k", "tmpfs", disk]).status == 0)
        // For a test that ends early: at its usual end there may be nothing left to unmount.
        defer { _ = try? Finished.run("/bin/umount", ["-l", disk]) }
        let database = Array((disk + "/archive.db").utf8)
        let durable = Mutex(0)
        func run() throws -> IndexReport {
            let archive = try Archive.open(path: database, mode: .create)
            defer { archive.close() }
            var options = IndexOptions()
            options.filesPerTransaction = 50
            options.onProgress = { progress in if progress.isCommit { durable.withLock { $0 = max($0, progress.durable) } } }
            return try Indexer.index([Array(fixture.sources.utf8)], into: archive, parser: InProcessParser(), options: options)
        }
        #expect { try run() } throws: { "\($0)".contains("full") }
        #expect(durable.withLock { $0 } > 0)
        let archive = try Archive.open(path: database, mode: .readOnly)
        #expect(try archive.counts().instances >= durable.withLock { $0 })
        #expect(try archive.verify { _ in }.isIntact)
        archive.close()
        #expect(try Finished.run("/bin/mount", ["-o", "remount,size=64m", disk]).status == 0)
        #expect(try run().unchanged > 0)
        let whole = try Archive.open(path: database, mode: .readOnly)
        defer { whole.close() }
        #expect(try whole.counts().instances == 1200)
        #expect(try whole.verify { _ in }.isIntact)
    }

    @Test(.enabled(if: getuid() == 0, "only root can mount a disk"), arguments: [true, false])
    func `a disk that is unmounted inside an indexed folder loses nothing, even beside the archive and when pruned`(isBeside: Bool) throws {
        let fixture = try ArchiveFixture()
        let other = try ArchiveFixture()
        let sources = isBeside ? fixture.sources : other.sources
        let disk = sources + "/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        #expect(try Finished.run("/bin/mount", ["-t", "tmpfs", "tmpfs", disk]).status == 0)
        // For a test that ends early: at its usual end there may be nothing left to unmount.
        defer { _ = try? Finished.run("/bin/umount", ["-l", disk]) }
        try (isBeside ? fixture : other).write("disk/1", dicom(instance: "1.1"))
        try (isBeside ? fixture : other).write("local", dicom(instance: "1.2", number: "2"))
        try fixture.index([sources])
        #expect(try Finished.run("/bin/umount", [disk]).status == 0)
        let report = try fixture.index([sources]) { $0.prunes = true }
        #expect(report.gone == 0 && report.pruned == 0 && report.failedFolders.count == 1)
        // Given by itself.
        let failed = try fixture.index([disk]) { $0.prunes = true }
        #expect(failed.pruned == 0 && failed.failedPaths.count == 1)
        try Data("x".utf8).write(to: URL(fileURLWithPath: disk + "/note"))
        #expect(try fixture.index([disk]) { $0.prunes = true }.failedPaths.count == 1)
        let archive = try fixture.open()
        defer { archive.close() }
        #expect(try archive.counts().instances == 2)
    }

    @Test(.enabled(if: getuid() == 0, "only root can mount a disk"))
    func `a disk whose mount point went with it loses nothing when the rest is pruned`() throws {
        let fixture = try ArchiveFixture()
        let other = try ArchiveFixture()
        let disk = other.sources + "/usb"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        #expect(try Finished.run("/bin/mount", ["-t", "tmpfs", "tmpfs", disk]).status == 0)
        // For a test that ends early: at its usual end there may be nothing left to unmount.
        defer { _ = try? Finished.run("/bin/umount", ["-l", disk]) }
        try other.write("usb/a/1", dicom(instance: "1.1"))
        try other.write("usb/b/1", dicom(instance: "1.2", number: "2"))
        try other.write("local/1", dicom(instance: "1.3", number: "3"))
        try other.write("stays", dicom(instance: "1.4", number: "4"))
        try fixture.index([other.sources])
        #expect(try Finished.run("/bin/umount", [disk]).status == 0)
        try FileManager.default.removeItem(atPath: disk)
        try FileManager.default.removeItem(atPath: other.sources + "/local")
        #expect(try fixture.index([other.sources]).gone == 3)
        // Whether a run without --prune came first or not, and however often.
        for expected in [1, 0] {
            let report = try fixture.index([other.sources]) { $0.prunes = true }
            #expect(report.pruned == expected && report.warnings.count == 1)
            #expect(report.warnings.first?.contains("/usb/a and 1 more lay on a disk that is not there") == true)
        }
        let archive = try fixture.open()
        defer { archive.close() }
        #expect(try archive.counts().instances == 3)
        let writer = try Archive.open(path: archive.path, mode: .readWrite)
        defer { writer.close() }
        #expect(try writer.forgetGone() == 2)
    }

    @Test(.enabled(if: getuid() == 0, "only root can mount a disk"))
    func `an archive that moves to another disk with its sources is taken as it is`() throws {
        let fixture = try filled(10)
        try fixture.index()
        let disk = fixture.folder + "-disk"
        mkdir(disk, 0o700)
        #expect(try Finished.run("/bin/mount", ["-t", "tmpfs", "tmpfs", disk]).status == 0)
        defer {
            // For a test that ends early: at its usual end there may be nothing left to unmount.
            _ = try? Finished.run("/bin/umount", ["-l", disk])
            rmdir(disk)
        }
        // Not even times are kept; one folder has lost a file on the way.
        #expect(try Finished.run("/bin/cp", ["-r", fixture.folder + "/.", disk]).status == 0)
        #expect(unlink(disk + "/sources/s1/1") == 0)
        let archive = try Archive.open(path: Array((disk + "/archive.db").utf8), mode: .readWrite)
        defer { archive.close() }
        let report = try Indexer.index([Array((disk + "/sources").utf8)], into: archive, parser: InProcessParser(), options: IndexOptions())
        #expect(report.warnings.isEmpty && report.failedPaths.isEmpty && report.found == 9 && report.gone == 1)
    }

    /// What a disk may hold after a power cut: the database and its log as they were at some moment, of the log any part of
    /// what was written after the last acknowledged batch.
    @Test func `D2 R5 whatever a power cut leaves is a whole archive with every acknowledged batch`() throws {
        let fixture = try filled(Self.isDeep ? 1500 : 200)
        let cuts = Mutex(0)
        let problems = Mutex<[String]>([])
        let folder = fixture.folder
        let database = fixture.database
        let chance = 3
        try fixture.index { options in
            options.filesPerRequest = 2
            options.filesPerTransaction = 7
            options.onProgress = { progress in
                guard Int.random(in: 0..<chance) == 0 else { return }
                let number = cuts.withLock {
                    $0 += 1
                    return $0
                }
                do {
                    if let problem = try Self.cut(database, folder + "/cut\(number).db", durable: progress.durable) {
                        problems.withLock { $0.append(problem) }
                    }
                } catch {
                    problems.withLock { $0.append("\(error)") }
                }
            }
        }
        #expect(problems.withLock { $0 } == [])
        #expect(cuts.withLock { $0 } > 10)
    }

    /// Copies what is on the disk, cuts the log behind its last commit at random, opens the copy.
    private static func cut(_ database: String, _ copy: String, durable: Int) throws -> String? {
        let log = database + "-wal"
        try FileManager.default.copyItem(atPath: database, toPath: copy)
        if FileManager.default.fileExists(atPath: log) {
            var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: log)))
            let kept = lastCommit(bytes)
            if bytes.count > kept {
                bytes.removeLast(Int.random(in: 0...bytes.count - kept))
                // A torn sector in the part that nobody was promised.
                if bytes.count > kept { bytes[Int.random(in: kept..<bytes.count)] ^= 0x40 }
            }
            try Data(bytes).write(to: URL(fileURLWithPath: copy + "-wal"))
        }
        let archive = try Archive.open(path: Array(copy.utf8), mode: .readWrite)
        let count = try archive.counts().instances
        let isIntact = try archive.verify { _ in }.isIntact
        let isSealed = archive.close()
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: copy + suffix) }
        return isIntact && isSealed && count >= durable ? nil : "\(count) of \(durable) instances, intact \(isIntact), sealed \(isSealed)"
    }

    /// Where the last committed frame of a write-ahead log ends (SQLite's file format, section 4.1): frames carry the size
    /// of the database in their second word when they end a transaction, and the salts of the log while they are valid.
    private static func lastCommit(_ log: [UInt8]) -> Int {
        guard log.count >= 32 else { return 0 }
        func word(_ at: Int) -> UInt32 { log[at..<at + 4].reduce(0) { $0 << 8 | UInt32($1) } }
        let page = Int(word(8))
        var (position, end) = (32, 32)
        while position + 24 + page <= log.count, log[position + 8..<position + 16] == log[16..<24] {
            position += 24 + page
            if word(position - page - 20) != 0 { end = position }
        }
        return end
    }

    @Test func `D11 N15 files that vanish between listing and opening are gone, and no error`() throws {
        let fixture = try filled(40)
        let first = try fixture.index()
        #expect(first.new == 40)
        for number in 1...40 { try fixture.write("s\(number % 5)/\(number)", dicom(instance: "1.9.\(number)", number: "\(number)", payload: "new")) }
        try fixture.write("late", dicom(instance: "1.9.77"))
        let report = try fixture.index { options in
            options.isIncomplete = { path, _ in
                // Asked after the folder was listed and before the file is opened.
                if path.last == UInt8(ascii: "7") { unlink(String(decoding: path, as: UTF8.self)) }
                return false
            }
            options.filesPerRequest = 1
        }
        #expect(report.gone == 4 && report.changed == 36 && report.new == 1, "\(report)")
        #expect(report.isBalanced && report.setAside.isEmpty)
        #expect(try fixture.tree().count == 41)
    }

    @Test func `D12 no time of a file or clock is too strange`() throws {
        let fixture = try filled(3)
        let watcher = try FolderWatcher([Array(fixture.sources.utf8)], ignoring: { _ in false })
        for time in [Int64.min, -1, 0, 1, .max] { #expect(!watcher.isIncomplete(Array("/none".utf8), mtimeNs: time)) }
        let disk = getuid() == 0 ? "/dev/shm/dcmfs-\(UInt64.random(in: 0...UInt64.max))" : fixture.folder + "/times"
        mkdir(disk, 0o700)
        defer { try? FileManager.default.removeItem(atPath: disk) }
        let times = [Int.min, -9_300_000_000, -2_208_988_800, -1, 0, 4_102_444_800, 9_300_000_000, Int.max]
        for (number, seconds) in times.enumerated() {
            let path = "\(disk)/\(number)"
            try Data(dicom(instance: "1.8.\(number)", number: "\(number + 1)")).write(to: URL(fileURLWithPath: path))
            utimensat(AT_FDCWD, path, [timespec(tv_sec: seconds, tv_nsec: 999_999_999), timespec(tv_sec: seconds, tv_nsec: 999_999_999)], 0)
        }
        for _ in 0..<2 {
            let report = try fixture.index([disk]) { options in options.isIncomplete = { watcher.isIncomplete($0, mtimeNs: $1) } }
            #expect(report.found + report.waiting == times.count && report.setAside.isEmpty)
        }
        #expect(try fixture.instances().count == times.count)
    }

    @Test(.enabled(if: getuid() == 0, "only root can make a read-only disk"))
    func `D5 R15 from a read-only disk a sealed archive is served and an unsealed one refused`() throws {
        let fixture = try filled(5)
        try fixture.index()
        let bind = fixture.folder + "/bind"
        mkdir(bind, 0o700)
        let source = fixture.folder + "/medium"
        mkdir(source, 0o700)
        try FileManager.default.copyItem(atPath: fixture.database, toPath: source + "/archive.db")
        #expect(try Finished.run("/bin/mount", ["--bind", "-o", "ro", source, bind]).status == 0)
        // For a test that ends early: at its usual end there may be nothing left to unmount.
        defer { _ = try? Finished.run("/bin/umount", ["-l", bind]) }
        let path = Array((bind + "/archive.db").utf8)
        // Owners on a disc say nothing about who made it.
        #expect { try Archive.open(path: path, mode: .readOnly) } throws: { ($0 as? ArchiveError)?.code == .untrusted && "\($0)".contains("read-only") }
        let archive = try Archive.open(path: path, mode: .readOnly, isTrusted: true)
        #expect(try archive.counts().instances == 5)
        archive.close()
        #expect(try FileManager.default.contentsOfDirectory(atPath: source) == ["archive.db"])
        #expect(throws: ArchiveError.self) { try Archive.open(path: path, mode: .readWrite, isTrusted: true) }
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: source + "/archive.db-wal"))
        #expect { try Archive.open(path: path, mode: .readOnly, isTrusted: true) } throws: {
            ($0 as? ArchiveError)?.code == .unsealed && "\($0)".contains("dcmfs status --close")
        }
    }

    @Test func `D6 a lock of another program makes a writer wait, and keeps no reader of an open archive waiting`() throws {
        let fixture = try filled(10)
        try fixture.index()
        try fixture.write("late", dicom(instance: "1.9.77"))
        let writer = try fixture.open(.readWrite)
        defer { writer.close() }
        let reader = try fixture.open()
        defer { reader.close() }
        let other = try Connection(path: fixture.database, readOnly: false)
        try other.execute("BEGIN IMMEDIATE")
        #expect(try reader.counts().instances == 10)
        #expect(try reader.patients(limit: 10).count == 1)
        let ended = Mutex(false)
        let release = Thread {
            usleep(300_000)
            ended.withLock { $0 = true }
            do { try other.execute("COMMIT") } catch { Issue.record("COMMIT of the other program: \(error)") }
            other.close()
        }
        release.start()
        let report = try Indexer.index([Array(fixture.sources.utf8)], into: writer, parser: InProcessParser())
        #expect(ended.withLock { $0 } && report.new == 1)
        #expect(try reader.counts().instances == 11)
    }

    @Test func `N13 missing, repeated and malformed identifiers are placeholders or escaped, and nothing is lost`() throws {
        let fixture = try ArchiveFixture()
        let odd = ["", "0", "1.2.003", "1.2.x", "1..2", String(repeating: "1.", count: 40) + "9", "1.2.3 ", "../1", "1.2\n3"]
        var count = 0
        for uid in odd {
            for id in ["", "P1", " P1 "] {
                count += 1
                let file = dicom(id: id, study: uid, series: uid, instance: uid.isEmpty ? "" : "\(uid).\(count)", number: "\(count)")
                try fixture.write("\(count)", file)
            }
        }
        let report = try fixture.index()
        #expect(report.new == count && report.isBalanced && report.setAside.isEmpty, "\(report)")
        let tree = try fixture.tree()
        #expect(Set(tree).count == count)
        #expect(Set(tree.map { String($0.prefix { $0 != "/" }) }).filter { !$0.hasPrefix("_NOID ") } == ["P1"])
        for row in try fixture.instances() { #expect(legalityFlaw(row.uidStem) == nil, "\(String(decoding: row.uidStem, as: UTF8.self))") }
        #expect(try fixture.index().unchanged == count)
    }

    @Test func `N14 dates that are none are no obstacle, and stand under day zero`() throws {
        let fixture = try ArchiveFixture()
        let dates = [
            "", "00000000", "99999999", "20241301", "20240230", "1999.01.02", "20240101-20240201", "-0010101", "abc", "19000101", "21000228", "2024",
        ]
        for (number, date) in dates.enumerated() {
            let file = dicom(birth: date, study: "1.5.\(number)", date: date, series: "1.5.\(number).1", instance: "1.5.\(number).1.1")
            try fixture.write("\(number)", file)
        }
        let report = try fixture.index()
        #expect(report.new == dates.count && report.setAside.isEmpty, "\(report)")
        let archive = try fixture.open()
        defer { archive.close() }
        let studies = try archive.studies(after: 0, limit: 100)
        #expect(studies.count == dates.count && studies.allSatisfy { (0...99_991_231).contains($0.day) })
        #expect(Set(studies.map(\.day)).isSuperset(of: [0, 19_000_101, 21_000_228]))
        let days = try archive.viewFolders(after: -1, below: 100_000_000, limit: 100).map(\.id)
        for study in studies { #expect(days.contains(study.day) && study.modifiedNs > 0) }
    }

    @Test func `D7 an archive that is replaced while it is open is an error until it is back`() throws {
        let fixture = try filled(5)
        try fixture.index()
        let archive = try fixture.open()
        defer { archive.close() }
        let patients = try archive.patients(limit: 10).map(\.name)
        rename(fixture.database, fixture.database + "-away")
        #expect(archive.isReplaced)
        #expect(MountedTree.wait { (try? archive.patients(limit: 10)) == nil })
        #expect(throws: ArchiveError.self) { try archive.changeCounter() }
        rename(fixture.database + "-away", fixture.database)
        #expect(MountedTree.wait { (try? archive.patients(limit: 10).map(\.name)) == patients })
    }
}
