import DICOM
import DICOMImaging
import TestSupport
import Testing

@Suite("Own DCT decoder, on damaged streams")
struct JPEGDCTHostileTests {
    static func picture(process: UInt8 = 0xC1) -> (stream: JPEGStream, scans: [JPEGStream.Scan]) {
        var stream = JPEGStream(width: 64, height: 64, coefficients: JPEGDCTTests.coefficients)
        stream.process = process
        stream.restartInterval = 3
        let scans: [JPEGStream.Scan] =
            process == 0xC2
            ? [.init(components: [0], end: 0), .init(components: [0], start: 1, end: 20), .init(components: [0], start: 21, end: 63)]
            : [.init(components: [0])]
        return (stream, scans)
    }

    /// The error's code, or "" where a frame came out.
    static func outcome(_ bytes: [UInt8], width: Int = 64, height: Int = 64, samples: Int = 1) throws -> String {
        let file = try JPEGStream.file(bytes, width: width, height: height, samples: samples)
        do throws(DICOMError) {
            return try StoredFrame.canonical(file, frame: 0).count == width * height * samples * 2 ? "" : "another size"
        } catch {
            return error.code.rawValue
        }
    }

    @Test("a stream cut anywhere gives the blocks that are there and 0 below, or an error", arguments: [UInt8(0xC1), 0xC2])
    func truncation(process: UInt8) throws {
        let (stream, scans) = Self.picture(process: process)
        let whole = stream.bytes(scans)
        let values = try stream.values(scans)
        for sixteenth in 0..<16 {
            // Even lengths: a pad byte would be taken for data.
            let cut = Array(whole[..<(whole.count * sixteenth / 32 * 2)])
            guard try Self.outcome(cut).isEmpty else { continue }
            let part = try JPEGStream.values(cut, width: 64, height: 64)
            if process == 0xC1 {
                let isThere = (0..<64).map { block in part[block / 8 * 8 * 64 + block % 8 * 8] != 0 }
                for block in 0..<64 where isThere[block] {
                    for i in 0..<64 {
                        let at = (block / 8 * 8 + i / 8) * 64 + block % 8 * 8 + i % 8
                        #expect(part[at] == values[at])
                    }
                }
                #expect(sixteenth < 8 || isThere.filter { $0 }.count >= 8, "\(sixteenth)/16 has only some blocks")
            }
        }
        #expect(try Self.outcome(Array(whole[..<(whole.count * 7 / 8)])).isEmpty, "most of a stream is a picture")
        #expect(try Self.outcome(Array(whole[..<40])) == "damaged-pixels")
    }

    @Test("a frame of another size than the header's is refused")
    func dimensions() throws {
        let (stream, scans) = Self.picture()
        let bytes = stream.bytes(scans)
        #expect(try Self.outcome(bytes, width: 65, height: 64) == "inconsistent")
        #expect(try Self.outcome(bytes, width: 64, height: 64, samples: 3) == "inconsistent")
        let at = try #require(Self.find([0xFF, 0xC1], in: bytes))
        let large = JPEGStream.segment(0xC1, [12, 0x17, 0x70, 0x17, 0x70, 1, 1, 0x11, 0])
        let forged = Array(bytes[..<at]) + large + Array(bytes[(at + large.count)...])
        #expect(try Self.outcome(forged, width: 6000, height: 6000) == "damaged-pixels")
    }

    @Test("sampling factors of 0 or 15, and 3 components of 4 x 4 blocks, are refused")
    func sampling() throws {
        for factors in [0x00, 0xFF, 0x44] as [UInt8] {
            let frame = JPEGStream.segment(0xC1, [12, 0, 64, 0, 64, 3, 1, factors, 0, 2, factors, 0, 3, factors, 0])
            var stream = Self.picture().stream
            stream.components = [.init(id: 1), .init(id: 2), .init(id: 3)]
            let bytes = stream.bytes()
            let at = try #require(Self.find([0xFF, 0xC1], in: bytes))
            let forged = Array(bytes[..<at]) + frame + Array(bytes[(at + frame.count)...])
            #expect(try !Self.outcome(forged, samples: 3).isEmpty)
        }
    }

