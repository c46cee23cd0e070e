/// The shape of every frame of an image, from the header alone (PS3.3 C.7.6.3, C.7.6.6).
///
/// Made only by `FrameLayout.init(of:)`, which clamps what can be clamped and refuses what cannot: rows and columns are
/// 1...65535, samples 1...4, the bit fields consistent with each other.
struct FrameLayout: Hashable, Sendable {
    var rows: Int
    var columns: Int
    /// Samples per Pixel.
    var samples: Int
    var bitsAllocated: Int
    /// 1...bitsAllocated.
    var bitsStored: Int
    /// bitsStored - 1 ... bitsAllocated - 1.
    var highBit: Int
    var isSigned: Bool
    var photometric: Photometric
    /// Planar Configuration 1: the samples are planes (native data only, rule C2).
    var isPlanar: Bool
    /// Float or Double Float Pixel Data.
    var isFloat: Bool
    /// The header says rows and columns.
    var hasShape = true
    /// Number of frames, as clamped to what the data can hold.
    var frameCount: Int

    /// Pixels of a frame; no overflow: rows and columns are 16 bits.
    var pixelCount: Int { rows * columns }
    var sampleCount: Int { pixelCount * samples }
    /// Position of the lowest stored bit (rule G1).
    var shift: Int { highBit + 1 - bitsStored }

    /// YBR_FULL_422 in native form stores two chroma samples for two pixels (rule C4).
    var isChroma422: Bool { photometric == .ybrFull422 && samples == 3 && bitsAllocated == 8 }

    /// Bits of one frame of native data.
    var nativeFrameBits: Int {
        isChroma422 ? rows * ((columns + 1) / 2) * 32 : sampleCount * bitsAllocated
    }
    /// The same in bytes; frames of 1-bit data may share bytes (rule G2).
    var nativeFrameBytes: Int { (nativeFrameBits + 7) / 8 }

    /// The container of canonical stored values: Bits Allocated rounded up.
    var container: SampleContainer {
        if isFloat { return bitsAllocated == 64 ? .float64 : .float32 }
        return bitsAllocated <= 8 ? .uint8 : bitsAllocated <= 16 ? .uint16 : .uint32
    }
}
