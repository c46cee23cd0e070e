import DICOM

/// What goes into a picture file besides its pixels.
struct PictureTags: Sendable {
    var density: PixelDensity?
    /// Embedded unchanged (rule C10); empty for none.
    var iccProfile: [UInt8] = []
}
