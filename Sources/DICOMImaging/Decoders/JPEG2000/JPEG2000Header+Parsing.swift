import DICOM

extension JPEG2000Header {
    private static let sizeMarker = 0xFF51
    private static let codingMarker = 0xFF52
    private static let tileMarker = 0xFF90

    /// Reads the main header and follows the lengths of the tile-parts; decodes nothing.
    static func parse(_ stream: [UInt8], _ range: Range<Int>) throws(DICOMError) -> JPEG2000Header {
        var at = range.lowerBound
        let end = range.upperBound
        guard at + 4 <= end, number(stream, at, 2) == 0xFF4F, number(stream, at + 2, 2) == sizeMarker else {
            throw DICOMError(.damagedPixels, "no JPEG 2000 codestream")
        }
        at += 2
        var size: Size?
        var coding: (levels: Int, layers: Int, hasTransform: Bool, isIrreversible: Bool)?
        while at + 4 <= end {
            let marker = number(stream, at, 2)
            if marker == tileMarker { break }
            let length = number(stream, at + 2, 2)
            guard marker >= 0xFF00, length >= 2, at + 2 + length <= end else { break }
            switch marker {
            case sizeMarker: size = try Size(stream, at + 4, length - 2)
            case codingMarker where length >= 12:
                coding = (min(32, Int(stream[at + 9])), number(stream, at + 6, 2), stream[at + 8] == 1, stream[at + 13] & 1 == 0)
            default: break
            }
            at += 2 + length
        }
        guard let size, let coding else { throw DICOMError(.damagedPixels, "JPEG 2000 codestream without its main header") }
        return JPEG2000Header(
            width: size.width, height: size.height, tileCount: size.tileCount, components: size.components, levels: coding.levels,
            hasColorTransform: coding.hasTransform && size.components.count >= 3, isIrreversible: coding.isIrreversible, layers: coding.layers,
            tiles: tiles(stream, at, end))
    }

    /// Follows the tile-parts by their lengths (A.4.2). One of length 0 is the last and goes to the end of the codestream.
    private static func tiles(_ stream: [UInt8], _ start: Int, _ end: Int) -> Tiles {
        var at = start
        while at + 12 <= end, number(stream, at, 2) == tileMarker {
            let length = number(stream, at + 6, 4)
            if length == 0 { return Tiles(end: nil, cut: nil, isTruncated: false) }
            guard length >= 12, length <= end - at else { return Tiles(end: at, cut: at, isTruncated: true) }
            at += length
        }
        // A codestream without any tile is cut too.
        return Tiles(end: at, cut: nil, isTruncated: at == start)
    }

    /// The SIZ segment (A.5.1).
    private struct Size {
        let width: Int
        let height: Int
        let tileCount: Int
        let components: [Component]

        init(_ stream: [UInt8], _ at: Int, _ length: Int) throws(DICOMError) {
            guard length >= 36 else { throw DICOMError(.damagedPixels, "short JPEG 2000 size marker") }
            let numbers = (0..<8).map { number(stream, at + 2 + 4 * $0, 4) }
            let (right, bottom, left, top) = (numbers[0], numbers[1], numbers[2], numbers[3])
            let (tileWidth, tileHeight, tileLeft, tileTop) = (numbers[4], numbers[5], numbers[6], numbers[7])
            guard right > left, bottom > top, tileWidth > 0, tileHeight > 0, tileLeft <= left, tileTop <= top else {
                throw DICOMError(.damagedPixels, "JPEG 2000 image area without pixels")
            }
            let count = number(stream, at + 34, 2)
            guard (1...4).contains(count), length >= 36 + 3 * count else {
                throw DICOMError(.damagedPixels, "JPEG 2000 of \(count) components")
            }
            width = right - left
            height = bottom - top
            // No overflow: each factor has 32 bits and their product fewer than 63 only when bounded first.
            let across = (right - tileLeft + tileWidth - 1) / tileWidth
            let down = (bottom - tileTop + tileHeight - 1) / tileHeight
            tileCount = across.multipliedReportingOverflow(by: down).overflow ? .max : across * down
            components = (0..<count).map { index in
                let from = at + 36 + 3 * index
                return Component(
                    precision: Int(stream[from] & 0x7F) + 1, isSigned: stream[from] & 0x80 != 0, dx: Int(stream[from + 1]), dy: Int(stream[from + 2]))
            }
        }
    }

    /// Refuses what OpenJPEG must not be asked to allocate (rule 12, Safety): another picture than the header announces, tiles by
    /// the thousand, a frame that the bytes cannot justify.
    func check(against layout: FrameLayout, bytes: Int) throws(DICOMError) {
        guard width == layout.columns, height == layout.rows, components.count == layout.samples else {
            throw DICOMError(
                .inconsistent,
                "JPEG 2000 of \(width) x \(height) x \(components.count), header says \(layout.columns) x \(layout.rows) x \(layout.samples)")
        }
        guard components.allSatisfy({ $0.dx > 0 && $0.dy > 0 && $0.dx <= width && $0.dy <= height && $0.precision <= 32 }) else {
            throw DICOMError(.damagedPixels, "JPEG 2000 components of impossible shape")
        }
        // A tile takes 14 bytes at least, and costs OpenJPEG some kilobytes whatever its size.
        guard tileCount <= 65_535, (tileCount - 1) * 14 <= bytes, tileCount <= 64 + layout.pixelCount / 256 else {
            throw DICOMError(.damagedPixels, "JPEG 2000 of \(tileCount) tiles in \(bytes) bytes")
        }
        // A packet takes a byte at least; a cut stream has lost some.
        guard layers * (levels + 1) * components.count * tileCount <= 4 * bytes + 65_536 else {
            throw DICOMError(.damagedPixels, "JPEG 2000 of \(layers) layers in \(bytes) bytes")
        }
        try StreamBound.check(samples: layout.sampleCount, bytes: bytes, "JPEG 2000")
    }
}
