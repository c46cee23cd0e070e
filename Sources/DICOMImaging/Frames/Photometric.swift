/// Photometric Interpretation (0028,0004), PS3.3 C.7.6.3.1.2.
enum Photometric: Hashable, Sendable {
    case monochrome1
    case monochrome2
    case paletteColor
    case rgb
    case ybrFull
    case ybrFull422
    /// Video and retired: 16...235 range (rule C5).
    case ybrPartial
    /// JPEG 2000: the decoder undoes the transform and delivers RGB (rule C5).
    case ybrICT
    case ybrRCT
    /// JPEG XL's own space; its decoder delivers RGB.
    case xyb
    /// Retired or invented ones, and an absent value.
    case other(String)

    init(_ term: String) {
        switch term {
        case "MONOCHROME1": self = .monochrome1
        case "MONOCHROME2": self = .monochrome2
        case "PALETTE COLOR": self = .paletteColor
        case "RGB": self = .rgb
        case "YBR_FULL": self = .ybrFull
        case "YBR_FULL_422": self = .ybrFull422
        case "YBR_PARTIAL_420", "YBR_PARTIAL_422": self = .ybrPartial
        case "YBR_ICT": self = .ybrICT
        case "YBR_RCT": self = .ybrRCT
        case "XYB": self = .xyb
        default: self = .other(term)
        }
    }

    var isMonochrome: Bool { self == .monochrome1 || self == .monochrome2 }
}
