import DICOM
import DICOMImaging
import Foundation
import TestSupport
import Testing

@Suite("Own DCT decoder, on streams made here")
struct JPEGDCTTests {
    /// Repeatable coefficients: a few per block, small enough to stay within 12 bits.
    static func coefficients(_ component: Int, _ column: Int, _ row: Int) -> [Int] {
        var state = UInt64(component * 7919 + column * 104_729 + row * 1_299_709 + 17)
        func next(_ range: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % (2 * range + 1) - range
        }
        var values = [Int](repeating: 0, count: 64)
        values[0] = next(4000)
        for _ in 0..<8 { values[1 + (next(31) + 31)] = next(400) }
        return values
    }

    /// T.81 A.3.3 in double precision, level-shifted and clamped.
    static func exact(_ zigzag: [Int], _ quantization: [Int], precision: Int = 12) -> [Int] {
        var natural = [Double](repeating: 0, count: 64)
        var (row, column) = (0, 0)
        for k in 0..<64 {
            natural[row * 8 + column] = Double(zigzag[k] * quantization[k])
            let goesUp = (row + column) % 2 == 0
            if goesUp ? column == 7 : row == 7 {
                if goesUp { row += 1 } else { column += 1 }
            } else if goesUp ? row == 0 : column == 0 {
                if goesUp { column += 1 } else { row += 1 }
            } else {
                row += goesUp ? -1 : 1
                column += goesUp ? 1 : -1
            }
        }
        func factor(_ i: Int, _ x: Int) -> Double { (i == 0 ? 0.5.squareRoot() : 1) * cos(Double((2 * x + 1) * i) * .pi / 16) / 2 }
        return (0..<64).map { place in
            var sum = 0.0
            for v in 0..<8 { for u in 0..<8 { sum += natural[v * 8 + u] * factor(u, place % 8) * factor(v, place / 8) } }
            return min(max(Int(sum.rounded()) + 1 << (precision - 1), 0), 1 << precision - 1)
        }
    }

    static func expected(_ stream: JPEGStream, component: Int = 0) -> [Int] {
        var values = [Int](repeating: 0, count: stream.width * stream.height)
        for row in 0..<(stream.height + 7) / 8 {
            for column in 0..<(stream.width + 7) / 8 {
                let block = exact(stream.coefficients(component, column, row), stream.quantization, precision: stream.precision)
                for i in 0..<64 where column * 8 + i % 8 < stream.width && row * 8 + i / 8 < stream.height {
                    values[(row * 8 + i / 8) * stream.width + column * 8 + i % 8] = block[i]
                }
            }
        }
        return values
    }

    static func distance(_ a: [Int], _ b: [Int]) -> Int { a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .max }

    @Test("samples are the exact transform within 1, for short and long codes, restarts and edges that cut blocks", arguments: [false, true])
    func transform(usesLongCodes: Bool) throws {
        for (width, height, restart) in [(8, 8, 0), (24, 16, 0), (37, 21, 0), (37, 21, 2), (5, 3, 1)] {
            var stream = JPEGStream(width: width, height: height, coefficients: Self.coefficients)
            (stream.usesLongCodes, stream.restartInterval) = (usesLongCodes, restart)
            #expect(Self.distance(try stream.values(), Self.expected(stream)) <= 1, "\(width) x \(height), restart \(restart)")
        }
    }

    @Test("16-bit divisors multiply")
    func quantization() throws {
        var stream = JPEGStream(width: 16, height: 16)
        stream.quantization = (0..<64).map { 300 + $0 }
        stream.coefficients = { _, column, row in
            [column * 7 - row * 5, 1, -1] + [Int](repeating: 0, count: 60) + [1]
        }
        #expect(Self.distance(try stream.values(), Self.expected(stream)) <= 1)
    }

    @Test("three components in one scan, or in a scan each, are the same picture")
    func scans() throws {
        var stream = JPEGStream(width: 30, height: 19, coefficients: Self.coefficients)
        stream.components = [.init(id: 1), .init(id: 2), .init(id: 3)]
        let together = try stream.values()
        #expect(together == (try stream.values([.init(components: [2]), .init(components: [0]), .init(components: [1])])))
        for component in 0..<3 {
            let own = stride(from: component, to: together.count, by: 3).map { together[$0] }
            #expect(Self.distance(own, Self.expected(stream, component: component)) <= 1)
        }
    }

    @Test("a scan header that ends the spectrum at 0 is read as if it said 63 (rule J6)")
    func wrongScanHeader() throws {
        let stream = JPEGStream(width: 24, height: 16, coefficients: Self.coefficients)
        #expect(try stream.values([.init(components: [0], end: 0)]) == stream.values())
    }

