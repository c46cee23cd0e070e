/// Resamples rows by area (rule G25): every pixel of the result is the mean of the source under it, in exact integers, rounded
/// half up. Works in both directions: an axis is enlarged where pixels are not square.
final class BoxFilter {
    private let source: PictureRows
    private let width: Int
    private let height: Int
    private var line: [UInt8]
    /// Sums over `line`, each over source.width units of 1/width pixel.
    private var sums: [UInt32]
    private var totals: [UInt64]
    /// Source row that `sums` are of.
    private var current = -1

    private init(_ source: PictureRows, width: Int, height: Int) {
        (self.source, self.width, self.height) = (source, width, height)
        line = [UInt8](repeating: 0, count: source.rowBytes)
        sums = [UInt32](repeating: 0, count: width * source.channels)
        totals = [UInt64](repeating: 0, count: width * source.channels)
    }

    static func rows(_ source: PictureRows, width: Int, height: Int) -> PictureRows {
        if source.width == width, source.height == height { return source }
        let filter = BoxFilter(source, width: width, height: height)
        return PictureRows(width: width, height: height, channels: source.channels) { row, target in filter.draw(row, into: target) }
    }

    /// Source row i covers the units i * height ..< (i + 1) * height, row o of the result o * source.height ..< ...
    private func draw(_ row: Int, into target: UnsafeMutableRawBufferPointer) {
        let (start, end) = (row * source.height, (row + 1) * source.height)
        for index in totals.indices { totals[index] = 0 }
        for from in start / height...(end - 1) / height {
            load(from)
            let weight = UInt64(min(end, (from + 1) * height) - max(start, from * height))
            totals.withUnsafeMutableBufferPointer { totals in
                sums.withUnsafeBufferPointer { sums in
                    for index in 0..<totals.count { totals[index] &+= weight &* UInt64(sums[index]) }
                }
            }
        }
        let area = UInt64(source.width * source.height)
        for index in 0..<min(target.count, totals.count) { target[index] = UInt8(truncatingIfNeeded: (totals[index] + area / 2) / area) }
    }

    /// Draws source rows up to this one and sums it up; rows are asked for in ascending order.
    private func load(_ row: Int) {
        guard row > current else { return }
        while current < row {
            current += 1
            line.withUnsafeMutableBytes { source.draw(current, $0) }
        }
        line.withUnsafeBufferPointer { line in
            sums.withUnsafeMutableBufferPointer { sums in
                for channel in 0..<source.channels { sum(line, channel, &sums) }
            }
        }
    }

    private func sum(_ line: UnsafeBufferPointer<UInt8>, _ channel: Int, _ sums: inout UnsafeMutableBufferPointer<UInt32>) {
        let (channels, wide) = (source.channels, source.width)
        for column in 0..<width {
            let (start, end) = (column &* wide, (column &+ 1) &* wide)
            let (first, last) = (start / width, (end &- 1) / width)
            if first == last {
                sums[column &* channels &+ channel] = UInt32(line[first &* channels &+ channel]) &* UInt32(wide)
                continue
            }
            var inner: UInt32 = 0
            var at = (first &+ 1) &* channels &+ channel
            for _ in first &+ 1..<last {
                inner &+= UInt32(line[at])
                at &+= channels
            }
            let head = UInt32((first &+ 1) &* width &- start) &* UInt32(line[first &* channels &+ channel])
            let tail = UInt32(end &- last &* width) &* UInt32(line[last &* channels &+ channel])
            sums[column &* channels &+ channel] = head &+ inner &* UInt32(width) &+ tail
        }
    }
}
