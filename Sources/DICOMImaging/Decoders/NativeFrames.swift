import CZlib
import DICOM

/// Transfer syntaxes that wrap frames in native form: as they are (PS3.5 A.4.11), or each in a deflate stream (PS3.5 A.4.14).
extension FrameDecoder {
    static let encapsulatedNative = FrameDecoder(codec: .encapsulatedNative, name: "Encapsulated Uncompressed") { _ in
        nil
    } decode: { stream, layout, _ throws(DICOMError) in
        try NativeBytes.buffer(stream, layout)
    }

    static let deflatedFrame = FrameDecoder(codec: .deflatedFrame, name: "Deflated Image Frame") { _ in
        nil
    } decode: { stream, layout, _ throws(DICOMError) in
        try NativeBytes.buffer(DeflatedFrame.inflate(stream, limit: max(layout.nativeFrameBytes, layout.isChroma422 ? layout.sampleCount : 0)), layout)
    }
}

/// One frame of its own, in native form and little endian (PS3.5 section 8).
enum NativeBytes {
    /// A frame that ends early is filled with 0 (rule G4), unless nearly all of it is missing; what follows it is padding.
    static func buffer(_ bytes: [UInt8], _ layout: FrameLayout) throws(DICOMError) -> PixelBuffer {
        var layout = layout
        // YBR_FULL_422 of three bytes a pixel, as in native data.
        if layout.isChroma422, layout.nativeFrameBytes < layout.sampleCount, bytes.count >= layout.sampleCount { layout.photometric = .ybrFull }
        let whole = layout.nativeFrameBytes
        guard bytes.count > 0, bytes.count >= whole / 16 else {
            throw DICOMError(.damagedPixels, "\(bytes.count) bytes for a frame of \(whole)")
        }
        let isTruncated = bytes.count < whole
        if layout.bitsAllocated == 1 {
            let pixels = BitPlanes.unpack(bytes, firstBit: 0, count: layout.sampleCount)
            return PixelBuffer(
                bytes: pixels, container: .uint8, order: layout.isPlanar ? .planar : .interleaved, isTruncated: isTruncated)
        }
        var frame = bytes
        if isTruncated {
            frame += [UInt8](repeating: 0, count: whole - bytes.count)
        } else {
            frame.removeLast(bytes.count - whole)
        }
        let order: SampleOrder = layout.isChroma422 ? .chroma422 : layout.isPlanar ? .planar : .interleaved
        return PixelBuffer(bytes: frame, container: layout.container, order: order, shift: layout.shift, isTruncated: isTruncated)
    }
}

/// A raw deflate stream (RFC 1951) that may not grow beyond its frame.
enum DeflatedFrame {
    /// No deflate stream grows more than this (zlib's technical notes).
    private static let largestRatio = 1032

    /// What comes out, `limit` bytes at most: what a bomb has beyond its frame is never inflated. Streams in a zlib envelope
    /// are taken too (rule J10).
    static func inflate(_ stream: [UInt8], limit: Int) throws(DICOMError) -> [UInt8] {
        // Fragments have even length: a stream may end in a zero byte that is no part of it.
        let possible = stream.count.multipliedReportingOverflow(by: largestRatio)
        let capacity = possible.overflow ? limit : min(limit, possible.partialValue)
        for windowBits: Int32 in [-15, 15] {
            let bytes = try run(stream, capacity: capacity, windowBits: windowBits)
            if !bytes.isEmpty { return bytes }
        }
        throw DICOMError(.damagedPixels, "a deflated frame that cannot be inflated")
    }

    private static func run(_ stream: [UInt8], capacity: Int, windowBits: Int32) throws(DICOMError) -> [UInt8] {
        guard stream.count <= Int(UInt32.max), capacity <= Int(UInt32.max) else {
            throw DICOMError(.limitExceeded, "a deflated frame of \(stream.count) bytes")
        }
        var state = z_stream()
        guard inflateInit2_(&state, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw DICOMError(.limitExceeded, "zlib could not start")
        }
        defer { inflateEnd(&state) }
        var output = [UInt8](repeating: 0, count: capacity)
        var left = UInt32(capacity)
        output.withUnsafeMutableBufferPointer { output in
            stream.withUnsafeBufferPointer { input in
                // zlib's header wants a mutable pointer; it only reads.
                state.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                state.avail_in = UInt32(input.count)
                state.next_out = output.baseAddress
                state.avail_out = left
                _ = CZlib.inflate(&state, Z_SYNC_FLUSH)
                left = state.avail_out
            }
        }
        output.removeLast(Int(left))
        return output
    }
}
