import DICOM

/// The automatic window, where the file has none (rule AW, rendering section 1.5).
struct AutoWindow {
    private let dataSet: DataSet
    private let frame: Int
    private static let computedTomography: Set<String> = [
        "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2",
    ]
    private static let pValues: Set<String> = ["1.2.840.10008.5.1.4.1.1.7.2", "1.2.840.10008.5.1.4.1.1.7.3"]

    init(_ dataSet: DataSet, frame: Int) {
        self.dataSet = dataSet
        self.frame = frame
    }

    /// What the header alone decides: AW 1, 2 and 4, and the Modality LUT; nil where the values of the frame are needed.
    func fixed(_ layout: FrameLayout, _ modality: ModalityTransform) -> GrayMapping? {
        if isHounsfield { return .window(.init(center: 40, width: 400)) }
        // Inside is 1, in bits or in bytes (PS3.3 C.8.20.2).
        if dataSet.string(.segmentationType) == "BINARY" { return .range(low: 0, high: 1) }
        if dataSet.string(.segmentationType) == "FRACTIONAL", let highest = dataSet.int(.maximumFractionalValue), highest > 0 {
            return .range(low: 0, high: Double(highest))
        }
        // Without a VOI transformation the standard's is the identity (PS3.4 N.2.2): the output of a Modality LUT is as wide as its
        // entries are, so that nothing has to be guessed.
        if case .lut(let table) = modality { return .range(low: 0, high: Double(table.highest)) }
        guard !layout.isFloat else { return nil }
        let bits = StoredBits(layout, shift: 0)
        if layout.bitsStored <= 8, modality.isIdentity { return .range(low: Double(bits.lowest), high: Double(bits.highest)) }
        if Self.pValues.contains(dataSet.string(.sopClassUID) ?? "") {
            if case .linear = modality { return .range(low: modality.value(Double(bits.lowest)), high: modality.value(Double(bits.highest))) }
        }
        return nil
    }

    /// A CT image by its class, with a rescale to Hounsfield units (AW 1).
    var isHounsfield: Bool {
        guard Self.computedTomography.contains(dataSet.string(.sopClassUID) ?? "") else { return false }
        let place = FunctionalGroups.item(.pixelValueTransformationSequence, frame: frame, of: dataSet) ?? dataSet
        guard place.contains(.rescaleSlope) || place.contains(.rescaleIntercept) else { return false }
        let type = place.string(.rescaleType) ?? ""
        return type.isEmpty || type == "HU"
    }

    /// AW 3, 5 and 6; frames without any value are black.
    ///
    /// - Parameter possible: modality values between which stored ones can lie; nil for floating-point pixels.
    func range(_ values: ValueStatistics?, possible: ClosedRange<Double>?) -> GrayMapping {
        guard let values else { return .range(low: 0, high: 0) }
        if values.lowest == values.highest, let possible {
            // Nothing to stretch: one value everywhere is as bright as it is among those that could be.
            return .range(low: possible.lowerBound, high: possible.upperBound)
        }
        var (low, high) = (values.low, values.high)
        switch dataSet.string(.modality) {
        case "PT", "NM": low = min(low, 0)
        case "RTDOSE":
            low = min(low, 0)
            high = values.highest
        default: break
        }
        if high <= low { (low, high) = (values.lowest, values.highest) }
        return .range(low: low, high: high)
    }
}
