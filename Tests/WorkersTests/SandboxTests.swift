import Foundation
import Glibc
import Testing
import WorkerProtocol
import Workers

@Suite(.serialized, .enabled(if: !WorkerChannel.isSanitized, "sanitizers run without the sandbox")) struct SandboxTests {
    @Test func theWorkerSaysWhatProtectsIt() throws {
        let pool = try WorkerFixture.pool()
        let ready = try pool.check()
        #expect(ready.version == WorkerChannel.version)
        #expect(ready.hasSystemCallFilter)
        #expect(ready.idleAddressSpace > 1 << 20)
    }

    /// Library probes get an error they can live with; the rest ends the process.
    static let refused: [ForbiddenCall: Int] = [.open: -Int(EPERM), .stat: -Int(EPERM), .ioctl: -Int(EPERM)]

    @Test(arguments: ForbiddenCall.allCases)
    func forbiddenSystemCallsFail(_ call: ForbiddenCall) throws {
        let pool = try WorkerFixture.pool()
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
        let pool = try WorkerFixture.pool()
        for call in [ForbiddenCall.fchmod, .futimens, .ftruncate, .fsetxattr, .writeElsewhere] {
            _ = try? pool.test(.forbidden(call), descriptor: file)
        }
        #expect(try FileManager.default.attributesOfItem(atPath: path) as NSDictionary == before)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("source".utf8))
    }

    @Test func theWorkerSeesNoOtherDescriptorsAndNoEnvironment() throws {
        let pool = try WorkerFixture.pool()
        _ = try pool.check()
        let pid = try #require(pool.idleProcesses.first)
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").sorted()
        #expect(open == ["0", "1", "2", "3"])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/2") == "/dev/null")
        let limits = try String(contentsOfFile: "/proc/\(pid)/limits", encoding: .utf8)
        for (limit, value) in [("Max core file size", "0"), ("Max file size", "0"), ("Max open files", "96")] {
            let line = limits.split(separator: "\n").first { $0.hasPrefix(limit) } ?? ""
            #expect(line.dropFirst(limit.count).split(separator: " ").prefix(2) == [Substring(value), Substring(value)], "\(line)")
        }
        let environment = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/environ"))
        #expect(!String(decoding: environment, as: UTF8.self).contains("HOME="))
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        #expect(status.contains("NoNewPrivs:\t1"))
        #expect(status.contains("Seccomp:\t2"))
        #expect(status.contains("Threads:\t1"))
    }
}
