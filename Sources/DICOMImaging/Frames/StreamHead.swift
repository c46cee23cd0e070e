import CJXL
import DICOM

/// What the first bytes of an encapsulated image say of its frames: read when it is indexed, because sizes must be those of the
/// stream, and what no decoder can draw must not be offered.
struct StreamHead: Sendable {
    let kind: StreamKind
    /// Pixels; 0 where only decoding tells.
    var width = 0
    var height = 0
    /// Samples a pixel; 0 likewise.
    var components = 0
    /// Of RLE.
    var segments = 0

    /// Bytes that are looked at, and again where profiles and comments stand before the frame header.
    private static let usual = 1 << 10
    private static let most = 1 << 20

    /// Of the first frame; of another one where that one begins like no stream at all: each frame is a stream of its own.
    ///
    /// - Returns: nil where none of them is one.
    static func of(_ file: Part10File, _ layout: FrameLayout) throws(DICOMError) -> StreamHead? {
        guard let fragments = file.pixelData?.fragments else { return nil }
        let locator = FrameLocator(file, fragments, frameCount: layout.frameCount)
        for length in [usual, most] {
            let start = try locator.start(length)
            if let head = StreamHead(start, file, layout) { return head }
            guard start.count >= length else { break }
        }
        guard layout.frameCount > 1 else { return nil }
        for frame in Set([layout.frameCount / 2, layout.frameCount - 1]).sorted() {
            if let head = StreamHead(try locator.frame(frame), file, layout) { return head }
        }
        return nil
    }

    /// Of one frame; nil for native data, and where it is no stream.
    static func of(_ file: Part10File, frame: Int) throws(DICOMError) -> StreamHead? {
        guard let fragments = file.pixelData?.fragments else { return nil }
        let layout = try FrameLayout(of: file)
        return StreamHead(try FrameLocator(file, fragments, frameCount: layout.frameCount).frame(frame), file, layout)
    }

    init?(_ start: [UInt8], _ file: Part10File, _ layout: FrameLayout) {
        guard let kind = StreamKind(start, under: file.transferSyntax) else { return nil }
        self.kind = kind
        switch kind {
        case .jpegDCT, .jpegLossless, .jpegArithmetic, .jpegHierarchical, .jpegLS:
            guard let header = try? JPEG.header(of: start) else { return nil }
            (width, height, components) = (header.width, header.height, header.components.count)
        case .jpeg2000:
            guard let range = try? JPEG2000Header.codestream(start), let header = try? JPEG2000Header.parse(start, range) else { return nil }
            (width, height, components) = (header.width, header.height, header.components.count)
        case .rle:
            guard let container = RLE.container(layout) else { return }
            segments = Int(start[0])
            components = RLE.components(segments, container)
        case .jpegXL:
            guard let shape = JPEGXL.shape(start) else { return }
            (width, height, components) = (Int(shape.width), Int(shape.height), Int(shape.components))
        }
    }
}

extension FrameLayout {
    /// Takes over shape and samples from the stream (PS3.5 8.2.1: it controls the decompression).
    ///
    /// - Throws: `.inconsistent` where no picture comes of it that could be trusted.
    mutating func follow(_ head: StreamHead) throws(DICOMError) {
        if head.width > 0, head.height > 0 {
            guard head.width <= 65_535, head.height <= 65_535 else {
                throw DICOMError(.inconsistent, "a \(head.kind.name) stream of \(head.width) x \(head.height)")
            }
            (columns, rows) = (head.width, head.height)
        }
        if head.segments > 0, head.components == 0 {
            throw DICOMError(.inconsistent, "an RLE stream of \(head.segments) segments for \(samples) samples of \(bitsAllocated) bits")
        }
        if head.components > 0, head.components != samples {
            guard head.components == 1 || head.components == 3, photometric != .paletteColor else {
                throw DICOMError(
                    .inconsistent, "a \(head.kind.name) stream of \(head.components) samples a pixel, the header says \(samples)")
            }
            follow(samples: head.components)
        }
        try checkSize()
    }

    /// The same, from the description that was made of the file when it was indexed: sizes were promised by it, and the decoder
    /// compares each frame with it.
    mutating func follow(_ description: PictureDescription, _ file: Part10File) throws(DICOMError) {
        (columns, rows) = (description.width, description.height)
        if PictureColor.channels(of: file, self) != description.channels, photometric != .paletteColor {
            follow(samples: description.channels)
        }
        try checkSize()
    }

    /// What three lossy components are, the JPEG stream says itself (rule C6); others are taken as they are.
    private mutating func follow(samples: Int) {
        self.samples = samples
        if samples == 1, !photometric.isMonochrome { photometric = .monochrome2 }
    }
}
