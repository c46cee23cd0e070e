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
    /// Longest side of the picture in pixels, which are square then; nil for the image's own matrix. Never enlarges.
    package var longestSide: Int?

    package static let longestSides = 1...16_384

    package init(window: Window = .fileOrAuto, overlays: Bool = true, longestSide: Int? = nil) {
        self.window = window
        self.overlays = overlays
        self.longestSide = longestSide
    }
}

extension PictureDescription {
    /// The picture as drawn with the given settings: exact sizes follow from it as from the one of the index.
    package func drawn(with settings: PictureSettings) -> PictureDescription {
        guard let side = settings.longestSide else { return self }
        return fitted(to: side)
    }

    /// Square pixels as small as the smaller side of a pixel, then reduced until the longest side fits (rule G25).
    private func fitted(to side: Int) -> PictureDescription {
        // Pixels per length: the denser axis keeps its pixels.
        let (x, y) = density.map { (Double(max(1, $0.x)), Double(max(1, $0.y))) } ?? (1, 1)
        let densest = max(x, y)
        let (wide, high) = (Double(width) * densest / x, Double(height) * densest / y)
        let scale = min(1, Double(min(max(side, 1), PictureSettings.longestSides.upperBound)) / max(wide, high))
        var fitted = self
        fitted.width = max(1, Int((wide * scale).rounded()))
        fitted.height = max(1, Int((high * scale).rounded()))
        guard let density, density.isMetric else {
            fitted.density = nil
            return fitted
        }
        let square = UInt32(min(max((densest * scale).rounded(), 1), 1e9))
        fitted.density = PixelDensity(x: square, y: square, isMetric: true)
        return fitted
    }
}
