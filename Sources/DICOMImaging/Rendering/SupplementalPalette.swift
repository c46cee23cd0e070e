import DICOM

/// Colours above a grayscale: enhanced CT, MR and ultrasound may give the stored values from the palette's first mapped value
/// on colours of their own, while those below stay gray (PS3.3 C.7.6.19, C.8.16.2.1.1.3; rule C9).
struct SupplementalPalette {
    private let palette: Palette

    /// Nil where the picture is gray: no such palette, or one that cannot be read.
    init?(_ dataSet: DataSet, _ layout: FrameLayout) {
        guard layout.photometric == .monochrome2, layout.samples == 1, !layout.isFloat, layout.bitsAllocated <= 16 else { return nil }
        guard ["COLOR", "MIXED"].contains(dataSet.string(.pixelPresentation) ?? "") else { return nil }
        do throws(DICOMError) { palette = try Palette(dataSet) } catch { return nil }
    }

    /// Three channels: gray through `gray`, colours where the frame has any.
    func rows(_ gray: FieldTable<UInt8>, _ buffer: PixelBuffer, _ layout: FrameLayout, isColored: Bool) -> PictureRows? {
        let bits = StoredBits(layout, shift: buffer.shift)
        let field = StoredBits(bits: bits.bits, isSigned: bits.isSigned)
        let table = FieldTable<UInt32>(bits, buffer.container) { count in
            (0..<count).map { pattern in
                let stored = field.value(UInt32(pattern))
                if isColored, stored >= palette.firstMapped { return palette.color(stored) }
                return UInt32(gray.entries[pattern]) * 0x01_0101
            }
        }
        return table.map { .colored($0, buffer, layout) }
    }

    /// False where the frame's own type says that it is gray; objects of both kinds of frames are MIXED.
    static func isColored(_ dataSet: DataSet, frame: Int) -> Bool {
        for macro in [Tag.ctImageFrameTypeSequence, .mrImageFrameTypeSequence, .usImageDescriptionSequence] {
            if let presentation = FunctionalGroups.item(macro, frame: frame, of: dataSet)?.string(.pixelPresentation) {
                return presentation != "MONOCHROME"
            }
        }
        return true
    }
}
