/// What rule AW asks of the modality values of a frame: the ends, and where half a percent lies beyond (rendering section 1.5).
struct ValueStatistics: Hashable, Sendable {
    var lowest: Double
    var highest: Double
    /// The values at 0.5 % and at 99.5 % of all in ascending order: sorted index floor(p * (n - 1)).
    var low: Double
    var high: Double

    /// The ranks of `low` and `high` among `count` values.
    static func ranks(_ count: Int) -> (low: Int, high: Int) {
        let last = Double(max(0, count - 1))
        return (Int((0.005 * last).rounded(.down)), Int((0.995 * last).rounded(.down)))
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

    init(lowest: Double, highest: Double, low: Double, high: Double) {
        (self.lowest, self.highest, self.low, self.high) = (lowest, highest, low, high)
    }
}
