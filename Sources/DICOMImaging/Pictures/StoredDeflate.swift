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
