/// The marker segments of a JPEG stream, one after the other, without their entropy-coded data (ITU-T T.81 B.1.1).
struct JPEGSegments {
    struct Segment {
        /// The byte after 0xFF.
        let marker: UInt8
        /// The payload behind the two length bytes; empty for markers that have none.
        let payload: Range<Int>
    }

    private let stream: UnsafeRawBufferPointer
    private(set) var position: Int

    /// - Parameter start: where the first marker stands.
    init(_ stream: UnsafeRawBufferPointer, from start: Int = 0) {
        self.stream = stream
        position = start
    }

    /// The next segment, or nil at the end or where no marker stands. Fill bytes are skipped, a length beyond the end is cut.
    mutating func next() -> Segment? {
        guard position &+ 1 < stream.count, stream[position] == 0xFF else { return nil }
        while position &+ 1 < stream.count, stream[position &+ 1] == 0xFF { position &+= 1 }
        guard position &+ 1 < stream.count else { return nil }
        let marker = stream[position &+ 1]
        position &+= 2
        if Self.standsAlone(marker) { return Segment(marker: marker, payload: position..<position) }
        guard position &+ 1 < stream.count else { return nil }
        let length = Int(stream[position]) << 8 | Int(stream[position &+ 1])
        guard length >= 2 else { return nil }
        let end = min(stream.count, position &+ length)
        let payload = position &+ 2..<max(position &+ 2, end)
        position = end
        return Segment(marker: marker, payload: payload)
    }

    private static func standsAlone(_ marker: UInt8) -> Bool {
        marker == 0x01 || (0xD0...0xD9).contains(marker)
    }
}
