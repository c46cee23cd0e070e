/// How a data set and its pixel data are written (PS3.5 section 10, Annex A).
package struct TransferSyntax: Hashable, Sendable {
    /// Encoding of the data set.
    package enum Encoding: UInt8, Hashable, Sendable {
        case implicitLittle, explicitLittle, explicitBig
        /// Explicit little endian inside a raw deflate stream (PS3.5 Annex A.5).
        case deflated
    }

    package let uid: String
    package let name: String
    package let encoding: Encoding
    package let codec: PixelCodec
    /// Pixel data are fragments (PS3.5 Annex A.4).
    package let isEncapsulated: Bool
    package let isLossy: Bool
    package let isRetired: Bool

    init(
        _ suffix: String, _ name: String, _ codec: PixelCodec, encoding: Encoding = .explicitLittle, isLossy: Bool = false,
        isRetired: Bool = false
    ) {
        uid = suffix.hasPrefix(".") ? "1.2.840.10008.1.2" + suffix : suffix
        self.name = name
        self.encoding = encoding
        self.codec = codec
        isEncapsulated = codec != .native && codec != .nativeBigEndianPixels && codec != .none
        self.isLossy = isLossy
        self.isRetired = isRetired
    }

    package var isImplicit: Bool { encoding == .implicitLittle }
    package var isBigEndian: Bool { encoding == .explicitBig }

    /// The row of a UID, or nil.
    package static func named(_ uid: String) -> TransferSyntax? { byUID[uid] }

    /// The same for the bytes of a UI value; padding is ignored.
    package static func named(_ uid: [UInt8]) -> TransferSyntax? {
        byUID[String(decoding: uid.withUnsafeBytes { TextTrimming.trimmed($0) }, as: UTF8.self)]
    }

    private static let byUID: [String: TransferSyntax] = {
        var rows: [String: TransferSyntax] = [:]
        for syntax in all { rows[syntax.uid] = syntax }
        return rows
    }()

    package static let implicitLittle = TransferSyntax("1.2.840.10008.1.2", "Implicit VR Little Endian", .native, encoding: .implicitLittle)
    package static let explicitLittle = TransferSyntax(".1", "Explicit VR Little Endian", .native)
    package static let explicitBig = TransferSyntax(".2", "Explicit VR Big Endian", .native, encoding: .explicitBig, isRetired: true)
    package static let deflated = TransferSyntax(".1.99", "Deflated Explicit VR Little Endian", .native, encoding: .deflated)

    /// What stands for a file that names no transfer syntax, or one that the table does not have.
    static func unnamed(_ uid: String, _ encoding: Encoding) -> TransferSyntax {
        TransferSyntax(uid.isEmpty ? "?" : uid, "", uid.isEmpty ? .native : .unknown, encoding: encoding)
    }
}

/// What pixel data are coded with: what a decoder must be able to do, whatever the transfer syntax is called.
package enum PixelCodec: UInt8, Hashable, Sendable {
    /// Plain values, in the byte order of the data set.
    case native
    /// Plain values in big endian, in a little endian data set (private GE).
    case nativeBigEndianPixels
    /// One native frame per fragment.
    case encapsulatedNative
    /// Raw deflate per frame.
    case deflatedFrame
    case rle
    /// ISO 10918-1 processes 1, 2 and 4: sequential Huffman, 8 or 12 bit.
    case jpegBaseline, jpegExtended
    /// Spectral selection, full progression.
    case jpegProgressive
    /// Process 14, any predictor, and with predictor 1 only.
    case jpegLossless, jpegLosslessSV1
    /// Arithmetic coding.
    case jpegArithmetic
    case jpegHierarchical
    case jpegLS, jpegLSNearLossless
    case jpeg2000Lossless, jpeg2000
    /// Part 2 multi-component.
    case jpeg2000Part2
    /// Pixel data are a URL.
    case jpip
    case htj2kLossless, htj2kLosslessRPCL, htj2k
    case jpegXLLossless, jpegXLRecompression, jpegXL
    case mpeg2, h264, hevc
    /// SMPTE ST 2110: real-time streams, never files.
    case realTime
    /// A data set without pixel data of its own (XML, MIME, Papyrus).
    case none
    /// A transfer syntax that the table does not have.
    case unknown
}
