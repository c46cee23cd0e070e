/// One overlay plane of a frame (PS3.3 C.9.2; rule G26): bits that are drawn white over the finished picture.
struct Overlay {
    /// Packed bits, the first pixel in the lowest bit; only the rows that lie on the image.
    private let bits: [UInt8]
    /// Number of the bit at the first column of the first of those rows.
    private let firstBit: Int
    /// Image row, 0-based, that the first of those rows lies on.
    private let top: Int
    private let rowCount: Int
    private let columns: Int
    /// Image column, 0-based, that the overlay's first column lies on; may be negative.
    private let left: Int

    init(bits: [UInt8], firstBit: Int, top: Int, rowCount: Int, left: Int, columns: Int) {
        (self.bits, self.firstBit, self.top, self.rowCount, self.left, self.columns) = (bits, firstBit, top, rowCount, left, columns)
    }

    /// Draws an image row's part of it: 255 in every channel.
    func draw(_ row: Int, on target: UnsafeMutableRawBufferPointer, channels: Int) {
        let own = row - top
        guard own >= 0, own < rowCount else { return }
        let width = target.count / channels
        let start = firstBit + own * columns
        bits.withUnsafeBufferPointer { bits in
            var column = max(0, -left)
            let end = min(columns, width - left, bits.count * 8 - start)
            while column < end {
                let bit = start &+ column
                let byte = bits[bit &>> 3]
                if byte == 0 {
                    // Nothing up to the next byte.
                    column &+= 8 &- bit & 7
                    continue
                }
                if byte &>> UInt8(truncatingIfNeeded: bit & 7) & 1 == 1 {
                    let at = (column &+ left) &* channels
                    for channel in 0..<channels { target[at &+ channel] = 255 }
                }
                column &+= 1
            }
        }
    }
}
