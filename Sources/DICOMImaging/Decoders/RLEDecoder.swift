import DICOM

/// RLE Lossless (PS3.5 Annex G): a 64-byte header of segment offsets, then one PackBits segment per byte plane, the most
/// significant byte of a sample first; the planes of colour images follow each other whatever Planar Configuration says (rule C2).
extension FrameDecoder {
    static let rle = FrameDecoder(codec: .rle, name: "RLE Lossless") { layout in
        RLE.container(layout) == nil ? "RLE of \(layout.bitsAllocated) bits" : nil
    } decode: { stream, layout, _ throws(DICOMError) in
        try RLE.decode(stream, layout)
    }
}

enum RLE {
    /// The longest run a code pair can make: no segment holds more than 64 times its bytes.
    static let largestRatio = 64
    private static let headerSize = 64

    static func container(_ layout: FrameLayout) -> SampleContainer? {
        switch layout.bitsAllocated {
        case 1, 8: .uint8
        case 16: .uint16
        case 32: .uint32
        default: nil
        }
    }

    /// Whether these bytes can be the header: 1 to 15 segments, the first right behind it, each behind the one before (G.5).
    static func isHeader(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= headerSize else { return false }
        func word(_ i: Int) -> Int {
            Int(bytes[4 * i]) | Int(bytes[4 * i + 1]) << 8 | Int(bytes[4 * i + 2]) << 16 | Int(bytes[4 * i + 3]) << 24
        }
        let count = word(0)
        guard (1...15).contains(count), word(1) == headerSize else { return false }
        return count < 2 || (2...count).allSatisfy { word($0) > word($0 - 1) }
    }

    /// Samples a pixel by the number of segments; 0 where that does not tell.
    static func components(_ segments: Int, _ container: SampleContainer) -> Int {
        switch segments {
        case container.size, container.size * 3: segments / container.size
        case 1 where container.size > 1: 1
        default: 0
        }
    }

    static func decode(_ stream: [UInt8], _ layout: FrameLayout) throws(DICOMError) -> PixelBuffer {
        guard let declared = container(layout) else { throw DICOMError(.unsupported, "RLE of \(layout.bitsAllocated) bits") }
        let isBits = layout.bitsAllocated == 1
        let samplePlane = layout.rows * layout.columns
        let plane = isBits ? (samplePlane + 7) / 8 : samplePlane
        // With one segment a sample only 8 bits are there, whatever the header says (PS3.5 8.2.2, G.2): they are what is drawn.
        let isNarrow = declared.size > 1 && stream.count > headerSize && Int(stream[0]) == layout.samples
        let container = isNarrow ? .uint8 : declared
        let planes = layout.samples * container.size
        let segments = try segments(stream, planes: planes)
        guard plane * planes / 16 <= stream.count * largestRatio else {
            throw DICOMError(.damagedPixels, "RLE stream far shorter than its frame")
        }
        var decoded = [UInt8](repeating: 0, count: plane * planes)
        var isTruncated = false
        decoded.withUnsafeMutableBytes { output in
            stream.withUnsafeBytes { input in
                for (index, range) in segments.enumerated() {
                    let target = UnsafeMutableRawBufferPointer(rebasing: output[index * plane..<(index + 1) * plane])
                    let filled = unpack(UnsafeRawBufferPointer(rebasing: input[range]), into: target)
                    if filled < plane { isTruncated = true }
                }
            }
        }
        return PixelBuffer(
            bytes: isBits ? BitPlanes.unpack(decoded, firstBit: 0, count: samplePlane) : join(decoded, plane: plane, container: container),
            container: container, order: layout.samples > 1 ? .planar : .interleaved, shift: isBits || isNarrow ? 0 : layout.shift,
            codedBits: isNarrow ? 8 : nil, isTruncated: isTruncated)
    }

    /// The byte ranges of the segments. A wrong end is cut, an offset outside the stream refused (rule J9).
    private static func segments(_ stream: [UInt8], planes: Int) throws(DICOMError) -> [Range<Int>] {
        guard stream.count > headerSize else { throw DICOMError(.damagedPixels, "RLE stream without its header") }
        func word(_ i: Int) -> Int {
            Int(stream[4 * i]) | Int(stream[4 * i + 1]) << 8 | Int(stream[4 * i + 2]) << 16 | Int(stream[4 * i + 3]) << 24
        }
        let count = word(0)
        guard count == planes, count <= 15 else {
            throw DICOMError(.damagedPixels, "RLE stream of \(count) segments, \(planes) expected")
        }
        var ranges: [Range<Int>] = []
        for i in 0..<count {
            let start = word(1 + i)
            let next = i + 1 < count ? word(2 + i) : stream.count
            guard start >= headerSize, start <= stream.count else { throw DICOMError(.damagedPixels, "RLE segment outside its stream") }
            ranges.append(start..<(next >= start && next <= stream.count ? next : stream.count))
        }
        return ranges
    }

    /// PackBits (PS3.5 G.3.2). Returns how many bytes were written; never writes beyond `output`, never reads beyond `input`.
    static func unpack(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Int {
        guard let source = input.baseAddress, let target = output.baseAddress else { return 0 }
        var (from, to) = (0, 0)
        while from < input.count, to < output.count {
            let code = Int(source.load(fromByteOffset: from, as: Int8.self))
            from &+= 1
            if code >= 0 {
                let count = min(code &+ 1, input.count &- from, output.count &- to)
                (target + to).copyMemory(from: source + from, byteCount: count)
                from &+= count
                to &+= count
            } else if code != -128 {
                guard from < input.count else { break }
                let count = min(1 &- code, output.count &- to)
                (target + to).initializeMemory(as: UInt8.self, repeating: source.load(fromByteOffset: from, as: UInt8.self), count: count)
                from &+= 1
                to &+= count
            }
        }
        return to
    }

    /// Byte planes, most significant first, to little-endian samples; the samples of a pixel stay planes.
    private static func join(_ planes: [UInt8], plane: Int, container: SampleContainer) -> [UInt8] {
        let size = container.size
        guard size > 1 else { return planes }
        return [UInt8](unsafeUninitializedCapacity: planes.count) { output, count in
            planes.withUnsafeBufferPointer { input in
                guard let target = output.baseAddress, let source = input.baseAddress else { return }
                for first in stride(from: 0, to: planes.count, by: plane * size) {
                    if size == 2 {
                        zip(source + first, source + first + plane, into: target + first, count: plane)
                    } else {
                        scatter(source + first, plane: plane, size: size, into: target + first)
                    }
                }
                count = planes.count
            }
        }
    }

    @inline(__always)
    private static func zip(_ high: UnsafePointer<UInt8>, _ low: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>, count: Int) {
        let words = UnsafeMutableRawPointer(target)
        for i in 0..<count {
            words.storeBytes(of: UInt16(high[i]) &<< 8 | UInt16(low[i]), toByteOffset: i &* 2, as: UInt16.self)
        }
    }

    private static func scatter(_ source: UnsafePointer<UInt8>, plane: Int, size: Int, into target: UnsafeMutablePointer<UInt8>) {
        for byte in 0..<size {
            let from = source + byte * plane
            let to = target + (size - 1 - byte)
            for i in 0..<plane { to[i &* size] = from[i] }
        }
    }
}
