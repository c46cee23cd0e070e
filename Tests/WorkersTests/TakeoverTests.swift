import DICOM
import Foundation
import Glibc
import TestSupport
import Testing
import WorkerProtocol
import Workers

/// What a worker that a file took over can do to the rest (docs/RELIABILITY.md).
@Suite(.serialized) struct TakeoverTests {
    private func marked(_ behaviour: TestCommand.FileBehaviour) throws -> CInt {
        try WorkerFixture.file(Array((TestCommand.fileMark + behaviour.rawValue).utf8))
    }

    private func isNonsense(_ failure: WorkerFailure?) -> Bool {
        if case .nonsense = failure?.cause { true } else { false }
    }

    private func instance(_ patient: String) -> [UInt8] {
        var writer = DICOMWriter()
        writer.element(.sopInstanceUID, .UI, "1.2.3")
        writer.element(.patientID, .LO, patient)
        return writer.part10("1.2.840.10008.1.2.1", instance: "1.2.3")
    }

    @Test func `progress that is claimed for ever moves no deadline, of one file or of many`() throws {
        let pool = try WorkerFixture.pool(patience: 400_000)
        let files = [try marked(.creep), try WorkerFixture.file(instance("P")), try marked(.creep)]
        defer { for file in files { close(file) } }
        let start = ContinuousClock.now
        let results = pool.ingest(files, sizes: [23, 400, 23])
        #expect(results[0] == .failure(WorkerFailure(.timedOut)) && results[2] == .failure(WorkerFailure(.timedOut)))
        #expect(throws: Never.self) { try results[1].get() }
        #expect(ContinuousClock.now - start < .seconds(30))
        #expect(throws: WorkerError.worker(WorkerFailure(.timedOut))) { try pool.headerText(files[0], size: 23) }
        #expect(ContinuousClock.now - start < .seconds(40))
    }

