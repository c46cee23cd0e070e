/// Every transfer syntax that files can name, unsupported, retired and private ones included (PS3.6 table A-1).
/// To add one: one row here and a decoder in `Decoders.all`.
extension TransferSyntax {
    package static let all: [TransferSyntax] = dataSets + jpeg + jpegRetired + newerImages + video + others

    private static let dataSets: [TransferSyntax] = [
        implicitLittle, explicitLittle, deflated, explicitBig,
        TransferSyntax(".1.98", "Encapsulated Uncompressed Explicit VR Little Endian", .encapsulatedNative),
        TransferSyntax(".8.1", "Deflated Image Frame Compression", .deflatedFrame),
        TransferSyntax(".5", "RLE Lossless", .rle),
        TransferSyntax(
            "1.2.840.113619.5.2", "GE Private Implicit VR Little Endian, Big Endian Pixels", .nativeBigEndianPixels, encoding: .implicitLittle),
    ]

    private static let jpeg: [TransferSyntax] = [
        TransferSyntax(".4.50", "JPEG Baseline (Process 1)", .jpegBaseline, isLossy: true),
        TransferSyntax(".4.51", "JPEG Extended (Process 2 and 4)", .jpegExtended, isLossy: true),
        TransferSyntax(".4.57", "JPEG Lossless, Non-Hierarchical (Process 14)", .jpegLossless),
        TransferSyntax(
            ".4.70", "JPEG Lossless, Non-Hierarchical, First-Order Prediction (Process 14 [Selection Value 1])", .jpegLosslessSV1),
        TransferSyntax(".4.80", "JPEG-LS Lossless Image Compression", .jpegLS),
        TransferSyntax(".4.81", "JPEG-LS Lossy (Near-Lossless) Image Compression", .jpegLSNearLossless, isLossy: true),
    ]

    private static let jpegRetired: [TransferSyntax] = [
        TransferSyntax(".4.52", "JPEG Extended (Process 3 and 5)", .jpegArithmetic, isLossy: true, isRetired: true),
        TransferSyntax(".4.53", "JPEG Spectral Selection, Non-Hierarchical (Process 6 and 8)", .jpegProgressive, isLossy: true, isRetired: true),
        TransferSyntax(".4.54", "JPEG Spectral Selection, Non-Hierarchical (Process 7 and 9)", .jpegArithmetic, isLossy: true, isRetired: true),
        TransferSyntax(".4.55", "JPEG Full Progression, Non-Hierarchical (Process 10 and 12)", .jpegProgressive, isLossy: true, isRetired: true),
        TransferSyntax(".4.56", "JPEG Full Progression, Non-Hierarchical (Process 11 and 13)", .jpegArithmetic, isLossy: true, isRetired: true),
        TransferSyntax(".4.58", "JPEG Lossless, Non-Hierarchical (Process 15)", .jpegArithmetic, isRetired: true),
        TransferSyntax(".4.59", "JPEG Extended, Hierarchical (Process 16 and 18)", .jpegHierarchical, isLossy: true, isRetired: true),
        TransferSyntax(".4.60", "JPEG Extended, Hierarchical (Process 17 and 19)", .jpegHierarchical, isLossy: true, isRetired: true),
        TransferSyntax(".4.61", "JPEG Spectral Selection, Hierarchical (Process 20 and 22)", .jpegHierarchical, isLossy: true, isRetired: true),
        TransferSyntax(".4.62", "JPEG Spectral Selection, Hierarchical (Process 21 and 23)", .jpegHierarchical, isLossy: true, isRetired: true),
        TransferSyntax(".4.63", "JPEG Full Progression, Hierarchical (Process 24 and 26)", .jpegHierarchical, isLossy: true, isRetired: true),
        TransferSyntax(".4.64", "JPEG Full Progression, Hierarchical (Process 25 and 27)", .jpegHierarchical, isLossy: true, isRetired: true),
        TransferSyntax(".4.65", "JPEG Lossless, Hierarchical (Process 28)", .jpegHierarchical, isRetired: true),
        TransferSyntax(".4.66", "JPEG Lossless, Hierarchical (Process 29)", .jpegHierarchical, isRetired: true),
    ]

    private static let newerImages: [TransferSyntax] = [
        TransferSyntax(".4.90", "JPEG 2000 Image Compression (Lossless Only)", .jpeg2000Lossless),
        TransferSyntax(".4.91", "JPEG 2000 Image Compression", .jpeg2000, isLossy: true),
        TransferSyntax(".4.92", "JPEG 2000 Part 2 Multi-component Image Compression (Lossless Only)", .jpeg2000Part2),
        TransferSyntax(".4.93", "JPEG 2000 Part 2 Multi-component Image Compression", .jpeg2000Part2, isLossy: true),
        TransferSyntax(".4.94", "JPIP Referenced", .jpip),
        TransferSyntax(".4.95", "JPIP Referenced Deflate", .jpip, encoding: .deflated),
        TransferSyntax(".4.204", "JPIP HTJ2K Referenced", .jpip),
        TransferSyntax(".4.205", "JPIP HTJ2K Referenced Deflate", .jpip, encoding: .deflated),
        TransferSyntax(".4.201", "High-Throughput JPEG 2000 Image Compression (Lossless Only)", .htj2kLossless),
        TransferSyntax(".4.202", "High-Throughput JPEG 2000 with RPCL Options Image Compression (Lossless Only)", .htj2kLosslessRPCL),
        TransferSyntax(".4.203", "High-Throughput JPEG 2000 Image Compression", .htj2k, isLossy: true),
        TransferSyntax(".4.110", "JPEG XL Lossless", .jpegXLLossless),
        TransferSyntax(".4.111", "JPEG XL JPEG Recompression", .jpegXLRecompression, isLossy: true),
        TransferSyntax(".4.112", "JPEG XL", .jpegXL, isLossy: true),
    ]

    private static let video: [TransferSyntax] =
        [
            TransferSyntax(".4.107", "HEVC/H.265 Main Profile / Level 5.1", .hevc, isLossy: true),
            TransferSyntax(".4.108", "HEVC/H.265 Main 10 Profile / Level 5.1", .hevc, isLossy: true),
        ]
        + [
            (".4.100", "MPEG2 Main Profile / Main Level", PixelCodec.mpeg2), (".4.101", "MPEG2 Main Profile / High Level", .mpeg2),
            (".4.102", "MPEG-4 AVC/H.264 High Profile / Level 4.1", .h264),
            (".4.103", "MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1", .h264),
            (".4.104", "MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video", .h264),
            (".4.105", "MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video", .h264),
            (".4.106", "MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2", .h264),
        ].flatMap { suffix, name, codec in
            [
                TransferSyntax(suffix, name, codec, isLossy: true),
                TransferSyntax(suffix + ".1", "Fragmentable " + name, codec, isLossy: true),
            ]
        }

    private static let others: [TransferSyntax] = [
        TransferSyntax(".7.1", "SMPTE ST 2110-20 Uncompressed Progressive Active Video", .realTime),
        TransferSyntax(".7.2", "SMPTE ST 2110-20 Uncompressed Interlaced Active Video", .realTime),
        TransferSyntax(".7.3", "SMPTE ST 2110-30 PCM Digital Audio", .realTime),
        TransferSyntax(".6.1", "RFC 2557 MIME encapsulation", .none, isRetired: true),
        TransferSyntax(".6.2", "XML Encoding", .none, isRetired: true),
        TransferSyntax("1.2.840.10008.1.20", "Papyrus 3 Implicit VR Little Endian", .native, encoding: .implicitLittle, isRetired: true),
    ]
}
