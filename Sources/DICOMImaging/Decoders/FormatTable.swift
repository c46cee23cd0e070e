package import DICOM

/// Which transfer syntaxes the decoders of this build cover, in the order of `TransferSyntax.all`.
package enum FormatTable {
    package static var rows: [FormatSupport] {
        TransferSyntax.all.map { syntax in
            if let library = library(syntax.codec), !library.isEmpty { return FormatSupport(uid: syntax.uid, library: library, reason: "") }
            return FormatSupport(uid: syntax.uid, library: "", reason: Decoders.missingFeature(syntax.codec) ?? "no decoder in this build")
        }
    }

    private static func library(_ codec: PixelCodec) -> String? {
        switch codec {
        case .native, .nativeBigEndianPixels: FrameDecoder.ownCode
        default: Decoders.decoder(for: codec)?.library
        }
    }
}
