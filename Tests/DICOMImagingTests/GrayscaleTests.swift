import DICOM
import TestSupport
import Testing

@testable import DICOMImaging

@Suite("Grayscale rules")
struct GrayscaleTests {
    private func image(_ values: [Int], window: String? = nil, function: String? = nil) -> NativeImage {
        var image = NativeImage(rows: 1, columns: values.count, bitsAllocated: 16, bitsStored: 16, isSigned: true, pixels: NativeImage.words(values))
        image.after = { writer in
            if let window {
                let parts = window.split(separator: "/")
                writer.element(.windowCenter, .DS, String(parts[0]))
                writer.element(.windowWidth, .DS, String(parts[1]))
            }
            if let function { writer.element(.voilutFunction, .CS, function) }
        }
        return image
    }

    @Test("Q1, G11 to G13: the scalar vectors of the three VOI functions")
    func vectors() throws {
        #expect(try image([-160, 39, 40, 239, 240], window: "40/400").raster() == [0, 127, 128, 255, 255])
        #expect(try image([-160, 40, 239, 240], window: "40/400", function: "LINEAR_EXACT").raster() == [0, 128, 254, 255])
        #expect(try image([-160, 40, 240], window: "40/400", function: "SIGMOID").raster() == [30, 128, 225])
    }

    @Test("G11: a width of 1 is a threshold")
    func threshold() throws {
        #expect(try image([9, 10, 11], window: "10/1").raster() == [0, 255, 255])
    }

    @Test("the n-th window of the file is used where it has one, else its first")
    func numberedWindow() throws {
        let image = image([0, 100, 200, 1000], window: "100\\500/200\\1000")
        let first = try image.raster()
        let second = try image.raster(PictureSettings(window: .file(number: 2)))
        #expect(second == (try image.raster(PictureSettings(window: .values(center: 500, width: 1000)))))
        #expect(second != first)
        #expect(try image.raster(PictureSettings(window: .file(number: 1))) == first)
        #expect(try image.raster(PictureSettings(window: .file(number: 3))) == first)
        #expect(try image.raster(PictureSettings(window: .file(number: 0))) == first)
        #expect(try image.raster(PictureSettings(window: .file(number: .max))) == first)
    }

