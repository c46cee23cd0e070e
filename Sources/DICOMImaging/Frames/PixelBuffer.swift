/// Numeric type of the samples in a `PixelBuffer`; always in the machine's (little-endian) order.
enum SampleContainer: Hashable, Sendable {
    case uint8
    case uint16
    case uint32
    case float32
    case float64

    /// Bytes per sample.
    var size: Int {
        switch self {
        case .uint8: 1
        case .uint16: 2
        case .uint32, .float32: 4
        case .float64: 8
        }
    }

    var isFloat: Bool { self == .float32 || self == .float64 }
}

/// How the samples of colour pixels follow each other.
enum SampleOrder: Hashable, Sendable {
    /// R1 G1 B1 R2 ...; also the order of single-sample data.
    case interleaved
    /// All of one sample, then all of the next.
    case planar
    /// Y0 Y1 Cb Cr for each two pixels (rule C4).
    case chroma422
}

/// What three samples mean, once a decoder has looked at its codestream (rule C6).
enum ColorCoding: Hashable, Sendable {
    /// As Photometric Interpretation says.
    case declared
    case rgb
    case ycbcr
}

/// The decoded samples of one frame, before any meaning is applied: containers as wide as the decoder delivers them,
/// sign and unused bits not yet resolved (`StoredBits` does that).
struct PixelBuffer: Sendable {
    var bytes: [UInt8]
    var container: SampleContainer
    var order: SampleOrder = .interleaved
    var coding: ColorCoding = .declared
    /// The lowest stored bit's position in the container: HighBit + 1 - BitsStored for native and RLE data, else 0.
    var shift: Int = 0
    /// The codestream or the header says that the samples are signed (rule J2); nil where only the header can.
    var isSigned: Bool?
    /// Bits per sample that the codestream states, which need not be those of the header (rule J1); nil where it states none.
    var codedBits: Int?
    /// Samples as deep as Bits Allocated are whole pixel cells, in which other bits than the stored ones mean nothing (PS3.5 8.1.1).
    var holdsCells = false
    /// The codestream gives values near those that were coded, which may lie beyond them.
    var isLossy = false
    /// This coding or one before has changed values: none is exact.
    var wasLossy = false
    /// The source ended early; what is missing is zero (rule G4) or as the codec fills it.
    var isTruncated = false
}
