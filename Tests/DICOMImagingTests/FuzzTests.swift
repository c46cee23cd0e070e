import DICOM
import Foundation
import FuzzTargets
import TestSupport
import Testing

@Suite("What fuzzing found, and a short campaign without instruments")
struct FuzzTests {
    static let folder = Corpus.projectRoot + "/Tests/Fuzz/Regressions"

    private static func contents(_ folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { !$0.hasPrefix(".") && $0 != "README.md" }.sorted()
    }

    @Test("inputs that broke a target, or were written to, do no harm")
    func regressions() throws {
        var replayed = 0
        for name in Self.contents(Self.folder) {
            let target = try #require(FuzzTarget.named(name), "\(name) is no target")
            for file in Self.contents(Self.folder + "/" + name) {
                let input = Corpus.bytes(Self.folder + "/" + name + "/" + file)
                #expect(!input.isEmpty)
                // A trap ends the tests here: the name of the input is what one wants to see then.
                print("replaying \(name)/\(file)")
                _ = target.run(input)
                replayed += 1
            }
        }
        #expect(replayed >= 18)
    }

    /// Well-formed files made here, of every kind that a target draws its seeds from.
    static func files() throws -> [[UInt8]] {
        var files = ["ct/slice1.dcm", "mr/t1_1", "medium/DICOMDIR", "names/cyrillic.dcm", "us/loop.dcm", "palette/map.dcm"]
            .map { Corpus.bytes(Corpus.projectRoot + "/Fixtures/" + $0) }.filter { !$0.isEmpty }
        for process in [0xC1, 0xC2] as [UInt8] {
            for precision in [8, 12] {
                let (stream, scans) = JPEGDCTHostileTests.picture(process: process)
                var picture = stream
                picture.precision = precision
                files.append(JPEGStream.bytes(picture.bytes(scans), width: 64, height: 64, bitsStored: precision))
            }
        }
        return files
    }

    @Test("targets survive mutations of well-formed inputs", arguments: FuzzTarget.all.map(\.name))
    func mutations(_ name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        var state: UInt64 = 99
        func next(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % max(1, count)
        }
        let seeds = try Self.files().flatMap { target.seeds($0) }.filter { $0.count < 100_000 }
        for seed in seeds.prefix(6) {
            for _ in 0..<20 {
                var input = seed
                for _ in 0...next(8) { input[next(input.count)] = UInt8(next(256)) }
                if next(4) == 0 { input.removeLast(next(input.count)) }
                _ = target.run(input)
            }
        }
        if ["part10", "picture", "text", "frames", "palette", "rle", "jpeg-dct", "jpeg-8bit"].contains(name) {
            #expect(seeds.contains { target.run($0) }, "a well-formed input reaches the code")
        }
    }
}
