import DICOM
import Glibc

/// Label map segmentations: each stored value is a segment's number, drawn in the colour recommended for it (PS3.3 C.8.20.2,
/// Recommended Display CIELab Value, C.10.7.1.1).
struct SegmentColors {
    /// By segment number, red in the lowest byte; 0 is the background, black.
    private let colors: [UInt32]

    /// Nil for anything but a label map without a palette of its own.
    init?(_ dataSet: DataSet, _ layout: FrameLayout) {
        guard dataSet.string(.segmentationType) == "LABELMAP", layout.photometric.isMonochrome, layout.samples == 1, layout.bitsAllocated <= 16
        else { return nil }
        var colors: [UInt32] = [0]
        for item in dataSet.items(.segmentSequence) {
            guard let number = item.int(.segmentNumber), (1...65_535).contains(number) else { continue }
            if number >= colors.count { colors += (colors.count...number).map { Self.other($0) } }
            if let lab = Self.lab(item.ints(.recommendedDisplayCIELabValue)) { colors[number] = lab }
        }
        self.colors = colors
    }

    func rows(_ buffer: PixelBuffer, _ layout: FrameLayout) throws(DICOMError) -> PictureRows {
        let table = FieldTable<UInt32>(StoredBits(layout, shift: buffer.shift), buffer.container) { count in
            (0..<count).map { $0 < colors.count ? colors[$0] : Self.other($0) }
        }
        guard let table else { throw DICOMError(.unsupported, "a label map of more than 16 bits") }
        return .colored(table, buffer, layout)
    }

    /// A colour for a segment that has none: hues a golden angle apart, so that neighbours differ.
    private static func other(_ number: Int) -> UInt32 {
        let hue = (Double(number) * 0.618_033_988_75).truncatingRemainder(dividingBy: 1) * 6
        let rising = hue.truncatingRemainder(dividingBy: 1)
        let parts: [(Double, Double, Double)] = [
            (1, rising, 0), (1 - rising, 1, 0), (0, 1, rising), (0, 1 - rising, 1), (rising, 0, 1), (1, 0, 1 - rising),
        ]
        let (r, g, b) = parts[min(max(Int(hue), 0), 5)]
        return packed(r, g, b)
    }

    /// From DICOM's integers (L* of 100 and a*, b* of -128 to 127 over 16 bits; CIE D50) to sRGB.
    static func lab(_ values: [Int]) -> UInt32? {
        guard values.count == 3, values.allSatisfy({ (0...65_535).contains($0) }) else { return nil }
        let lightness = Double(values[0]) * 100 / 65_535
        let y = (lightness + 16) / 116
        let x = y + (Double(values[1]) * 255 / 65_535 - 128) / 500
        let z = y - (Double(values[2]) * 255 / 65_535 - 128) / 200
        func inverse(_ t: Double) -> Double { t > 6.0 / 29 ? t * t * t : 3 * 36 / 841 * (t - 4.0 / 29) }
        let (cx, cy, cz) = (0.9642 * inverse(x), inverse(y), 0.8249 * inverse(z))
        // XYZ of D50 to linear sRGB (Bradford-adapted).
        let red = 3.133_856_1 * cx - 1.616_866_7 * cy - 0.490_614_6 * cz
        let green = -0.978_768_4 * cx + 1.916_141_5 * cy + 0.033_454_0 * cz
        let blue = 0.071_945_3 * cx - 0.228_991_4 * cy + 1.405_242_7 * cz
        return packed(companded(red), companded(green), companded(blue))
    }

    private static func companded(_ linear: Double) -> Double {
        linear <= 0.003_130_8 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055
    }

    private static func packed(_ red: Double, _ green: Double, _ blue: Double) -> UInt32 {
        func byte(_ level: Double) -> UInt32 { UInt32(min(max(level * 255 + 0.5, 0), 255)) }
        return byte(red) | byte(green) << 8 | byte(blue) << 16
    }
}