    static func find(_ marker: [UInt8], in bytes: [UInt8]) -> Int? { bytes.indices.first { bytes[$0...].starts(with: marker) } }

    @Test("tables that are missing, impossible or too short are errors", arguments: [UInt8(0xC4), 0xDB])
    func tables(marker: UInt8) throws {
        let (stream, scans) = Self.picture()
        let bytes = stream.bytes(scans)
        let at = try #require(Self.find([0xFF, marker], in: bytes))
        let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
        #expect(try Self.outcome(Array(bytes[..<at]) + Array(bytes[(at + 2 + length)...])) == "damaged-pixels")
        let impossible = JPEGStream.segment(marker, [0x00] + [UInt8](repeating: 0xFF, count: 30))
        #expect(try Self.outcome(Array(bytes[..<at]) + impossible + Array(bytes[at...])) == "damaged-pixels")
        let wrongSlot = JPEGStream.segment(marker, [0x0F] + [UInt8](repeating: 0, count: 64))
        #expect(try Self.outcome(Array(bytes[..<at]) + wrongSlot + Array(bytes[at...])) == "damaged-pixels")
    }

    @Test("no scan, a scan without data, and scans of other components are errors")
    func scans() throws {
        let (stream, scans) = Self.picture()
        let bytes = stream.bytes(scans)
        let at = try #require(Self.find([0xFF, 0xDA], in: bytes))
        #expect(try Self.outcome(Array(bytes[..<at]) + [0xFF, 0xD9]) == "damaged-pixels")
        #expect(try Self.outcome(Array(bytes[..<(at + 10)]) + [0xFF, 0xD9]) == "damaged-pixels")
        var other = bytes
        other[at + 5] = 9
        #expect(try Self.outcome(other) == "damaged-pixels")
    }

    @Test("restart markers without end, and scans without end, come to an end", arguments: [UInt8(0xC1), 0xC2])
    func endless(process: UInt8) throws {
        let (stream, scans) = Self.picture(process: process)
        let bytes = stream.bytes(scans)
        let at = try #require(Self.find([0xFF, 0xDA], in: bytes)) + 10
        let restarts: [UInt8] = (0..<400_000).map { $0 % 2 == 0 ? 0xFF : 0xD0 + UInt8($0 / 2 % 8) }
        #expect(try Self.outcome(Array(bytes[..<at]) + restarts) == "damaged-pixels")
        let header = Array(bytes[at - 10..<at])
        let many = [[UInt8]](repeating: header + [0x55], count: 20_000).joined()
        #expect(["", "damaged-pixels"].contains(try Self.outcome(Array(bytes[..<(at - 10)]) + many)))
    }

    @Test("a damaged restart interval leaves those behind it in their place")
    func resynchronisation() throws {
        let (stream, scans) = Self.picture()
        var bytes = stream.bytes(scans)
        let values = try stream.values(scans)
        let first = try #require(Self.find([0xFF, 0xD0], in: bytes))
        // A code that the table does not have, in the middle of the second interval.
        for at in first + 12..<first + 16 { bytes[at] = 0xFE }
        let damaged = try JPEGStream.values(bytes, width: 64, height: 64)
        #expect(damaged != values)
        #expect(damaged[(16 * 64)...] == values[(16 * 64)...])
    }

    @Test("flipped bytes never do more harm than an error or a wrong picture", arguments: [UInt8(0xC1), 0xC2])
    func mutations(process: UInt8) throws {
        let (stream, scans) = Self.picture(process: process)
        let bytes = stream.bytes(scans)
        var state: UInt64 = 42
        func next(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        let legal: Set<String> = ["", "damaged-pixels", "inconsistent", "unsupported"]
        for _ in 0..<400 {
            var damaged = bytes
            for _ in 0...next(6) { damaged[next(2) == 0 ? next(min(700, bytes.count)) : next(bytes.count)] = UInt8(next(256)) }
            let outcome = try Self.outcome(damaged)
            #expect(legal.contains(outcome), "\(outcome)")
        }
    }
}
