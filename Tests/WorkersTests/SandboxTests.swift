import Foundation
import Glibc
import Testing
import WorkerProtocol
import Workers

@Suite(.serialized, .enabled(if: WorkerFixture.sandboxedWorkerPath != nil, "sanitizers run without the sandbox")) struct SandboxTests {
    @Test func theWorkerSaysWhatProtectsIt() throws {
        let pool = try WorkerFixture.sandboxedPool()
        let ready = try pool.check()
        #expect(ready.version == WorkerChannel.version)
        #expect(ready.hasSystemCallFilter)
        #expect(ready.idleAddressSpace > 1 << 20)
    }

    /// Library probes get an error they can live with; the rest ends the process.
    static let refused: [ForbiddenCall: Int] = Dictionary(
        uniqueKeysWithValues: [ForbiddenCall.open, .stat, .ioctl, .limitOther, .getLimit, .prctl, .handleSignal, .blockSignals].map { ($0, -Int(EPERM)) })

    @Test(arguments: ForbiddenCall.allCases)
    func forbiddenSystemCallsFail(_ call: ForbiddenCall) throws {
        let pool = try WorkerFixture.sandboxedPool()
        let file = try WorkerFixture.file([1, 2, 3])
        defer { close(file) }
        if let errno = Self.refused[call] {
            let result = try pool.test(.forbidden(call), descriptor: file)
            #expect(result.withUnsafeBytes { Int(Int64(littleEndian: $0.loadUnaligned(as: Int64.self))) } == errno)
        } else {
            #expect(throws: WorkerError.worker(WorkerFailure(.killed(signal: SIGSYS)))) {
                try pool.test(.forbidden(call), descriptor: file)
            }
        }
        #expect(try pool.test(.echo(length: 3)) == [0, 1, 2])
    }

    @Test func aPassedReadOnlyFileKeepsItsModeTimesAndBytes() throws {
        var path = ""
        let file = try WorkerFixture.file(Array("source".utf8)) { path = $0 }
        defer {
            close(file)
            unlink(path)
        }
        chmod(path, 0o600)
        let before = try FileManager.default.attributesOfItem(atPath: path) as NSDictionary
        let pool = try WorkerFixture.sandboxedPool()
        for call in [ForbiddenCall.fchmod, .futimens, .ftruncate, .fsetxattr, .writeElsewhere] {
            _ = try? pool.test(.forbidden(call), descriptor: file)
        }
        #expect(try FileManager.default.attributesOfItem(atPath: path) as NSDictionary == before)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("source".utf8))
    }

    @Test func theWorkerSeesNoOtherDescriptorsAndNoEnvironment() throws {
        let pool = try WorkerFixture.sandboxedPool()
        _ = try pool.check()
        let pid = try #require(pool.idleProcesses.first)
        if getuid() == 0 {
            let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").sorted()
            #expect(open == ["0", "1", "2", "3"])
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/2") == "/dev/null")
            let environment = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/environ"))
            #expect(!String(decoding: environment, as: UTF8.self).contains("HOME="))
        } else {
            // Not even its own user may look into it.
            #expect(access("/proc/\(pid)/fd", R_OK) != 0 && access("/proc/\(pid)/environ", R_OK) != 0)
        }
        let limits = try String(contentsOfFile: "/proc/\(pid)/limits", encoding: .utf8)
        for (limit, value) in [("Max core file size", "0"), ("Max file size", "0"), ("Max open files", "96")] {
            let line = limits.split(separator: "\n").first { $0.hasPrefix(limit) } ?? ""
            #expect(line.dropFirst(limit.count).split(separator: " ").prefix(2) == [Substring(value), Substring(value)], "\(line)")
        }
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        #expect(status.contains("NoNewPrivs:\t1"))
        #expect(status.contains("Seccomp:\t2"))
        #expect(status.contains("Threads:\t1"))
    }

    @Test func `a worker has no capability, and as a child of root none to regain`() throws {
        let pool = try WorkerFixture.sandboxedPool()
        _ = try pool.check()
        let pid = try #require(pool.idleProcesses.first)
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] { #expect(status.contains("\(set):\t0000000000000000\n"), "\(set)") }
        if getuid() == 0 { #expect(status.contains("CapBnd:\t0000000000000000\n")) }
    }

    /// Whoever takes a worker over finds limits that he can move in no direction.
    @Test func `limits are those of the request, and are set from outside`() throws {
        let pool = try WorkerFixture.sandboxedPool()
        let ready = try pool.check()
        let pid = try #require(pool.idleProcesses.first)
        #expect(try pool.test(.echo(length: 1)) == [0])
        let limits = try String(contentsOfFile: "/proc/\(pid)/limits", encoding: .utf8)
        func soft(_ name: String) -> Int? {
            let line = limits.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
            return line.dropFirst(name.count).split(separator: " ").first.flatMap { Int($0) }
        }
        #expect(soft("Max address space") == ready.idleAddressSpace + 256 << 20)
        // Idle: what it has used, in whole seconds, and two more.
        #expect((2...4).contains(soft("Max cpu time") ?? 0))
    }

    /// The keeper's table of descriptors is its own: a worker that starts late closes no copy of an open source.
    @Test func `workers that start after sources were opened have no copies of them`() throws {
        let pool = try WorkerFixture.sandboxedPool()
        try pool.prepare()
        let file = try WorkerFixture.file([1])
        defer { close(file) }
        _ = try pool.check()
        let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
        let keepers = tasks.filter { task in
            let name = try? String(contentsOfFile: "/proc/self/task/\(task)/comm", encoding: .utf8)
            return name == "dcmfs-keeper\n"
        }
        #expect(!keepers.isEmpty)
        let link = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(file)")
        for keeper in keepers {
            let folder = "/proc/self/task/\(keeper)/fd"
            let open = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            #expect(open.count <= 16, "\(open)")
            #expect(!open.contains { (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")) == link })
        }
    }

    /// Every kind of Specific Character Set works where no file can be opened any more.
    @Test(
        arguments: [
            ("ISO_IR 100", [0xC4, 0x6E, 0x65, 0x61, 0x73, 0x5E, 0x52, 0xFC, 0x64, 0x69, 0x67, 0x65, 0x72], "Äneas^Rüdiger"),
            ("ISO_IR 101", [0xA3, 0xF3, 0x64, 0xBC, 0x5E, 0xAE, 0x69, 0xBE, 0x6B, 0x61], "Łódź^Žižka"),
            ("ISO_IR 109", [0xA1, 0x61, 0x6C, 0x5E, 0xD5, 0x6F, 0x72, 0xF5], "Ħal^Ġorġ"),
            ("ISO_IR 110", [0xAA, 0x72, 0x69, 0x6B, 0x73, 0x5E, 0xD3, 0xBA, 0x6E, 0x69, 0xF1, 0xB9], "Ēriks^Ķēniņš"),
            ("ISO_IR 144", [0xBB, 0xEE, 0xDA, 0x63, 0x65, 0xDC, 0xD1, 0x79, 0x70, 0xD3], "Люкceмбypг"),
            ("ISO_IR 127", [0xE2, 0xC8, 0xC7, 0xE6, 0xEA, 0x5E, 0xE4, 0xE6, 0xD2, 0xC7, 0xD1], "قباني^لنزار"),
            ("ISO_IR 126", [0xC4, 0xE9, 0xEF, 0xED, 0xF5, 0xF3, 0xE9, 0xEF, 0xF2], "Διονυσιος"),
            ("ISO_IR 138", [0xF9, 0xF8, 0xE5, 0xEF, 0x5E, 0xE3, 0xE1, 0xE5, 0xF8, 0xE4], "שרון^דבורה"),
            ("ISO_IR 148", [0xC7, 0x61, 0x76, 0x75, 0xFE, 0x6F, 0xF0, 0x6C, 0x75, 0x5E, 0x41, 0xF0, 0x72, 0xFD], "Çavuşoğlu^Ağrı"),
            ("ISO_IR 203", [0xBC, 0x75, 0x76, 0x72, 0x65, 0x5E, 0xA4], "Œuvre^€"),
            ("ISO_IR 166", [0xB9, 0xD2, 0xC1, 0xCA, 0xA1, 0xD8, 0xC5], "นามสกุล"),
            (
                "ISO_IR 192",
                [
                    0x57, 0x61, 0x6E, 0x67, 0x5E, 0x58, 0x69, 0x61, 0x6F, 0x44, 0x6F, 0x6E, 0x67, 0x3D, 0xE7, 0x8E, 0x8B, 0x5E, 0xE5, 0xB0, 0x8F,
                    0xE6, 0x9D, 0xB1,
                ], "Wang^XiaoDong=王^小東"
            ),
            ("GB18030", [0xCD, 0xF5, 0x5E, 0xD0, 0xA1, 0xB6, 0xAB], "王^小东"),
            ("GBK", [0xCD, 0xF5, 0x5E, 0xD0, 0xA1, 0xB6, 0xAB], "王^小东"),
            ("ISO_IR 13", [0xD4, 0xCF, 0xC0, 0xDE, 0x5E, 0xC0, 0xDB, 0xB3], "ﾔﾏﾀﾞ^ﾀﾛｳ"),
            (
                "\\ISO 2022 IR 87",
                [
                    0x59, 0x61, 0x6D, 0x61, 0x64, 0x61, 0x5E, 0x54, 0x61, 0x72, 0x6F, 0x75, 0x3D, 0x1B, 0x24, 0x42, 0x3B, 0x33, 0x45, 0x44, 0x1B,
                    0x28, 0x42, 0x5E, 0x1B, 0x24, 0x42, 0x42, 0x40, 0x4F, 0x3A, 0x1B, 0x28, 0x42,
                ], "Yamada^Tarou=山田^太郎"
            ),
            ("\\ISO 2022 IR 87\\ISO 2022 IR 159", [0x4D, 0x6F, 0x72, 0x69, 0x3D, 0x1B, 0x24, 0x28, 0x44, 0x6C, 0x3F, 0x1B, 0x28, 0x42], "Mori=鷗"),
            ("\\ISO 2022 IR 149", [0x48, 0x6F, 0x6E, 0x67, 0x3D, 0x1B, 0x24, 0x29, 0x43, 0xFB, 0xF3], "Hong=洪"),
            ("\\ISO 2022 IR 58", [0x5A, 0x68, 0x61, 0x6E, 0x67, 0x3D, 0x1B, 0x24, 0x29, 0x41, 0xD5, 0xC5], "Zhang=张"),
        ] as [(String, [UInt8], String)])
    func characterSetsAreDecodedInTheSandbox(_ terms: String, _ bytes: [UInt8], _ text: String) throws {
        let pool = try WorkerFixture.sandboxedPool()
        let answer = try pool.test(.decode(characterSet: Array(terms.utf8), bytes: bytes))
        #expect(answer.first == 1)
        #expect(String(decoding: answer.dropFirst(), as: UTF8.self) == text)
    }
}
