/// Resamples rows by area (rule G25): every pixel of the result is the mean of the source under it, in exact integers, rounded
/// half up. Works in both directions: an axis is enlarged where pixels are not square.
///
/// Columns are summed first, over the rows under one row of the result, and then once along it: so the longer loop is the plain one.
final class BoxFilter {
    private let source: PictureRows
    private let spans: [Span]
    private let height: Int
    private var line: [UInt8]
    /// Sums of columns, each over source.height units of 1/height pixel: below 2^8 times a height of 16 bits.
    private var sums: [UInt32]
    /// Source row that `line` holds.
    private var current = -1

    /// What lies under one column of the result, in units of 1/width pixel.
    private struct Span {
        let first: Int
        let last: Int
        /// Units of the first and of the last source column; the last has none where it is the first.
        let head: UInt64
        let tail: UInt64

        init(column: Int, of width: Int, sourceWidth: Int) {
            let (start, end) = (column * sourceWidth, (column + 1) * sourceWidth)
            (first, last) = (start / width, (end - 1) / width)
            head = UInt64(min(end, (first + 1) * width) - start)
            tail = first == last ? 0 : UInt64(end - last * width)
        }
    }

    private init(_ source: PictureRows, width: Int, height: Int) {
        (self.source, self.height) = (source, height)
        spans = (0..<width).map { Span(column: $0, of: width, sourceWidth: source.width) }
        line = [UInt8](repeating: 0, count: source.rowBytes)
        sums = [UInt32](repeating: 0, count: source.rowBytes)
    }

    static func rows(_ source: PictureRows, width: Int, height: Int) -> PictureRows {
        if source.width == width, source.height == height { return source }
        let filter = BoxFilter(source, width: width, height: height)
        return PictureRows(width: width, height: height, channels: source.channels) { row, target in filter.draw(row, into: target) }
    }

    /// Source row i covers the units i * height ..< (i + 1) * height, row o of the result o * source.height ..< ...
    private func draw(_ row: Int, into target: UnsafeMutableRawBufferPointer) {
        let (start, end) = (row * source.height, (row + 1) * source.height)
        let first = start / height
        for from in first...(end - 1) / height {
            load(from)
            add(weight: UInt32(min(end, (from + 1) * height) - max(start, from * height)), isFirst: from == first)
        }
        if source.channels == 3 { average(3, into: target) } else { average(1, into: target) }
    }

    /// Draws source rows up to this one; rows are asked for in ascending order.
    private func load(_ row: Int) {
        while current < row {
            current += 1
            line.withUnsafeMutableBytes { source.draw(current, $0) }
        }
    }

    private func add(weight: UInt32, isFirst: Bool) {
        line.withUnsafeBufferPointer { line in
            sums.withUnsafeMutableBufferPointer { sums in
                let count = min(line.count, sums.count)
                if isFirst {
                    for index in 0..<count { sums[index] = weight &* UInt32(line[index]) }
                } else {
                    for index in 0..<count { sums[index] &+= weight &* UInt32(line[index]) }
                }
            }
        }
    }

    @inline(__always)
    private func average(_ channels: Int, into target: UnsafeMutableRawBufferPointer) {
        let width = UInt64(spans.count)
        let divisor = AreaDivisor(UInt64(source.width * source.height))
        sums.withUnsafeBufferPointer { sums in
            var at = 0
            for span in spans where at + channels <= target.count {
                for channel in 0..<channels {
                    var index = span.first &* channels &+ channel
                    let last = span.last &* channels &+ channel
                    let ends = span.head &* UInt64(sums[index]) &+ span.tail &* UInt64(sums[last])
                    var inner: UInt64 = 0
                    index &+= channels
                    while index < last {
                        inner &+= UInt64(sums[index])
                        index &+= channels
                    }
                    target[at &+ channel] = divisor.mean(ends &+ inner &* width)
                }
                at &+= channels
            }
        }
    }
}

/// Division of sums by one area, rounded half up: a product with the inverse, put right where it is one off.
private struct AreaDivisor {
    private let area: UInt64
    private let inverse: Double

    init(_ area: UInt64) {
        self.area = max(1, area)
        inverse = 1 / Double(self.area)
    }

    /// - Parameter sum: at most 255 times the area, which is below 2^45: exact as a `Double`.
    @inline(__always)
    func mean(_ sum: UInt64) -> UInt8 {
        let rounded = sum &+ area / 2
        var quotient = UInt64(truncatingIfNeeded: Int64(Double(Int64(truncatingIfNeeded: rounded)) * inverse))
        if quotient &* area > rounded { quotient &-= 1 } else if (quotient &+ 1) &* area <= rounded { quotient &+= 1 }
        return UInt8(truncatingIfNeeded: quotient)
    }
}
