import DICOM

/// Stored values that mark "no image here" (PS3.3 C.7.5.1.1.2; rule G23): drawn black, left out of statistics.
struct Padding {
    let range: ClosedRange<Int>

    init?(_ dataSet: DataSet, _ bits: StoredBits) {
        guard let element = dataSet.element(.pixelPaddingValue) else { return nil }
        let values = element.ints
        guard values.count == 1, let value = values.first, let one = Self.stored(value, bits) else { return nil }
        let limits = dataSet.ints(.pixelPaddingRangeLimit)
        let other = limits.count == 1 ? Self.stored(limits[0], bits) ?? one : one
        range = min(one, other)...max(one, other)
    }

    func contains(_ stored: Double) -> Bool { stored >= Double(range.lowerBound) && stored <= Double(range.upperBound) }

    /// A value written with the other signedness is read again; what then does not fit is ignored.
    private static func stored(_ value: Int, _ bits: StoredBits) -> Int? {
        for candidate in [value, value - 65_536, value + 65_536] where candidate >= bits.lowest && candidate <= bits.highest {
            return candidate
        }
        return nil
    }
}
