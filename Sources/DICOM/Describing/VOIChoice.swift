/// Which VOI transformation the preview of a frame uses: decided from the header alone (rendering.md G16 to G21).
///
/// The header text names it and the renderer applies it, so both ask here.
package enum VOIChoice: Hashable, Sendable {
    /// A window of the file.
    case window(Window)
    /// The first item of a VOI LUT Sequence (`lutItem`).
    case lut
    /// Nothing usable in the file: the automatic rule (AW).
    case auto
    /// Colour: windows do not apply (G20).
    case none

    package struct Window: Hashable, Sendable {
        package var center: Double
        package var width: Double
        package var function: Function
        /// First value of Window Center & Width Explanation (0028,1055), decoded; empty where there is none.
        package var explanation: [UInt8] = []

        package init(center: Double, width: Double, function: Function = .linear, explanation: [UInt8] = []) {
            self.center = center
            self.width = width
            self.function = function
            self.explanation = explanation
        }
    }

    /// VOI LUT Function (0028,1056): rules G11 to G13. Raw values are the standard's terms.
    package enum Function: String, Hashable, Sendable {
        case linear = "LINEAR"
        case linearExact = "LINEAR_EXACT"
        case sigmoid = "SIGMOID"
    }

    /// The choice for a frame.
    ///
    /// - Parameters:
    ///   - frame: 0-based.
    ///   - hasIntegerValues: whether modality values are integers, as far as G17 cares; nil to find out here.
    package static func choice(for dataSet: DataSet, frame: Int, hasIntegerValues: Bool? = nil) -> VOIChoice {
        guard isMonochrome(dataSet) else { return .none }
        for place in places(in: dataSet, frame: frame) {
            let isInteger = hasIntegerValues ?? Self.hasIntegerValues(dataSet, frame: frame)
            if let window = window(in: place, hasIntegerValues: isInteger) { return .window(window) }
            if lut(in: place) != nil { return .lut }
        }
        return .auto
    }

    /// The file's window of this number, counted from 1: the frame's own or shared ones where there are any, then the outermost
    /// ones; nil where it has no such window or an invalid one (G16, G17, G21).
    package static func window(number: Int, in dataSet: DataSet, frame: Int) -> Window? {
        guard number > 0, isMonochrome(dataSet) else { return nil }
        let isInteger = hasIntegerValues(dataSet, frame: frame)
        for place in places(in: dataSet, frame: frame) {
            if let window = window(in: place, number: number, hasIntegerValues: isInteger) { return window }
        }
        return nil
    }

    /// The item whose LUT `.lut` means.
    package static func lutItem(in dataSet: DataSet, frame: Int) -> DataSet? {
        for place in places(in: dataSet, frame: frame) {
            if let item = lut(in: place) { return item }
        }
        return nil
    }

    /// MONOCHROME1 or 2; a file that does not say, with one sample a pixel, counts as such.
    package static func isMonochrome(_ dataSet: DataSet) -> Bool {
        guard let photometric = PhotometricTerm.of(dataSet) else { return dataSet.int(.samplesPerPixel) ?? 1 == 1 }
        return photometric == "MONOCHROME1" || photometric == "MONOCHROME2"
    }

    /// Where to look, in order: the frame's or the shared Frame VOI LUT, then the outermost data set (G21).
    private static func places(in dataSet: DataSet, frame: Int) -> [DataSet] {
        guard let item = FunctionalGroups.item(.frameVOILUTSequence, frame: frame, of: dataSet) else { return [dataSet] }
        return [item, dataSet]
    }

    /// The first window, where it is valid (G16, G17).
    private static func window(in place: DataSet, hasIntegerValues: Bool) -> Window? {
        guard let center = place.double(.windowCenter), let width = place.double(.windowWidth) else { return nil }
        return valid(center, width, in: place, number: 1, hasIntegerValues)
    }

    private static func window(in place: DataSet, number: Int, hasIntegerValues: Bool) -> Window? {
        let (centers, widths) = (place.doubles(.windowCenter), place.doubles(.windowWidth))
        guard number <= min(centers.count, widths.count) else { return nil }
        return valid(centers[number - 1], widths[number - 1], in: place, number: number, hasIntegerValues)
    }

    private static func valid(_ center: Double, _ width: Double, in place: DataSet, number: Int, _ hasIntegerValues: Bool) -> Window? {
        guard center.isFinite, width.isFinite, width > 0 else { return nil }
        var function = place.string(.voilutFunction).flatMap { Function(rawValue: $0) } ?? .linear
        if function == .linear {
            if !hasIntegerValues, width <= 1 { function = .linearExact } else if width < 1 { return nil }
        }
        let explanations = number == 1 ? place.string(.windowCenterWidthExplanation).map { [$0] } ?? [] : place.strings(.windowCenterWidthExplanation)
        let explanation = number <= explanations.count ? Array(explanations[number - 1].utf8) : []
        return Window(center: center, width: width, function: function, explanation: explanation)
    }

    private static func lut(in place: DataSet) -> DataSet? {
        guard let item = place.item(.voilutSequence, 0), item.contains(.lutDescriptor), item.contains(.lutData) else { return nil }
        return item
    }

    /// False for float pixels and for a rescale slope below 1 (G17). A slope of 0 counts as 1 (G6).
    package static func hasIntegerValues(_ dataSet: DataSet, frame: Int) -> Bool {
        if dataSet.contains(.floatPixelData) || dataSet.contains(.doubleFloatPixelData) { return false }
        let place = FunctionalGroups.item(.pixelValueTransformationSequence, frame: frame, of: dataSet) ?? dataSet
        if place.contains(.modalityLUTSequence) { return true }
        let slope = place.double(.rescaleSlope) ?? 1
        return slope == 0 || slope.magnitude >= 1
    }
}
