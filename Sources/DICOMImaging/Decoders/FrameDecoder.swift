import DICOM

/// What decoded samples are wanted for: decoders that convert colour on the way out may only do so for display.
enum DecodePurpose: Sendable {
    /// The canonical stored values: YCbCr of a JPEG stays YCbCr.
    case storedValues
    case display
}

/// A frame that was decoded at a lower resolution than it has.
struct ReducedFrame: Sendable {
    let buffer: PixelBuffer
    /// Pixels; never more than the frame's own.
    let width: Int
    let height: Int
}

/// One codec: turns the bytes of one encapsulated frame into samples.
struct FrameDecoder: Sendable {
    let codec: PixelCodec
    /// Name for people.
    let name: String
    /// Whose code decodes, for `dcmfs formats`; empty where this build lacks it.
    var library = FrameDecoder.ownCode
    /// From the header alone: nil where the codec can draw such frames, else what is missing. Never looks at pixels.
    let refusal: @Sendable (FrameLayout) -> String?
    /// Decodes one frame. Checks the codestream's dimensions against the layout before it allocates (rule J, 12).
    let decode: @Sendable (_ stream: [UInt8], _ layout: FrameLayout, _ purpose: DecodePurpose) throws(DICOMError) -> PixelBuffer
    /// Decodes one frame at the lowest resolution whose longer side is not below `longestSide` pixels; nil where the codec has only
    /// one resolution.
    var decodeReduced:
        (
            @Sendable (_ stream: [UInt8], _ layout: FrameLayout, _ purpose: DecodePurpose, _ longestSide: Int) throws(DICOMError) ->
                ReducedFrame
        )?
}

extension FrameDecoder {
    static let ownCode = "own code"
}
