import Foundation
import Glibc
import TestSupport
import Testing
import WorkerProtocol
import Workers

/// In a process of its own, where nothing else opens files.
@Suite struct LeakTests {
    @Test func crashesLeaveNoDescriptorsAndNoProcesses() async {
        await #expect(processExitsWith: .success) {
            _ = try WorkerFixture.pool().test(.echo(length: 1))
            usleep(50_000)
            let before = WorkerFixture.openDescriptors()
            for _ in 0..<3 {
                let pool = try WorkerFixture.pool(count: 3, patience: 100_000)
                WorkerFixture.onThreads(6) { thread in
                    for round in 0..<6 {
                        _ = try? pool.test(round % 3 == 0 ? .trap : .echo(length: 5_000_000))
                        if round == 4, thread == 0 { _ = try? pool.test(.hang) }
                    }
                }
                for process in pool.idleProcesses { kill(process, SIGKILL) }
            }
            usleep(50_000)
            let after = WorkerFixture.openDescriptors()
            guard after == before else {
                print("descriptors \(before) -> \(after)")
                exit(3)
            }
            guard WorkerFixture.children() == 0 else { exit(4) }
        }
    }

    /// A worker that ends while nobody asks is reaped at once, not at the next request.
    @Test func idleDeathsLeaveNoZombies() async {
        await #expect(processExitsWith: .success) {
            let pool = try WorkerFixture.pool()
            _ = try pool.check()
            guard let process = pool.idleProcesses.first else { exit(3) }
            kill(process, SIGKILL)
            for _ in 0..<200 where WorkerFixture.children() > 0 { usleep(5_000) }
            exit(WorkerFixture.children() == 0 ? 0 : 4)
        }
    }

    @Test func workersEndWithTheProcessThatStartedThem() async throws {
        let note = NSTemporaryDirectory() + "dcmfs-worker-orphan-\(getpid())"
        setenv("DCMFS_TEST_NOTE", note, 1)
        defer { unlink(note) }
        await #expect(processExitsWith: .signal(SIGKILL)) {
            let pool = try WorkerFixture.pool()
            _ = try pool.check()
            let process = pool.idleProcesses.first ?? 0
            try "\(process)".write(toFile: String(cString: getenv("DCMFS_TEST_NOTE")), atomically: true, encoding: .utf8)
            kill(getpid(), SIGKILL)
        }
        let process = try #require(pid_t(try String(contentsOfFile: note, encoding: .utf8)))
        for _ in 0..<200 where !ProcessTable.hasEnded(process) { usleep(5_000) }
        #expect(ProcessTable.hasEnded(process))
    }
}
