import DICOM

/// The codecs of this build. To add one: its file in this folder, and a line here.
enum Decoders {
    static let all: [FrameDecoder] = [
        .rle,
        .jpegBaseline,
        .jpegExtended,
        .jpegProgressive,
        .jpegLossless,
    ]

    static func decoder(for codec: PixelCodec) -> FrameDecoder? {
        // Selection value 1 is one of the predictors.
        all.first { $0.codec == (codec == .jpegLosslessSV1 ? .jpegLossless : codec) }
    }
}
