package import DICOM

/// One rendered frame. The numbers of `format` are those of `PictureFormat` in DICOMImaging, which dcmfs itself never links.
package struct PictureRequest: Hashable, Sendable {
    package struct Format: RawRepresentable, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Stored deflate: exact size known beforehand.
        package static let png = Format(rawValue: 0)
        /// Fixed envelope: exact size known beforehand.
        package static let jpeg = Format(rawValue: 1)
        package static let compressedPNG = Format(rawValue: 2)
        package static let plainJPEG = Format(rawValue: 3)
    }

    /// Bytes of the file.
    package var fileSize: Int
    /// 0-based.
    package var frame: Int
    package var format: Format
    package var settings: PictureSettings
    package var description: PictureDescription
    /// Length the result must have; nil where the format promises none.
    package var expectedSize: Int?
    /// Where the frame's items lie, if that is known: then nothing is looked for.
    package var frameRange: Range<Int>?
    /// What tells the opened file from any other and from itself before it was changed: what a worker has found out of all frames
    /// of it holds for the next of them. Empty where that is not known.
    package var source: [UInt8] = []
    /// The Icon Image instead of the pixel data; `description` is the icon's.
    package var isIcon = false

    package init(
        fileSize: Int, frame: Int, format: Format, settings: PictureSettings, description: PictureDescription, expectedSize: Int?,
        frameRange: Range<Int>? = nil
    ) {
        self.fileSize = fileSize
        self.frame = frame
        self.format = format
        self.settings = settings
        self.description = description
        self.expectedSize = expectedSize
        self.frameRange = frameRange
    }
}
