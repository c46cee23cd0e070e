/// Makes the table from the patterns of the stored bits to bytes: modality, VOI, inversion, padding.
struct GrayTable {
    let modality: ModalityTransform
    let mapping: GrayMapping
    let isInverted: Bool
    let padding: Padding?
    let bits: StoredBits

    func fieldTable(_ container: SampleContainer) -> FieldTable<UInt8>? {
        FieldTable(bits, container) { bytes(count: $0) }
    }

    /// The byte of each pattern of the stored bits.
    func bytes(count: Int) -> [UInt8] {
        let flip: UInt8 = isInverted ? 255 : 0
        var bytes = [UInt8](repeating: 0, count: count)
        if count == 1 << bits.bits, case .linear = modality, mapping.isMonotone {
            fillRamp(&bytes, flip)
        } else {
            let field = StoredBits(bits: bits.bits, isSigned: bits.isSigned)
            for pattern in 0..<count { bytes[pattern] = byte(field.value(UInt32(pattern))) ^ flip }
        }
        if let padding {
            for stored in padding.range { bytes[stored & (count - 1)] = 0 }
        }
        return bytes
    }

    private func byte(_ stored: Int) -> UInt8 { mapping.byte(modality.value(Double(stored))) }

    /// Levels only rise or only fall with the stored value: most tables are flat at both ends, and only what lies between is
    /// computed value by value.
    private func fillRamp(_ bytes: inout [UInt8], _ flip: UInt8) {
        let (lowest, highest) = (bits.lowest, bits.highest)
        let (start, end) = (byte(lowest), byte(highest))
        let rampStart = Self.first(lowest...highest) { byte($0) != start } ?? highest + 1
        let rampEnd = Self.first(rampStart...max(rampStart, highest)) { byte($0) == end } ?? highest + 1
        // A negative value's pattern is in the upper half.
        let mask = bytes.count - 1
        func fill(_ range: Range<Int>, _ value: UInt8) {
            for part in [range.clamped(to: min(lowest, 0)..<0), range.clamped(to: 0..<highest + 1)] where !part.isEmpty {
                let at = part.lowerBound & mask
                bytes.withUnsafeMutableBufferPointer { $0[at..<at + part.count].update(repeating: value) }
            }
        }
        fill(lowest..<rampStart, start ^ flip)
        for stored in rampStart..<max(rampStart, rampEnd) { bytes[stored & mask] = byte(stored) ^ flip }
        fill(max(rampStart, rampEnd)..<highest + 1, end ^ flip)
    }

    /// The first value for which a condition holds that holds for all after it; nil for none.
    private static func first(_ range: ClosedRange<Int>, where condition: (Int) -> Bool) -> Int? {
        var (low, high) = (range.lowerBound, range.upperBound + 1)
        while low < high {
            let middle = low + (high - low) / 2
            if condition(middle) { high = middle } else { low = middle + 1 }
        }
        return low <= range.upperBound ? low : nil
    }
}
