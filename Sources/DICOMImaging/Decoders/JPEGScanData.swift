import Glibc

/// The entropy-coded bytes of one scan without stuffing and restart markers.
struct JPEGScanData {
    /// The bytes, followed by `slack` zeros.
    var bytes: [UInt8]
    /// Where each restart interval begins in `bytes`; the first at 0.
    var intervals: [Int]
    /// Bytes without the slack.
    var count: Int
    /// Position in the stream of the marker that ended the scan, or the stream's end.
    var end: Int

    /// Copies from `start` to the next marker that is not a restart (T.81 B.1.1.5), finding each 0xFF with memchr-like scanning.
    init(_ stream: UnsafeRawBufferPointer, from start: Int, slack: Int) {
        var starts = [0]
        var end = stream.count
        var filled = 0
        bytes = [UInt8](unsafeUninitializedCapacity: stream.count - start + slack) { output, count in
            if let target = output.baseAddress, let source = stream.baseAddress {
                (filled, end) = Self.unstuff(source, start..<stream.count, into: target, intervals: &starts)
                (target + filled).initialize(repeating: 0, count: slack)
                count = filled + slack
            }
        }
        intervals = starts
        count = filled
        self.end = end
    }

    private static func unstuff(
        _ source: UnsafeRawPointer, _ range: Range<Int>, into target: UnsafeMutablePointer<UInt8>, intervals: inout [Int]
    ) -> (filled: Int, end: Int) {
        let input = source.assumingMemoryBound(to: UInt8.self)
        var (from, to) = (range.lowerBound, 0)
        while from < range.upperBound {
            let run = plainRun(input + from, range.upperBound - from)
            (target + to).update(from: input + from, count: run)
            from += run
            to += run
            guard from < range.upperBound else { break }
            guard from + 1 < range.upperBound else { return (to, from) }
            switch input[from + 1] {
            case 0:
                target[to] = 0xFF
                to += 1
                from += 2
            case 0xD0...0xD7:
                intervals.append(to)
                from += 2
            case 0xFF: from += 1
            default: return (to, from)
            }
        }
        return (to, range.upperBound)
    }

    /// Bytes before the next 0xFF.
    @inline(__always)
    private static func plainRun(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
        guard let found = memchr(bytes, 0xFF, count) else { return count }
        return UnsafeRawPointer(found) - UnsafeRawPointer(bytes)
    }
}
