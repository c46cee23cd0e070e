/// A rendered picture: 8 bits per channel, rows top to bottom, no padding.
struct Bitmap: Sendable {
    let width: Int
    let height: Int
    /// 1 gray or 3 RGB.
    let channels: Int
    var pixels: [UInt8]

    var rowBytes: Int { width * channels }
}
