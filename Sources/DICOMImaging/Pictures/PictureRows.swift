/// A rendered picture that is drawn when it is asked for, row by row: encoders take the rows where they want them.
struct PictureRows {
    let width: Int
    let height: Int
    /// 1 gray or 3 RGB.
    let channels: Int
    /// Fills exactly `rowBytes` bytes. Rows are asked for once each, from the top.
    let draw: (_ row: Int, _ target: UnsafeMutableRawBufferPointer) -> Void

    var rowBytes: Int { width * channels }

    func bitmap() -> Bitmap {
        let pixels = [UInt8](unsafeUninitializedCapacity: rowBytes * height) { output, count in
            let bytes = UnsafeMutableRawBufferPointer(output)
            for row in 0..<height { draw(row, UnsafeMutableRawBufferPointer(rebasing: bytes[row * rowBytes..<(row + 1) * rowBytes])) }
            count = rowBytes * height
        }
        return Bitmap(width: width, height: height, channels: channels, pixels: pixels)
    }
}
