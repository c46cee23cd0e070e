import DICOM
import Foundation
import Glibc
import TestSupport
import Testing
import WorkerProtocol
import Workers

/// Files made to break readers, through the real worker: none may end it, none may take long (reliability.md R8).
@Suite(.serialized, .enabled(if: Corpus.hostileArchive != nil, "corpus not found at ../shared/corpus-hostile, skipped"))
struct HostileFileTests {
    @Test func noHostileHeaderEndsAWorkerOrTakesLong() throws {
        let pool = try WorkerFixture.pool(tests: false)
        try HostileCorpus.withFiles { paths in
            #expect(paths.count > 500)
            for path in paths {
                let file = open(path, O_RDONLY | O_CLOEXEC)
                defer { close(file) }
                let size = Int(lseek(file, 0, SEEK_END))
                let start = ContinuousClock.now
                let outcome = pool.ingest([file], sizes: [size]).first
                if case .failure(let failure) = outcome { Issue.record("\(path): \(failure)") }
                if case .success(.instance(let summary)) = outcome, let picture = summary.picture {
                    Self.draw(picture, file, size, pool, path)
                }
                let text = Result { () throws(WorkerError) in try pool.headerText(file, size: size) }
                if case .failure(.worker(let failure)) = text { Issue.record("\(path): \(failure)") }
                let json = Result { () throws(WorkerError) in try pool.headerJSON(file, size: size, bulkDataURI: "file:x.dcm") }
                if case .failure(.worker(let failure)) = json { Issue.record("\(path): \(failure)") }
                // Wall time of a few requests to a debug build on a shared machine: far above the promise of 50 ms CPU.
                #expect(ContinuousClock.now - start < .seconds(20), "\(path)")
            }
        }
        #expect(pool.statistics.started == 1)
    }

    /// A picture of the promised size, or an error of the document; never the end of the worker.
    static func draw(_ picture: PictureDescription, _ file: CInt, _ size: Int, _ pool: WorkerPool, _ path: String) {
        for (format, length) in [(PictureRequest.Format.png, PictureSize.png(picture)), (.jpeg, PictureSize.jpeg(picture))] {
            guard let length else { continue }
            let request = PictureRequest(
                fileSize: size, frame: picture.representativeFrame, format: format, settings: .init(), description: picture,
                expectedSize: length)
            let result = Result { () throws(WorkerError) in try pool.picture(file, request) }
            if case .failure(.worker(let failure)) = result { Issue.record("\(path): \(failure)") }
        }
    }
}

enum HostileCorpus {
    /// Unpacks the corpus and hands every file to `body`.
    static func withFiles(_ body: (_ paths: [String]) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "dcmfs-hostile-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        tar.arguments = ["tar", "-xJf", try #require(Corpus.hostileArchive), "-C", folder]
        try tar.run()
        tar.waitUntilExit()
        #expect(tar.terminationStatus == 0)
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        try body(names.filter { $0.hasSuffix(".dcm") }.sorted().map { folder + "/" + $0 })
    }
}
