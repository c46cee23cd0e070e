/// How a picture is asked for.
package struct RenderSettings: Hashable, Sendable {
    package enum WindowChoice: Hashable, Sendable {
        /// The file's window or VOI LUT, else the automatic rule AW.
        case fileOrAuto
        /// The automatic rule, whatever the file says.
        case auto
        case values(center: Double, width: Double)
    }

    package var window: WindowChoice
    package var overlays: Bool

    package init(window: WindowChoice = .fileOrAuto, overlays: Bool = true) {
        self.window = window
        self.overlays = overlays
    }
}

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
