import DICOM

/// The frame of a zlib stream of stored blocks (RFC 1950, RFC 1951 section 3.2.4): where its headers stand and what they say.
struct StoredDeflate {
    /// Bytes that are still to be announced by a block.
    private var left: Int

    init(total: Int) { left = total }

    /// Deflate with a 32 KiB window, fastest level, no dictionary.
    var streamHeader: [UInt8] { [0x78, 0x01] }

    /// The next block's five header bytes and how many bytes follow them.
    mutating func nextBlock() -> (header: [UInt8], count: Int) {
        let count = min(left, PictureSize.storedBlock)
        left -= count
        let (low, high) = (UInt8(count & 0xFF), UInt8(count >> 8))
        return ([left == 0 ? 1 : 0, low, high, ~low, ~high], count)
    }
}

/// Yields the bytes of a PNG's raw image data: filter byte 0 (none) and the pixels, row after row.
struct RowCursor {
    private let pixels: UnsafeRawBufferPointer
    private let rowBytes: Int
    private var position = 0
    /// Bytes of the current row still to come; 0 when a filter byte is next.
    private var leftInRow = 0

    init(pixels: UnsafeRawBufferPointer, rowBytes: Int) {
        self.pixels = pixels
        self.rowBytes = rowBytes
    }

    /// Copies the next `count` bytes; `target` may overlap the pixels in front of the cursor's position.
    mutating func copy(_ count: Int, to target: UnsafeMutableRawBufferPointer) {
        guard let source = pixels.baseAddress, var to = target.baseAddress, target.count >= count else { return }
        var left = count
        while left > 0 {
            if leftInRow == 0 {
                to.storeBytes(of: 0, as: UInt8.self)
                to += 1
                left -= 1
                leftInRow = rowBytes
                continue
            }
            let part = min(left, leftInRow)
            to.copyMemory(from: source + position, byteCount: part)
            to += part
            position += part
            left -= part
            leftInRow -= part
        }
    }
}