    @Test func `a text longer than promised is not taken, and costs the worker its life`() throws {
        let pool = try WorkerFixture.pool()
        let file = try marked(.boast)
        defer { close(file) }
        for promised in [nil, 1381] as [Int?] {
            #expect { try pool.headerText(file, size: 23, promised: promised) } throws: { error in
                if case .worker(let failure)? = error as? WorkerError { isNonsense(failure) } else { false }
            }
        }
        #expect(pool.statistics.failures == 2)
        #expect(pool.idleProcesses.isEmpty)
    }

    @Test func `a text of another length than promised is the file's error, and the worker goes on`() throws {
        let pool = try WorkerFixture.pool(tests: false)
        let bytes = instance("P")
        let file = try WorkerFixture.file(bytes)
        defer { close(file) }
        let text = try pool.headerText(file, size: bytes.count)
        #expect(try pool.headerText(file, size: bytes.count, promised: text.count) == text)
        #expect { try pool.headerText(file, size: bytes.count, promised: text.count - 1) } throws: { error in
            if case .document(let problem)? = error as? WorkerError { problem.code == .inconsistent } else { false }
        }
        #expect(pool.statistics.started == 1)
    }

    @Test func `values beyond their bounds reach nobody: the file is set aside and the others are served`() throws {
        let pool = try WorkerFixture.pool()
        let files = [try WorkerFixture.file(instance("P1")), try marked(.boast), try WorkerFixture.file(instance("P2"))]
        defer { for file in files { close(file) } }
        let results = pool.ingest(files, sizes: [instance("P1").count, 23, instance("P2").count])
        guard case .failure(let failure) = results[1] else {
            Issue.record("64 MiB of Patient ID were taken")
            return
        }
        #expect(isNonsense(failure))
        for (index, patient) in [(0, "P1"), (2, "P2")] {
            guard case .success(.instance(let summary)) = results[index] else {
                Issue.record("file \(index): \(results[index])")
                continue
            }
            #expect(summary.patientID == Array(patient.utf8))
        }
    }

    @Test func `long values are cut by the worker and stay apart`() throws {
        let pool = try WorkerFixture.pool(tests: false)
        let long = String(repeating: "A", count: 60_000)
        var identities: Set<[UInt8]> = []
        for patient in [long + "1", long + "2"] {
            let bytes = instance(patient)
            let file = try WorkerFixture.file(bytes)
            defer { close(file) }
            guard case .success(.instance(let summary)) = pool.ingest([file], sizes: [bytes.count])[0] else { continue }
            #expect(summary.patientID.count <= IngestReply.longestText)
            identities.insert(summary.patientID)
        }
        #expect(identities.count == 2)
    }

    @Test func `a file that accuses another one is found, and the other is served`() throws {
        let pool = try WorkerFixture.pool()
        let files = [try WorkerFixture.file(instance("P")), try marked(.accuse)]
        defer { for file in files { close(file) } }
        let results = pool.ingest(files, sizes: [instance("P").count, 23])
        #expect(throws: Never.self) { try results[0].get() }
        #expect(throws: WorkerFailure.self) { try results[1].get() }
    }

    @Test(.enabled(if: !WorkerChannel.isSanitized, "sanitizers turn deaths into exit codes"))
    func `an idle worker that uses the processor is ended by the kernel`() throws {
        let pool = try WorkerFixture.pool()
        #expect(try pool.test(.answerThenSpin) == [1])
        let process = try #require(pool.idleProcesses.first)
        // Two seconds of its processor time, on a machine that others use.
        #expect(MountedTree.wait(seconds: 60) { kill(process, 0) != 0 })
        #expect(try pool.test(.echo(length: 1)) == [0])
    }

    @Test func `a worker that speaks unasked is not asked again`() throws {
        let pool = try WorkerFixture.pool()
        #expect(try pool.test(.answerTwice) == [1])
        #expect(MountedTree.wait(seconds: 20) { (try? pool.test(.echo(length: 2))) == [0, 1] })
        // Seen before the next request, or as an answer to none.
        #expect(pool.statistics.retired + pool.statistics.failures == 1 && pool.statistics.started == 2)
    }

    @Test func `a worker is replaced after so many files`() throws {
        var configuration = WorkerPool.Configuration(workerPath: WorkerFixture.workerPath, count: 1)
        configuration.allowsTestCommands = true
        configuration.filesPerWorker = 10
        let pool = try WorkerPool(configuration: configuration)
        for _ in 0..<25 { #expect(try pool.test(.echo(length: 1)) == [0]) }
        #expect(pool.statistics.started == 3 && pool.statistics.retired == 2)
    }

    @Test func `with isolation no two files meet in one process`() throws {
        var configuration = WorkerPool.Configuration(workerPath: WorkerFixture.workerPath, count: 2)
        configuration.isolates = true
        let pool = try WorkerPool(configuration: configuration)
        let bytes = instance("P")
        let files = try (0..<5).map { _ in try WorkerFixture.file(bytes) }
        defer { for file in files { close(file) } }
        for result in pool.ingest(files, sizes: files.map { _ in bytes.count }) { #expect(throws: Never.self) { try result.get() } }
        #expect(pool.statistics.started == 5)
        let texts = try pool.headerTexts(
            files, sizes: files.map { _ in bytes.count }, formats: files.map { _ in .current }, promised: files.map { _ in nil })
        #expect(texts.compactMap { $0 }.count == 5)
        #expect(pool.statistics.started == 10)
        #expect(pool.idleProcesses.isEmpty)
    }

    @Test func `a run that is ended waits for no worker`() throws {
        let pool = try WorkerFixture.pool(patience: 120_000_000)
        let files = [try marked(.hang), try WorkerFixture.file(instance("P"))]
        defer { for file in files { close(file) } }
        let start = ContinuousClock.now
        let results = pool.ingest(files, sizes: [23, 400]) { ContinuousClock.now - start > .milliseconds(300) }
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(results.allSatisfy { $0 == .failure(WorkerFailure(.cancelled)) })
    }
}
