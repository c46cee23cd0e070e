import DICOM

/// The codecs of this build. To add one: its file in this folder, and a line here.
enum Decoders {
    static let all: [FrameDecoder] =
        [
            .encapsulatedNative,
            .deflatedFrame,
            .rle,
            .jpegBaseline,
            .jpegExtended,
            .jpegProgressive,
            .jpegLossless,
            .jpegLS,
            .jpegLSNearLossless,
        ] + FrameDecoder.jpeg2000 + FrameDecoder.jpegXL

    static func decoder(for codec: PixelCodec) -> FrameDecoder? {
        // Selection value 1 is one of the predictors.
        all.first { $0.codec == (codec == .jpegLosslessSV1 ? .jpegLossless : codec) }
    }

    /// Why no decoder of any build draws such pixel data; nil where one does, or where the transfer syntax is not known.
    static func missingFeature(_ codec: PixelCodec) -> String? {
        switch codec {
        case .jpegArithmetic: "arithmetic-coded JPEG"
        case .jpegHierarchical: "hierarchical JPEG"
        case .jpip: "JPIP: the pixel data are on a server"
        case .mpeg2: "MPEG-2 video"
        case .h264: "H.264 video"
        case .hevc: "H.265 video"
        case .realTime: "SMPTE ST 2110: a real-time stream, not a file"
        case .none: "a data set in XML or MIME"
        default: nil
        }
    }
}
