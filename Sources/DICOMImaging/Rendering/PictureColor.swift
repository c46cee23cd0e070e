import DICOM

/// Whether a picture has colours: known from the header alone.
enum PictureColor {
    /// 1 gray or 3 RGB.
    static func channels(of file: Part10File, _ layout: FrameLayout) -> Int {
        if layout.samples == 3 || layout.photometric == .paletteColor { return 3 }
        return SupplementalPalette(file.dataSet, layout) != nil || SegmentColors(file.dataSet, layout) != nil ? 3 : 1
    }
}
