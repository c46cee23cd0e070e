import DICOM

/// Stored values to modality values (PS3.3 C.11.1; rules G6 to G9). Kept in floating point until the VOI step.
enum ModalityTransform {
    case linear(slope: Double, intercept: Double)
    case lut(LookupTable)

    static let identity = ModalityTransform.linear(slope: 1, intercept: 0)

    init(_ dataSet: DataSet, frame: Int, isSigned: Bool) {
        self = .identity
        if Self.isLogarithmic(dataSet) { return }
        if let item = dataSet.item(.modalityLUTSequence, 0), let lut = Self.lut(item, isSigned: isSigned) {
            self = .lut(lut)
            return
        }
        // RT Dose: the grid holds multiples of Dose Grid Scaling, in Gy (PS3.3 C.8.8.3.4.2).
        if let scaling = dataSet.double(.doseGridScaling), dataSet.string(.modality) == "RTDOSE", scaling.isFinite, scaling > 0, scaling < 1e30 {
            self = .linear(slope: scaling, intercept: 0)
            return
        }
        let place = FunctionalGroups.item(.pixelValueTransformationSequence, frame: frame, of: dataSet) ?? dataSet
        var slope = place.double(.rescaleSlope) ?? 1
        var intercept = place.double(.rescaleIntercept) ?? 0
        if slope == 0 || !slope.isFinite || slope.magnitude > 1e30 { slope = 1 }
        if !intercept.isFinite || intercept.magnitude > 1e30 { intercept = 0 }
        self = .linear(slope: slope, intercept: intercept)
    }

    /// A table that cannot be read is as good as none.
    private static func lut(_ item: DataSet, isSigned: Bool) -> LookupTable? {
        do throws(DICOMError) {
            return try LookupTable(descriptor: item.element(.lutDescriptor), data: item.element(.lutData), isSigned: isSigned)
        } catch {
            return nil
        }
    }

    /// XA and RF whose values are logarithms for display already (rule G8).
    private static func isLogarithmic(_ dataSet: DataSet) -> Bool {
        guard ["LOG", "DISP"].contains(dataSet.string(.pixelIntensityRelationship) ?? "") else { return false }
        return ["XA", "RF"].contains(dataSet.string(.modality) ?? "")
    }

    var isIdentity: Bool {
        if case .linear(let slope, let intercept) = self { return slope == 1 && intercept == 0 }
        return false
    }

    @inline(__always)
    func value(_ stored: Double) -> Double {
        switch self {
        case .linear(let slope, let intercept): slope * stored + intercept
        case .lut(let table): table.entry(stored).map { Double($0) } ?? .nan
        }
    }

    /// Whether modality values can be negative: decides how a VOI LUT's first mapped value reads (rule G10).
    func canBeNegative(_ bits: StoredBits) -> Bool {
        switch self {
        case .linear(let slope, let intercept):
            return min(slope * Double(bits.lowest), slope * Double(bits.highest)) + intercept < 0
        case .lut: return false
        }
    }
}
