import DICOM

/// What a JPEG 2000 codestream says of itself before its first tile (ISO/IEC 15444-1 Annex A).
struct JPEG2000Header: Sendable {
    struct Component: Sendable {
        /// Bits per sample, 1...38.
        let precision: Int
        let isSigned: Bool
        /// Subsampling, 1...255.
        let dx: Int
        let dy: Int
    }

    /// Of the image area on the reference grid.
    let width: Int
    let height: Int
    let tileCount: Int
    let components: [Component]
    /// Decomposition levels by the main header, 0...32: how often the resolution can be halved.
    let levels: Int
    /// The codestream transforms its first three components (RCT or ICT).
    let hasColorTransform: Bool
    /// The wavelet of the main header is the 9-7 one, which loses (A.6.1).
    let isIrreversible: Bool
    /// Quality layers by the main header, 0...65535.
    let layers: Int
    /// Where the last whole tile-part ends, and the start of one behind it that goes on after the last byte.
    let tiles: Tiles

    struct Tiles: Sendable {
        /// Nil where the last tile-part gives no length, and so goes up to the end marker.
        let end: Int?
        let cut: Int?
        let isTruncated: Bool
    }

    /// Where the codestream lies: the whole, or the first contiguous codestream box of a JP2 file (rule J3).
    static func codestream(_ stream: [UInt8]) throws(DICOMError) -> Range<Int> {
        let signature: [UInt8] = [0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20]
        guard stream.starts(with: signature) else { return 0..<stream.count }
        var at = 0
        while at + 8 <= stream.count {
            let (length, type) = (number(stream, at, 4), number(stream, at + 4, 4))
            let isLong = length == 1 && at + 16 <= stream.count
            let size = isLong ? number(stream, at + 8, 8) : length
            let head = isLong ? 16 : 8
            let end = size == 0 || size > stream.count - at ? stream.count : at + size
            if type == 0x6A70_3263 { return min(at + head, end)..<end }
            guard size >= head else { break }
            at = end
        }
        throw DICOMError(.damagedPixels, "JP2 file without a codestream")
    }

    /// Big endian; 8 bytes that make no length come out as a huge one.
    static func number(_ bytes: [UInt8], _ at: Int, _ count: Int) -> Int {
        var value: UInt64 = 0
        for index in at..<at + count { value = value << 8 | UInt64(bytes[index]) }
        return Int(clamping: value)
    }
}
