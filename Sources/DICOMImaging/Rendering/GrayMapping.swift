import DICOM
import Glibc

/// Modality values to 0...1 (PS3.3 C.11.2; rules G11 to G13, G19, and the linear range of rule AW).
enum GrayMapping {
    case window(VOIChoice.Window)
    case lut(LookupTable)
    /// From black to white; equal ends: all black when 0, else mid-gray.
    case range(low: Double, high: Double)

    func level(_ x: Double) -> Double {
        switch self {
        case .window(let window): Self.level(x, window)
        case .lut(let table): Double(table.value(Self.integer(x))) / Double(table.highest)
        case .range(let low, let high):
            high > low ? min(max((x - low) / (high - low), 0), 1) : low == 0 ? 0 : 128.0 / 255
        }
    }

    /// Whether levels only rise or only fall with the modality value.
    var isMonotone: Bool {
        if case .lut = self { return false }
        return true
    }

    /// 8-bit level, rounded half up (rule G15).
    @inline(__always)
    func byte(_ x: Double) -> UInt8 {
        let level = 255 * level(x) + 0.5
        return level >= 255 ? 255 : level > 0 ? UInt8(level) : 0
    }

    static func level(_ x: Double, _ window: VOIChoice.Window) -> Double {
        let c = window.center
        let w = window.width
        switch window.function {
        case .linear:
            if x <= c - 0.5 - (w - 1) / 2 { return 0 }
            if x > c - 0.5 + (w - 1) / 2 { return 1 }
            return (x - (c - 0.5)) / (w - 1) + 0.5
        case .linearExact:
            if x <= c - w / 2 { return 0 }
            if x > c + w / 2 { return 1 }
            return (x - c) / w + 0.5
        case .sigmoid: return 1 / (1 + exp(-4 * (x - c) / w))
        }
    }

    private static func integer(_ x: Double) -> Int {
        x.isFinite ? Int(min(max(x.rounded(), -1e9), 1e9)) : 0
    }
}
