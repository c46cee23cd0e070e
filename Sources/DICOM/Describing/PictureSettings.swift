/// How a picture is asked for: the settings of `/with/...` and of `dcmfs render`.
package struct PictureSettings: Hashable, Sendable {
    /// Value of interest (VOI): which values become black and white. Grayscale only (rule G20).
    package enum Window: Hashable, Sendable {
        /// The file's first window or VOI LUT, else the automatic rule AW.
        case fileOrAuto
        /// The automatic rule, whatever the file says.
        case auto
        /// The file's window number n, counted from 1; where it has no such window, as `.fileOrAuto`.
        case file(number: Int)
        /// In modality units, function LINEAR; the width is above 0.
        case values(center: Double, width: Double)
        /// The same in Hounsfield units: on CT images with a rescale (rule AW 1); others are drawn as by `.fileOrAuto`.
        case hounsfield(center: Double, width: Double)
    }

    package var window: Window
    /// Whether overlays (60xx) are drawn (rule G26).
    package var overlays: Bool
    /// Longest side of the picture in pixels; nil for as many as there are. Never enlarges.
    package var longestSide: Int?
    /// Pixels that are not square are resampled to square ones; false for the matrix as it is stored (rule G25).
    package var squarePixels: Bool

    package static let longestSides = 1...16_384

    package init(window: Window = .fileOrAuto, overlays: Bool = true, longestSide: Int? = nil, squarePixels: Bool = true) {
        self.window = window
        self.overlays = overlays
        self.longestSide = longestSide
        self.squarePixels = squarePixels
    }
}

extension PictureDescription {
    /// Pixels longer than this in one direction are taken for a mistake of the header: the matrix stays as it is.
    private static let mostStretch = 16.0
    /// Samples of a picture of square pixels; where it would have more, the matrix stays.
    private static let mostSamples = 120.0 * 1_048_576
    /// Pixels are square that differ by less: rounding of the spacing, not worth any loss of sharpness.
    private static let tolerance = 0.001

    /// The picture as drawn with the given settings: exact sizes follow from it as from the one of the index.
    package func drawn(with settings: PictureSettings) -> PictureDescription {
        var whole = ofFrames
        if let assembled { (whole.width, whole.height) = (assembled.width, assembled.height) }
        let stretch = settings.squarePixels ? whole.stretch : nil
        guard settings.longestSide != nil || stretch != nil else { return whole }
        return whole.fitted(to: settings.longestSide, stretch ?? (1, 1))
    }

    /// By how much the columns and rows grow so that pixels are square: the denser axis keeps its own. Nil where they stay.
    private var stretch: (x: Double, y: Double)? {
        guard let density, density.x > 0, density.y > 0 else { return nil }
        let (x, y) = (Double(density.x), Double(density.y))
        let densest = max(x, y)
        guard 1 - min(x, y) / densest >= Self.tolerance, densest / min(x, y) <= Self.mostStretch else { return nil }
        let (wide, high) = ((Double(width) * densest / x).rounded(), (Double(height) * densest / y).rounded())
        guard wide <= 65_535, high <= 65_535, wide * high * Double(channels) <= Self.mostSamples else { return nil }
        return (densest / x, densest / y)
    }

    /// Stretched, then reduced until the longest side fits.
    private func fitted(to side: Int?, _ stretch: (x: Double, y: Double)) -> PictureDescription {
        let (wide, high) = (Double(width) * stretch.x, Double(height) * stretch.y)
        let limit = side.map { Double(min(max($0, 1), PictureSettings.longestSides.upperBound)) } ?? .infinity
        let scale = min(1, limit / max(wide, high))
        var fitted = self
        fitted.width = max(1, Int((wide * scale).rounded()))
        fitted.height = max(1, Int((high * scale).rounded()))
        guard let density, density.isMetric else {
            // A ratio of square pixels says nothing.
            if stretch != (1, 1) { fitted.density = nil }
            return fitted
        }
        func scaled(_ own: UInt32, _ stretch: Double) -> UInt32 { UInt32(min(max((Double(own) * stretch * scale).rounded(), 1), 1e9)) }
        fitted.density = PixelDensity(x: scaled(density.x, stretch.x), y: scaled(density.y, stretch.y), isMetric: true)
        return fitted
    }
}