    @Test("spectral selection and successive approximation of DC give what a sequential stream gives")
    func progressive() throws {
        var stream = JPEGStream(width: 37, height: 21, coefficients: Self.coefficients)
        let sequential = try stream.values()
        stream.process = 0xC2
        let scans: [JPEGStream.Scan] = [
            .init(components: [0], end: 0, bit: 2), .init(components: [0], start: 1, end: 5), .init(components: [0], end: 0, previousBit: 2, bit: 1),
            .init(components: [0], start: 6, end: 63), .init(components: [0], end: 0, previousBit: 1, bit: 0),
        ]
        #expect(try stream.values(scans) == sequential)
        // Without its later scans it is coarser, not an error.
        #expect(Self.distance(try stream.values([scans[0], scans[1]]), sequential) < 1200)
    }

    @Test("chroma of half width, half height or both is interpolated 3:1", arguments: [(2, 1), (1, 2), (2, 2)])
    func upsampling(_ luma: (Int, Int)) throws {
        let (width, height) = (44, 26)
        var chroma = JPEGStream(
            width: (width + luma.0 - 1) / luma.0, height: (height + luma.1 - 1) / luma.1, coefficients: { Self.coefficients(1, $1, $2) })
        let plane = try chroma.values()
        chroma.coefficients = { Self.coefficients($0, $1, $2) }
        var stream = JPEGStream(width: width, height: height, coefficients: Self.coefficients)
        stream.components = [.init(id: 1, horizontal: luma.0, vertical: luma.1), .init(id: 2), .init(id: 3)]
        let values = try stream.values()
        func weighted(_ x: Double, _ count: Int) -> [(Int, Double)] {
            let low = Int(x.rounded(.down))
            return [(min(max(low, 0), count - 1), 1 - (x - Double(low))), (min(max(low + 1, 0), count - 1), x - Double(low))]
        }
        for y in 0..<height {
            for x in 0..<width {
                let columns = luma.0 == 2 ? weighted((Double(x) - 0.5) / 2, chroma.width) : [(x, 1)]
                let rows = luma.1 == 2 ? weighted((Double(y) - 0.5) / 2, chroma.height) : [(y, 1)]
                var sum = 0.0
                for row in rows { for column in columns { sum += Double(plane[row.0 * chroma.width + column.0]) * row.1 * column.1 } }
                #expect(abs(Double(values[(y * width + x) * 3 + 1]) - sum) <= 0.51 + 0.25)
            }
        }
    }

    @Test("sampling factors that do not divide each other are repeated, at 8 and 12 bits", arguments: [8, 12])
    func oddSampling(precision: Int) throws {
        var stream = JPEGStream(precision: precision, process: 0xC1, width: 48, height: 16)
        stream.components = [.init(id: 1, horizontal: 3), .init(id: 2, horizontal: 2), .init(id: 3)]
        stream.coefficients = { component, column, _ in [component == 0 ? 0 : (column + component) * 80] + [Int](repeating: 0, count: 63) }
        let values = try stream.values(bitsStored: precision)
        let center = 1 << (precision - 1)
        for x in 0..<48 {
            #expect(values[x * 3] == center)
            #expect(values[x * 3 + 1] == center + (x * 2 / 3 / 8 + 1) * 10)
            #expect(values[x * 3 + 2] == center + (x / 3 / 8 + 2) * 10)
        }
    }

    @Test("what three components of 12 bits are is told by the stream first (rule C6)")
    func color() throws {
        func raster(_ preface: [UInt8], ids: [UInt8], _ photometric: String) throws -> [UInt8] {
            var stream = JPEGStream(width: 8, height: 8, preface: preface)
            stream.components = ids.map { .init(id: $0) }
            stream.coefficients = { component, _, _ in [component == 2 ? 8000 : 0] + [Int](repeating: 0, count: 63) }
            let file = try JPEGStream.file(stream.bytes(), width: 8, height: 8, samples: 3, photometric: photometric)
            let description = try #require(PictureDescriber.describe(file).picture)
            return Array(try PictureRenderer.raster(of: file, frame: 0, settings: PictureSettings(), description: description).prefix(3))
        }
        func adobe(_ transform: UInt8) -> [UInt8] { JPEGStream.segment(0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, transform]) }
        let asRGB = try raster(adobe(0), ids: [1, 2, 3], "YBR_FULL")
        #expect(asRGB == [128, 128, 190])
        #expect(try raster([], ids: Array("RGB".utf8), "YBR_FULL") == asRGB)
        #expect(try raster([], ids: [1, 2, 3], "RGB") == asRGB)
        let asYBR = try raster(adobe(1), ids: [1, 2, 3], "RGB")
        #expect(asYBR == [215, 84, 128])
        #expect(try raster(JPEGStream.segment(0xE0, Array("JFIF".utf8) + [0, 1, 1, 0, 0, 1, 0, 1, 0, 0]), ids: [1, 2, 3], "RGB") == asYBR)
    }
}
