import DICOM
import Foundation
import Glibc
import Synchronization
import Testing
import WorkerProtocol
import Workers

@Suite(.serialized) struct PoolTests {
    @Test(arguments: [0, 1, 4095, 65_536, 4 << 20, (4 << 20) + 1, 9_000_001])
    func resultsOfEveryLengthArriveWhole(_ length: Int) throws {
        let pool = try WorkerFixture.pool()
        #expect(try pool.test(.echo(length: length)) == WorkerFixture.echo(length))
        #expect(pool.statistics.started == 1)
    }

    @Test func resultsLongerThanAcceptedAreRefused() throws {
        let pool = try WorkerFixture.pool()
        for length in [100_000, 5_000_000] {
            #expect { try pool.test(.echo(length: length), maximumLength: 70_000) } throws: { Self.isNonsense($0) }
        }
        #expect(try pool.test(.echo(length: 2)) == [0, 1])
    }

    @Test(.enabled(if: !WorkerChannel.isSanitized, "sanitizers turn deaths into exit codes"))
    func deathsAreNamedAndTheNextRequestIsServed() throws {
        // Patient enough for a busy machine: the processor limit is to come first.
        let pool = try WorkerFixture.pool(patience: 120_000_000)
        let deaths: [(TestCommand, [CInt])] = [
            (.trap, [SIGILL, SIGTRAP]), (.raise(signal: Int(SIGSEGV)), [SIGSEGV]), (.raise(signal: Int(SIGABRT)), [SIGABRT]),
            (.overflowStack, [SIGSEGV]), (.spin, [SIGXCPU]), (.allocate(bytes: 8 << 30), [SIGABRT, SIGILL, SIGTRAP, SIGSEGV]),
        ]
        for (command, signals) in deaths {
            let failure = Self.failure { () throws(WorkerError) in try pool.test(command) }
            #expect(signals.contains { failure?.cause == .killed(signal: $0) }, "\(command): \(String(describing: failure))")
            #expect(failure?.isDeterministic == true)
            #expect(try pool.test(.echo(length: 1)) == [0])
        }
        #expect(pool.statistics.retries == 0)
        #expect(throws: WorkerError.worker(WorkerFailure(.exited(code: 5)))) { try pool.test(.exit(code: 5)) }
    }

    @Test func aSilentWorkerIsGivenUpInTime() throws {
        let pool = try WorkerFixture.pool(patience: 1_000_000)
        let start = ContinuousClock.now
        #expect(throws: WorkerError.worker(WorkerFailure(.timedOut))) { try pool.test(.hang) }
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(!WorkerFailure(.timedOut).isDeterministic)
        #expect(try pool.test(.echo(length: 1)) == [0])
    }

    @Test func budgetsAllowWhatTheyPromise() throws {
        let pool = try WorkerFixture.pool()
        #expect(try pool.test(.allocate(bytes: 200 << 20)) == [1])
        #expect(try pool.test(.allocate(bytes: 200 << 20)) == [1])
    }

    @Test func aKillFromOutsideIsRetriedOnce() throws {
        let pool = try WorkerFixture.pool()
        #expect(throws: WorkerError.worker(WorkerFailure(.killed(signal: SIGKILL)))) { try pool.test(.raise(signal: Int(SIGKILL))) }
        #expect(pool.statistics.retries == 1)
        #expect(pool.statistics.started == 2)
    }

    @Test func aWorkerKilledWhileIdleIsReplacedSilently() throws {
        let pool = try WorkerFixture.pool()
        _ = try pool.check()
        for _ in 0..<5 {
            for process in pool.idleProcesses { kill(process, SIGKILL) }
            #expect(try pool.test(.echo(length: 10)) == WorkerFixture.echo(10))
        }
    }

    @Test func nonsenseRepliesEndTheWorker() throws {
        let pool = try WorkerFixture.pool()
        let wrongID = ReplyHead(id: 77_777, status: .done, place: .memory, length: 0).encoded()
        for head in [[1], [UInt8](repeating: 0xFF, count: 14), wrongID, [UInt8](repeating: 7, count: 60_000)] {
            #expect { try pool.test(.answer(head: head)) } throws: { Self.isNonsense($0) }
        }
        #expect(try pool.test(.echo(length: 1)) == [0])
    }

    @Test func testCommandsAreOffUnlessAskedFor() throws {
        let pool = try WorkerFixture.pool(tests: false)
        #expect { try pool.test(.echo(length: 1)) } throws: { Self.isNonsense($0) }
    }

    @Test func programsThatAreNoWorkersAreReported() throws {
        #expect { try WorkerPool(configuration: .init(workerPath: Array("/nonexistent/worker".utf8), count: 1)) } throws: {
            "\($0)" == "no worker: /nonexistent/worker: No such file or directory"
        }
        for program in ["/bin/true", "/etc/passwd"] {
            let pool = try WorkerPool(configuration: .init(workerPath: Array(program.utf8), count: 1))
            #expect { try pool.check() } throws: { "\($0)".hasPrefix("no worker: ") }
        }
    }

    @Test func aClosedPoolRefusesRequests() throws {
        let pool = try WorkerFixture.pool()
        _ = try pool.check()
        let process = try #require(pool.idleProcesses.first)
        pool.close()
        #expect(kill(process, 0) == -1)
        #expect(throws: WorkerError.worker(WorkerFailure(.cannotStart("the pool is closed")))) { try pool.test(.echo(length: 1)) }
    }

    @Test func eightThreadsGetTheirOwnAnswersWhileWorkersCrash() throws {
        let pool = try WorkerFixture.pool(count: 4)
        let wrong = Atomic<Int>(0)
        WorkerFixture.onThreads(8) { thread in
            for round in 0..<200 {
                let length = (thread &* 7919 &+ round &* 104_729) % 60_000
                if round % 40 == thread { _ = try? pool.test(.trap) }
                if (try? pool.test(.echo(length: length))) != WorkerFixture.echo(length) { wrong.add(1, ordering: .relaxed) }
            }
        }
        #expect(wrong.load(ordering: .relaxed) == 0)
        #expect(pool.statistics.failures == 40)
    }

    @Test func killsFromOutsideUnderLoadCostNoWrongByte() throws {
        let pool = try WorkerFixture.pool(count: 2)
        let failed = Atomic<Int>(0)
        let wrong = Atomic<Int>(0)
        let kills = 20
        WorkerFixture.onThreads(4) { thread in
            if thread == 0 {
                for _ in 0..<kills {
                    usleep(10_000)
                    if let process = pool.idleProcesses.first { kill(process, SIGKILL) }
                }
                return
            }
            for _ in 0..<100 {
                do {
                    if try pool.test(.echo(length: 50_000)) != WorkerFixture.echo(50_000) { wrong.add(1, ordering: .relaxed) }
                } catch {
                    failed.add(1, ordering: .relaxed)
                }
            }
        }
        #expect(wrong.load(ordering: .relaxed) == 0)
        #expect(failed.load(ordering: .relaxed) <= kills)
    }

    static func failure(_ body: () throws(WorkerError) -> [UInt8]) -> WorkerFailure? {
        let result = Result(catching: body)
        guard case .failure(.worker(let failure)) = result else { return nil }
        return failure
    }

    static func isNonsense(_ error: any Error) -> Bool {
        guard case .worker(let failure)? = error as? WorkerError, case .nonsense = failure.cause else { return false }
        return true
    }
}