    @Test("G21: numbered windows of a frame come from its functional group before the outermost data set")
    func numberedWindowOfFrame() throws {
        var image = NativeImage(
            rows: 1, columns: 3, bitsAllocated: 16, bitsStored: 16, frames: 2, pixels: NativeImage.words([0, 100, 200, 0, 100, 200]))
        image.after = { writer in
            writer.element(.windowCenter, .DS, "1\\2\\3000")
            writer.element(.windowWidth, .DS, "10\\10\\6000")
            writer.sequence(
                .perFrameFunctionalGroupsSequence,
                items: [100, 50].map { center in
                    { item in
                        item.sequence(
                            .frameVOILUTSequence,
                            items: [
                                { voi in
                                    voi.element(.windowCenter, .DS, "\(center)\\\(center * 2)")
                                    voi.element(.windowWidth, .DS, "100\\200")
                                }
                            ])
                    }
                })
        }
        for (frame, center) in [(0, 100.0), (1, 50.0)] {
            #expect(try image.raster(frame: frame) == (try image.raster(PictureSettings(window: .values(center: center, width: 100)), frame: frame)))
            let second = try image.raster(PictureSettings(window: .file(number: 2)), frame: frame)
            #expect(second == (try image.raster(PictureSettings(window: .values(center: center * 2, width: 200)), frame: frame)))
        }
        // The frame has two windows; the third is the outermost one.
        #expect(
            try image.raster(PictureSettings(window: .file(number: 3)))
                == (try image.raster(PictureSettings(window: .values(center: 3000, width: 6000)))))
    }

    @Test("AW 1: Hounsfield windows are for CT images with a rescale; others keep the file's window")
    func hounsfield() throws {
        let settings = PictureSettings(window: .hounsfield(center: 500, width: 100))
        var image = image([0, 500, 1000], window: "100/200")
        #expect(try image.raster(settings) == (try image.raster()))
        image.sopClass = "1.2.840.10008.5.1.4.1.1.2"
        image.overlays = { $0.element(.rescaleIntercept, .DS, "0") }
        #expect(try image.raster(settings) == (try image.raster(PictureSettings(window: .values(center: 500, width: 100)))))
    }

    @Test("G14: the table's ramp equals the formula for every stored value", arguments: [false, true])
    func ramp(isSigned: Bool) {
        var generator = SplitMix(seed: 7)
        for _ in 0..<200 {
            let bits = StoredBits(bits: Int.random(in: 1...16, using: &generator), isSigned: isSigned)
            let slopes: [Double] = [1, -1, 0.1, 41.1216, -3.5, 5.9e-8]
            let slope: Double = slopes.randomElement(using: &generator) ?? 1
            let center = Double.random(in: -40_000...40_000, using: &generator) * slope.magnitude
            let width = Double.random(in: 0.1...90_000, using: &generator) * slope.magnitude
            let functions: [VOIChoice.Function] = [.linear, .linearExact, .sigmoid]
            let window = VOIChoice.Window(center: center, width: width, function: functions.randomElement(using: &generator) ?? .linear)
            let mapping: GrayMapping =
                Bool.random(using: &generator) ? .window(window) : .range(low: window.center, high: window.center + window.width)
            let modality = ModalityTransform.linear(slope: slope, intercept: Double.random(in: -2000...2000, using: &generator).rounded())
            let table = GrayTable(modality: modality, mapping: mapping, isInverted: Bool.random(using: &generator), padding: nil, bits: bits)
            let flip: UInt8 = table.isInverted ? 255 : 0
            let expected = (0..<1 << bits.bits).map { mapping.byte(modality.value(Double(bits.value(UInt32($0))))) ^ flip }
            #expect(table.bytes(count: 1 << bits.bits) == expected, "\(bits) \(mapping) \(modality)")
        }
    }

    @Test("G22, G23: padding is black also in inverted images, and out of the statistics")
    func padding() throws {
        var image = NativeImage(
            rows: 1, columns: 6, photometric: "MONOCHROME1", bitsAllocated: 16, bitsStored: 16, isSigned: true,
            pixels: NativeImage.words([-2000, -2000, 0, 50, 100, 100]))
        image.after = { $0.element(.pixelPaddingValue, us: 63_536) }
        #expect(try image.raster() == [0, 0, 255, 127, 0, 0])
        #expect(try image.explanation().contains("from 0.0 to 100.0"))
    }

    @Test("G1: bits above the stored ones do not count")
    func strayBits() throws {
        let image = NativeImage(
            rows: 1, columns: 4, bitsAllocated: 16, bitsStored: 12, pixels: NativeImage.words([0xF000, 0x8FFF, 0x0FFF, 0x1800]))
        #expect(try image.raster(PictureSettings(window: .values(center: 2048, width: 4096))) == [0, 255, 255, 128])
    }

    @Test("G5: floating point is drawn by percentiles; NaN and infinities are black and in no statistics")
    func floats() throws {
        let values: [Float] = [.nan, .infinity, -.infinity, -1, 0, 1, 3]
        let bytes = values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32($0))) } }
        let image = NativeImage(rows: 1, columns: values.count, bitsAllocated: 32, bitsStored: 32, pixels: bytes, pixelTag: .floatPixelData, vr: .OF)
        // Of four values none is cut off.
        #expect(try image.raster() == [0, 0, 0, 0, 64, 128, 255])
    }

    @Test("AW 3: a dose grid is drawn from 0 to its greatest value, in Gy")
    func dose() throws {
        var image = NativeImage(
            rows: 1, columns: 3, bitsAllocated: 32, bitsStored: 32, modality: "RTDOSE",
            pixels: [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0])
        image.overlays = { $0.element(.doseGridScaling, .DS, "0.001") }
        #expect(try image.raster() == [0, 128, 255])
        #expect(try image.explanation().contains("from 0.0 to 131.072"))
    }

    @Test("rule AW: order statistics without sorting equal those of sorted values")
    func statistics() throws {
        var generator = SplitMix(seed: 3)
        for size in [1, 2, 3, 200, 999] {
            let values = (0..<size).map { _ in Double.random(in: -1e3...1e3, using: &generator).rounded(.toNearestOrEven) / 7 }
            let bytes = values.flatMap { value in (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt64($0))) } }
            let bits = StoredBits(bits: 64, isSigned: false)
            let samples = GrayValues(PixelBuffer(bytes: bytes, container: .float64), bits, count: size)
            let found = GrayStatistics(values: samples, bits: bits, modality: .linear(slope: -2, intercept: 5), padding: nil).collect()
            let sorted = values.map { -2 * $0 + 5 }.sorted()
            let ranks = ValueStatistics.ranks(size)
            #expect(found == ValueStatistics(lowest: sorted[0], highest: sorted[size - 1], low: sorted[ranks.low], high: sorted[ranks.high]))
        }
    }

    @Test("rule AW: the same for 16-bit values with sign, slope and padding")
    func histogram() throws {
        var generator = SplitMix(seed: 4)
        for slope in [0.5, -3.0] {
            let stored = (0..<777).map { _ in Int.random(in: -2048...2047, using: &generator) }
            let bits = StoredBits(bits: 12, isSigned: true)
            let samples = GrayValues(PixelBuffer(bytes: NativeImage.words(stored), container: .uint16), bits, count: 777)
            var padded = NativeImage(rows: 1, columns: 1, bitsAllocated: 16, bitsStored: 12, isSigned: true, pixels: [0, 0])
            padded.after = { $0.element(.pixelPaddingValue, .SS, [0x00, 0xFC]) }
            let padding = Padding(try padded.file().dataSet, bits)
            let found = GrayStatistics(values: samples, bits: bits, modality: .linear(slope: slope, intercept: 1), padding: padding).collect()
            let sorted = stored.filter { $0 != -1024 }.map { slope * Double($0) + 1 }.sorted()
            let ranks = ValueStatistics.ranks(sorted.count)
            #expect(found == ValueStatistics(lowest: sorted[0], highest: sorted[sorted.count - 1], low: sorted[ranks.low], high: sorted[ranks.high]))
        }
    }
}

/// The same numbers in every run.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
