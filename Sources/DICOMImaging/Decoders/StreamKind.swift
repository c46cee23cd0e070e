import DICOM

/// Whose stream some bytes are, by their own markers: files come with the transfer syntax of what they were before.
enum StreamKind: Hashable, Sendable {
    /// Huffman coded DCT.
    case jpegDCT
    case jpegLossless
    case jpegArithmetic
    case jpegHierarchical
    case jpegLS
    case jpeg2000
    case jpegXL
    case rle

    /// Of the first bytes of a frame under a transfer syntax. Codestreams are believed before the syntax; RLE's header is no signature:
    /// under another codec's syntax it proves nothing, and what stands in its place under RLE is damage.
    init?(_ stream: [UInt8], under syntax: TransferSyntax) {
        guard let kind = StreamKind(stream) else { return nil }
        if syntax.codec == .rle || kind == .rle {
            guard kind == .rle, syntax.codec == .rle || syntax.codec == .native else { return nil }
        }
        self = kind
    }

    /// Of the first bytes of a stream; nil where nothing that is known begins so, or where a JPEG's frame header is not among them.
    init?(_ stream: [UInt8]) {
        guard stream.count >= 12 else { return nil }
        if stream[0] == 0xFF, stream[1] == 0xD8 {
            guard let process = (try? JPEG.header(of: stream))?.process, let kind = Self.jpeg(process) else { return nil }
            self = kind
        } else if stream.starts(with: [0xFF, 0x4F, 0xFF, 0x51]) || stream.starts(with: [0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20]) {
            self = .jpeg2000
        } else if stream.starts(with: [0xFF, 0x0A]) || stream.starts(with: [0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20]) {
            self = .jpegXL
        } else if RLE.isHeader(stream) {
            self = .rle
        } else {
            return nil
        }
    }

    /// By the frame header's marker (T.81 table B.1; SOF55 of ISO 14495-1).
    private static func jpeg(_ process: UInt8) -> StreamKind? {
        switch process {
        case 0xC0...0xC2: .jpegDCT
        case 0xC3: .jpegLossless
        case 0xC9...0xCB: .jpegArithmetic
        case 0xC5...0xC7, 0xCD...0xCF: .jpegHierarchical
        case 0xF7: .jpegLS
        default: nil
        }
    }

    var codec: PixelCodec {
        switch self {
        case .jpegDCT: .jpegBaseline
        case .jpegLossless: .jpegLossless
        case .jpegArithmetic: .jpegArithmetic
        case .jpegHierarchical: .jpegHierarchical
        case .jpegLS: .jpegLS
        case .jpeg2000: .jpeg2000
        case .jpegXL: .jpegXL
        case .rle: .rle
        }
    }

    /// For people.
    var name: String {
        switch self {
        case .jpegDCT: "JPEG"
        case .jpegLossless: "JPEG Lossless"
        case .jpegArithmetic: "arithmetic-coded JPEG"
        case .jpegHierarchical: "hierarchical JPEG"
        case .jpegLS: "JPEG-LS"
        case .jpeg2000: "JPEG 2000"
        case .jpegXL: "JPEG XL"
        case .rle: "RLE"
        }
    }
}

extension PixelCodec {
    /// Frames of it have no marker of their own: any bytes may be one.
    var hasPlainFrames: Bool { self == .encapsulatedNative || self == .deflatedFrame }

    /// Fragments under it are looked at for what they are: a codec whose streams say so, or a syntax that has no fragments at all.
    var isToldByStream: Bool {
        switch self {
        case .encapsulatedNative, .deflatedFrame, .jpegArithmetic, .jpegHierarchical, .jpip, .mpeg2, .h264, .hevc, .realTime, .none: false
        default: true
        }
    }
}
