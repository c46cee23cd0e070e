import DICOM

/// What a JPEG stream says of itself before its first scan.
struct JPEGHeader: Sendable {
    struct Component: Sendable {
        let id: UInt8
        let horizontal: UInt8
        let vertical: UInt8
        /// Slot of its quantisation table.
        let quantization: UInt8
    }

    /// The SOF marker's second byte: 0xC0 baseline, 0xC1 extended, 0xC2 progressive, 0xC3 lossless, 0xF7 JPEG-LS, ...
    let process: UInt8
    let precision: Int
    let height: Int
    let width: Int
    let components: [Component]
    /// Colour transform of the Adobe APP14 marker, where there is one.
    let adobeTransform: UInt8?
    let hasJFIF: Bool

    var isLossless: Bool { process == 0xC3 }
    /// Huffman coded sequential or progressive DCT.
    var isDCT: Bool { process <= 0xC2 && process >= 0xC0 }
    /// Every component has a whole fraction of the largest sampling factors.
    var isEvenlySampled: Bool {
        guard let wide = components.map(\.horizontal).max(), let high = components.map(\.vertical).max() else { return false }
        return components.allSatisfy { $0.horizontal > 0 && $0.vertical > 0 && wide % $0.horizontal == 0 && high % $0.vertical == 0 }
    }

    /// Reads markers up to the first frame header's end (T.81 B.2.2).
    static func parse(_ stream: UnsafeRawBufferPointer) throws(DICOMError) -> JPEGHeader {
        guard stream.count >= 4, stream[0] == 0xFF, stream[1] == 0xD8 else {
            throw DICOMError(.damagedPixels, "no JPEG start of image")
        }
        var segments = JPEGSegments(stream)
        var adobe: UInt8?
        var hasJFIF = false
        while let segment = segments.next() {
            let payload = UnsafeRawBufferPointer(rebasing: stream[segment.payload])
            switch segment.marker {
            case 0xE0 where payload.starts(with: [0x4A, 0x46, 0x49, 0x46, 0]): hasJFIF = true
            case 0xEE where payload.count >= 12 && payload.starts(with: [0x41, 0x64, 0x6F, 0x62, 0x65]): adobe = payload[11]
            case 0xC4, 0xC8, 0xCC: continue
            case 0xC0...0xCF, 0xF7: return try frame(segment.marker, payload, adobe: adobe, hasJFIF: hasJFIF)
            case 0xD9, 0xDA: throw DICOMError(.damagedPixels, "JPEG scan without a frame header")
            default: continue
            }
        }
        throw DICOMError(.damagedPixels, "JPEG without a frame header")
    }

    private static func frame(
        _ marker: UInt8, _ payload: UnsafeRawBufferPointer, adobe: UInt8?, hasJFIF: Bool
    ) throws(DICOMError) -> JPEGHeader {
        guard payload.count >= 6 else { throw DICOMError(.damagedPixels, "short JPEG frame header") }
        let count = Int(payload[5])
        guard (1...4).contains(count), payload.count >= 6 + 3 * count else {
            throw DICOMError(.damagedPixels, "JPEG with \(count) components")
        }
        let components = (0..<count).map { i in
            Component(
                id: payload[6 + 3 * i], horizontal: payload[7 + 3 * i] >> 4, vertical: payload[7 + 3 * i] & 15,
                quantization: payload[8 + 3 * i])
        }
        return JPEGHeader(
            process: marker, precision: Int(payload[0]), height: Int(payload[1]) << 8 | Int(payload[2]),
            width: Int(payload[3]) << 8 | Int(payload[4]), components: components, adobeTransform: adobe, hasJFIF: hasJFIF)
    }

    /// Refuses a stream that is not the frame its header announces, before anything is allocated for it.
    func check(against layout: FrameLayout) throws(DICOMError) {
        guard width == layout.columns, height == layout.rows, components.count == layout.samples else {
            throw DICOMError(
                .inconsistent,
                "JPEG of \(width) x \(height) x \(components.count), header says \(layout.columns) x \(layout.rows) x \(layout.samples)")
        }
    }

    /// Rule C6: what the three components of a lossy stream are. The codestream knows better than the header.
    func colorCoding(_ photometric: Photometric) -> ColorCoding {
        if let adobeTransform { return adobeTransform == 0 ? .rgb : .ycbcr }
        let ids = components.map { $0.id & 0xDF }
        if ids == [0x52, 0x47, 0x42] { return .rgb }
        if hasJFIF { return .ycbcr }
        let (first, others) = (components[0], components.dropFirst())
        if others.contains(where: { $0.horizontal < first.horizontal || $0.vertical < first.vertical }) { return .ycbcr }
        return photometric == .rgb ? .rgb : .ycbcr
    }
}
