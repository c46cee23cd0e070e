/// What rule AW asks of the modality values of a frame: the ends, and where half a percent lies beyond (rendering section 1.5).
struct ValueStatistics: Hashable, Sendable {
    var lowest: Double
    var highest: Double
    /// The values at 0.5 % and at 99.5 % of all in ascending order, as many before the one as behind the other: of fewer than 200
    /// values none is cut off.
    var low: Double
    var high: Double

    /// The ranks of `low` and `high` among `count` values.
    static func ranks(_ count: Int) -> (low: Int, high: Int) {
        let last = max(0, count - 1)
        let low = Int((0.005 * Double(last)).rounded(.down))
        return (low, last - low)
    }

    /// From how often each value occurs.
    ///
    /// - Parameters:
    ///   - counts: in ascending order of the values.
    ///   - value: the value that a count is for.
    init?(_ counts: some RandomAccessCollection<UInt32>, value: (Int) -> Double) {
        let total = counts.reduce(0) { $0 + Int($1) }
        guard total > 0 else { return nil }
        let ranks = Self.ranks(total)
        var found = [Double](repeating: 0, count: 4)
        let wanted = [0, ranks.low, ranks.high, total - 1]
        var passed = 0
        var next = 0
        for (offset, count) in counts.enumerated() where count > 0 {
            passed += Int(count)
            while next < 4, wanted[next] < passed {
                found[next] = value(offset)
                next += 1
            }
            if next == 4 { break }
        }
        (lowest, low, high, highest) = (found[0], found[1], found[2], found[3])
    }

    /// Of two frames that are to be seen through one window.
    func joined(_ other: ValueStatistics) -> ValueStatistics {
        ValueStatistics(
            lowest: min(lowest, other.lowest), highest: max(highest, other.highest), low: min(low, other.low), high: max(high, other.high))
    }

    init(lowest: Double, highest: Double, low: Double, high: Double) {
        (self.lowest, self.highest, self.low, self.high) = (lowest, highest, low, high)
    }
}
