/// What a picture is written as. Raw values travel between processes.
package enum PictureFormat: UInt8, Sendable {
    /// Stored deflate, of exactly `PictureSize.png`.
    case png = 0
    /// The fixed envelope, of exactly `PictureSize.jpeg`.
    case jpeg = 1
    /// Compressed, for people who keep the file.
    case compressedPNG = 2
    /// Quality 90, as long as it gets.
    case plainJPEG = 3
}
