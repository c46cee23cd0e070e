import DICOM
import Foundation
import Glibc
import Testing
import WorkerProtocol
import Workers

/// A file that ends the worker costs that file alone.
@Suite(.serialized) struct BlameTests {
    static func bytes(_ behaviour: TestCommand.FileBehaviour?) -> [UInt8] {
        Array((behaviour.map { TestCommand.fileMark + $0.rawValue } ?? "harmless, and no DICOM").utf8)
    }

    static func ingest(_ pool: WorkerPool, _ behaviours: [TestCommand.FileBehaviour?]) throws -> [WorkerPool.IngestResult] {
        let files = try behaviours.map { try WorkerFixture.file(bytes($0)) }
        defer { for file in files { close(file) } }
        return pool.ingest(files, sizes: behaviours.map { bytes($0).count })
    }

    static func check(
        _ results: [WorkerPool.IngestResult], _ behaviours: [TestCommand.FileBehaviour?], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(results.count == behaviours.count, sourceLocation: sourceLocation)
        for (index, (result, behaviour)) in zip(results, behaviours).enumerated() {
            switch result {
            case .success: #expect(behaviour == nil, "file \(index)", sourceLocation: sourceLocation)
            case .failure(let failure): #expect(behaviour != nil, "file \(index): \(failure)", sourceLocation: sourceLocation)
            }
        }
    }

    @Test func theGuiltyFilesOfABatchAreFound() throws {
        let pool = try WorkerFixture.pool()
        var behaviours = [TestCommand.FileBehaviour?](repeating: nil, count: 150)
        for index in [0, 17, 18, 63, 64, 149] { behaviours[index] = .trap }
        behaviours[70] = .kill
        if !WorkerChannel.isSanitized { behaviours[90] = .allocate }
        let results = try Self.ingest(pool, behaviours)
        Self.check(results, behaviours)
    }

    @Test func aBatchOfNothingButCrashesEnds() throws {
        let pool = try WorkerFixture.pool()
        let behaviours = [TestCommand.FileBehaviour?](repeating: .trap, count: 20)
        Self.check(try Self.ingest(pool, behaviours), behaviours)
    }

    @Test func aStallingFileIsFoundAndTheOthersAreServed() throws {
        let pool = try WorkerFixture.pool(patience: 1_500_000)
        let behaviours: [TestCommand.FileBehaviour?] = [nil, .hang, nil, nil]
        let results = try Self.ingest(pool, behaviours)
        Self.check(results, behaviours)
        #expect(results[1] == .failure(WorkerFailure(.timedOut)))
    }

    @Test func anEndlessFileRunsIntoItsProcessorLimit() throws {
        let pool = try WorkerFixture.pool(patience: 120_000_000)
        let behaviours: [TestCommand.FileBehaviour?] = [nil, .spin, nil]
        let results = try Self.ingest(pool, behaviours)
        Self.check(results, behaviours)
        #expect(results[1] == .failure(WorkerFailure(.killed(signal: SIGXCPU))))
    }

    @Test func noFilesNoOutcomes() throws {
        #expect(try WorkerFixture.pool().ingest([], sizes: []).isEmpty)
    }

    @Test func aMissingWorkerFailsEveryFile() throws {
        let pool = try WorkerPool(configuration: .init(workerPath: Array("/bin/true".utf8), count: 1))
        let results = try Self.ingest(pool, [nil, nil, nil])
        #expect(results.count == 3)
        for result in results { #expect(throws: WorkerFailure.self) { try result.get() } }
    }
}
