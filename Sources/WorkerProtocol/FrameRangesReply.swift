/// Result of `WorkerRequest.frameRanges`: first byte and end of each frame's items, 8 bytes each, little endian; nothing where
/// the pixel data are native.
package enum FrameRangesReply {
    package static func encode(_ ranges: [Range<Int>]) -> [UInt8] {
        var writer = WireWriter(reserving: ranges.count * 16)
        for range in ranges {
            writer.put(range.lowerBound)
            writer.put(range.upperBound)
        }
        return writer.bytes
    }

    package static func decode(_ bytes: [UInt8]) throws(WireError) -> [Range<Int>] {
        var reader = WireReader(bytes)
        var ranges: [Range<Int>] = []
        ranges.reserveCapacity(bytes.count / 16)
        for _ in 0..<bytes.count / 16 {
            let (start, end) = (try reader.int(), try reader.int())
            guard start >= 0, start <= end else { throw WireError("a frame from \(start) to \(end)") }
            ranges.append(start..<end)
        }
        try reader.end()
        return ranges
    }
}
