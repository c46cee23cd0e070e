package import DICOM

/// Which transfer syntaxes the decoders of this build cover, in the order of `TransferSyntax.all`.
package enum FormatTable {
    package static var rows: [FormatSupport] {
        TransferSyntax.all.map { syntax in
            if let library = library(syntax.codec) { return FormatSupport(uid: syntax.uid, library: library, reason: "") }
            return FormatSupport(uid: syntax.uid, library: "", reason: reason(syntax.codec))
        }
    }

    private static func library(_ codec: PixelCodec) -> String? {
        switch codec {
        case .native, .nativeBigEndianPixels: FrameDecoder.ownCode
        default: Decoders.decoder(for: codec)?.library
        }
    }

    private static func reason(_ codec: PixelCodec) -> String {
        switch codec {
        case .jpegArithmetic: "arithmetic coding"
        case .jpegHierarchical: "hierarchical JPEG"
        case .jpeg2000Part2: "multi-component transforms"
        case .jpip: "the pixel data are elsewhere, behind a URL"
        case .mpeg2, .h264, .hevc: "video"
        case .realTime: "real-time streams, not files"
        case .none: "no pixel data of DICOM's kind"
        default: "no decoder in this build"
        }
    }
}
