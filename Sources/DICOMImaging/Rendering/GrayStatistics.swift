import DICOM

/// Collects `ValueStatistics` of a frame without a copy of it: padding and values that are not finite left out.
struct GrayStatistics {
    let values: GrayValues
    let bits: StoredBits
    let modality: ModalityTransform
    let padding: Padding?

    func collect() -> ValueStatistics? {
        switch (values.container, modality) {
        case (.uint8, _), (.uint16, _): fields()
        case (_, .lut(let table)): entries(table)
        case (_, .linear): selected()
        }
    }

    // MARK: up to 16 bits: count the patterns

    private func fields() -> ValueStatistics? {
        let counts = values.histogram(bits)
        let mask = counts.count - 1
        let field = StoredBits(bits: min(bits.bits, values.container.size * 8), isSigned: bits.isSigned && counts.count == 1 << bits.bits)
        switch modality {
        case .linear(let slope, let intercept):
            let span = field.highest - field.lowest
            var ascending = (0...span).map { counts[(field.lowest + $0) & mask] }
            for stored in field.lowest...field.highest where padding?.range.contains(stored) == true { ascending[stored - field.lowest] = 0 }
            if slope < 0 { return ValueStatistics(ascending.reversed()) { slope * Double(field.highest - $0) + intercept } }
            return ValueStatistics(ascending) { slope * Double(field.lowest + $0) + intercept }
        case .lut(let table):
            var outputs = [UInt32](repeating: 0, count: 65_536)
            for stored in field.lowest...field.highest where padding?.range.contains(stored) != true {
                outputs[table.value(stored) & 0xFFFF] &+= counts[stored & mask]
            }
            return ValueStatistics(outputs) { Double($0) }
        }
    }

    // MARK: 32 bits and floating point

    /// A modality LUT has 16 bits, whatever goes into it.
    private func entries(_ table: LookupTable) -> ValueStatistics? {
        var outputs = [UInt32](repeating: 0, count: 65_536)
        for index in 0..<values.count {
            let stored = values.value(index)
            guard let entry = table.entry(stored), padding?.contains(stored) != true else { continue }
            outputs[Int(entry)] &+= 1
        }
        return ValueStatistics(outputs) { Double($0) }
    }

    /// Exact order statistics without sorting: 16 bits of the order-preserving key at a time, from the top.
    private func selected() -> ValueStatistics? {
        var total = 0
        var (lowest, highest) = (Double.infinity, -Double.infinity)
        for index in 0..<values.count {
            guard let value = modalityValue(index) else { continue }
            total += 1
            lowest = min(lowest, value)
            highest = max(highest, value)
        }
        guard total > 0 else { return nil }
        let ranks = ValueStatistics.ranks(total)
        return ValueStatistics(lowest: lowest, highest: highest, low: value(at: ranks.low), high: value(at: ranks.high))
    }

    private func modalityValue(_ index: Int) -> Double? {
        let stored = values.value(index)
        let value = modality.value(stored)
        return value.isFinite && padding?.contains(stored) != true ? value : nil
    }

    private func value(at rank: Int) -> Double {
        var left = rank
        var prefix: UInt64 = 0
        for shift: UInt64 in [48, 32, 16, 0] {
            var counts = [UInt32](repeating: 0, count: 65_536)
            for index in 0..<values.count {
                guard let value = modalityValue(index) else { continue }
                let key = Self.key(value)
                if shift == 48 || key >> (shift + 16) == prefix { counts[Int(key >> shift & 0xFFFF)] &+= 1 }
            }
            var digit = 0
            while digit < 65_535, left >= Int(counts[digit]) {
                left -= Int(counts[digit])
                digit += 1
            }
            prefix = prefix << 16 | UInt64(digit)
        }
        return Self.value(prefix)
    }

    /// Unsigned integers in the order of the numbers.
    private static func key(_ value: Double) -> UInt64 {
        value.sign == .minus ? ~value.bitPattern : value.bitPattern | 1 << 63
    }

    private static func value(_ key: UInt64) -> Double {
        Double(bitPattern: key >> 63 == 1 ? key & ~(1 << 63) : ~key)
    }
}
