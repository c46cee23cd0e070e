package import DICOM

/// One frame of a file as samples.
package enum StoredFrame {
    /// - Parameter frame: 0-based.
    static func decode(_ file: Part10File, _ layout: FrameLayout, frame: Int, purpose: DecodePurpose) throws(DICOMError) -> PixelBuffer {
        guard let location = file.pixelData else { throw DICOMError(.noPixels, "no pixel data") }
        guard (0..<layout.frameCount).contains(frame) else { throw DICOMError(.inconsistent, "no frame \(frame + 1) of \(layout.frameCount)") }
        guard let fragments = location.fragments else {
            var buffer = try NativeFrame(file, location, layout).read(frame)
            note(file, &buffer)
            return buffer
        }
        let stream = try FrameLocator(file, fragments, frameCount: layout.frameCount).frame(frame)
        var buffer = try decoder(for: file, stream).decode(stream, layout, purpose)
        note(file, &buffer)
        return buffer
    }

    /// The same at the lowest resolution that the codestream has whose longer side is not below `longestSide` pixels; the layout
    /// that comes with it has that size. Nil where frames are stored in one resolution only.
    static func decodeReduced(
        _ file: Part10File, _ layout: FrameLayout, frame: Int, purpose: DecodePurpose, longestSide: Int
    ) throws(DICOMError) -> (buffer: PixelBuffer, layout: FrameLayout)? {
        guard let fragments = file.pixelData?.fragments, (0..<layout.frameCount).contains(frame) else { return nil }
        // Streams of most codecs have one resolution: nothing is read of them for nothing.
        if let usual = Decoders.decoder(for: file.transferSyntax.codec), usual.decodeReduced == nil { return nil }
        let stream = try FrameLocator(file, fragments, frameCount: layout.frameCount).frame(frame)
        guard let decode = try decoder(for: file, stream).decodeReduced else { return nil }
        let reduced = try decode(stream, layout, purpose, longestSide)
        var small = layout
        small.columns = reduced.width
        small.rows = reduced.height
        var buffer = reduced.buffer
        note(file, &buffer)
        return (buffer, small)
    }

    /// The decoder of the stream itself, whatever the transfer syntax says; of the transfer syntax where the stream is like none.
    private static func decoder(for file: Part10File, _ stream: [UInt8]) throws(DICOMError) -> FrameDecoder {
        let syntax = file.transferSyntax
        if syntax.codec.isToldByStream, let kind = StreamKind(stream, under: syntax) {
            if let decoder = Decoders.decoder(for: kind.codec) { return decoder }
            throw DICOMError(.unsupported, Decoders.missingFeature(kind.codec) ?? "no decoder for \(kind.name)")
        }
        if let decoder = Decoders.decoder(for: syntax.codec) { return decoder }
        throw DICOMError(.unsupported, Decoders.missingFeature(syntax.codec) ?? "no decoder for \(syntax.name)")
    }

    /// Whether the values went through lossy coding, as far as the header says it: native data may have (PS3.3 C.7.6.1.1.5).
    private static func note(_ file: Part10File, _ buffer: inout PixelBuffer) {
        let isSaid =
            switch file.dataSet.string(.lossyImageCompression) {
            case "01": true
            case "00": false
            default: file.transferSyntax.isLossy
            }
        // A reversible stream may have been cut short of its last bits.
        if file.transferSyntax.isLossy, buffer.codedBits != nil, !buffer.holdsCells { buffer.isLossy = true }
        buffer.wasLossy = buffer.isLossy || isSaid
    }

    /// Where the items of each frame lie in the file; nil for native pixel data, whose frames need no looking for.
    package static func frameRanges(_ file: Part10File) throws(DICOMError) -> [Range<Int>]? {
        guard let fragments = file.pixelData?.fragments else { return nil }
        return try FrameLocator(file, fragments, frameCount: FrameLayout(of: file).frameCount).ranges()
    }

    /// The bytes of one encapsulated frame, nil where pixel data are native or absent.
    package static func codestream(_ file: Part10File, frame: Int) throws(DICOMError) -> [UInt8]? {
        guard let fragments = file.pixelData?.fragments else { return nil }
        return try FrameLocator(file, fragments, frameCount: FrameLayout(of: file).frameCount).frame(frame)
    }

    /// Decodes a frame and returns how many bytes its samples take: what benchmarks and fuzzers run.
    package static func decodedSize(_ file: Part10File, frame: Int) throws(DICOMError) -> Int {
        try decode(file, FrameLayout(of: file), frame: frame, purpose: .display).bytes.count
    }

    /// The stored values of a frame in one well-defined form: only the stored bits, sign-extended, little endian in the
    /// container of Bits Allocated, samples interleaved, YCbCr as coded. What decoders are compared by.
    package static func canonical(_ file: Part10File, frame: Int) throws(DICOMError) -> [UInt8] {
        var layout = try FrameLayout(of: file)
        var buffer = try decode(file, layout, frame: frame, purpose: .storedValues)
        // As wide as the header says, whatever the stream has: what is compared must have one size.
        let size = layout.container.size
        layout.adopt(&buffer, purpose: .storedValues)
        let samples = SampleReader(buffer, layout)
        if layout.isFloat { return buffer.bytes }
        var bytes = [UInt8](repeating: 0, count: layout.sampleCount * size)
        for pixel in 0..<layout.pixelCount {
            for sample in 0..<layout.samples {
                let value = samples.value(pixel, sample)
                let at = (pixel * layout.samples + sample) * size
                for byte in 0..<size { bytes[at + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
            }
        }
        return bytes
    }
}

/// Frames of native pixel data.
struct NativeFrame {
    private let file: Part10File
    private let location: PixelDataLocation
    private let layout: FrameLayout

    init(_ file: Part10File, _ location: PixelDataLocation, _ layout: FrameLayout) {
        self.file = file
        self.location = location
        self.layout = layout
    }

    /// Bytes that stand in the wrong order together: OW of big endian is swapped by words, wider values as a whole (rule G3).
    private var swapUnit: Int {
        if file.transferSyntax.codec == .nativeBigEndianPixels { return layout.bitsAllocated == 16 ? 2 : 1 }
        guard !location.isLittleEndian else { return 1 }
        switch layout.bitsAllocated {
        case 64: return 8
        case 32: return 4
        case 16: return 2
        default: return location.vr == .OW ? 2 : 1
        }
    }

    func read(_ frame: Int) throws(DICOMError) -> PixelBuffer {
        let bits = frame * layout.nativeFrameBits
        let unit = swapUnit
        let start = bits / 8 / unit * unit
        let end = (bits + layout.nativeFrameBits + 7) / 8
        let wanted = (end - start + unit - 1) / unit * unit
        let there = max(0, min(wanted, location.available - start))
        var (bytes, got) = try bytes(wanted, there: there, from: location.offset + start)
        if unit > 1 { Self.swap(&bytes, unit: unit) }
        let isTruncated = start + got < (bits + layout.nativeFrameBits) / 8
        if layout.bitsAllocated == 1 {
            let first = bits - start * 8
            if first >= 8 { bytes.removeFirst(first / 8) }
            return PixelBuffer(
                bytes: BitPlanes.unpack(bytes, firstBit: first & 7, count: layout.sampleCount), container: .uint8, isTruncated: isTruncated)
        }
        if layout.bitsAllocated == 12 {
            let values = BitPlanes.unpack12(bytes, firstBit: bits - start * 8, count: layout.sampleCount)
            return PixelBuffer(
                bytes: values, container: .uint16, order: layout.isPlanar ? .planar : .interleaved, shift: layout.shift, isTruncated: isTruncated)
        }
        let skip = bits / 8 - start
        if skip > 0 { bytes.removeFirst(skip) }
        if bytes.count > layout.nativeFrameBytes { bytes.removeLast(bytes.count - layout.nativeFrameBytes) }
        let order: SampleOrder = layout.isChroma422 ? .chroma422 : layout.isPlanar ? .planar : .interleaved
        return PixelBuffer(bytes: bytes, container: layout.container, order: order, shift: layout.shift, isTruncated: isTruncated)
    }

    /// `count` bytes, of which at most `there` are in the file; the others are 0 (rule G4). Nothing that is read is cleared first.
    private func bytes(_ count: Int, there: Int, from offset: Int) throws(DICOMError) -> (bytes: [UInt8], got: Int) {
        var result: Result<Int, DICOMError> = .success(0)
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            let target = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[0..<there])
            // What a failed reading left is cleared; the failure itself is thrown below.
            var got = 0
            do throws(DICOMError) {
                got = try file.read(at: offset, into: target)
                result = .success(got)
            } catch {
                result = .failure(error)
            }
            UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[got..<count]).initializeMemory(as: UInt8.self, repeating: 0)
            filled = count
        }
        return (bytes, try result.get())
    }

    private static func swap(_ bytes: inout [UInt8], unit: Int) {
        bytes.withUnsafeMutableBytes { buffer in
            switch unit {
            case 2: swap(buffer, UInt16.self)
            case 4: swap(buffer, UInt32.self)
            default: swap(buffer, UInt64.self)
            }
        }
    }

    private static func swap<Word: FixedWidthInteger & BitwiseCopyable>(_ buffer: UnsafeMutableRawBufferPointer, _ word: Word.Type) {
        let size = MemoryLayout<Word>.size
        for at in stride(from: 0, to: buffer.count - size + 1, by: size) {
            buffer.storeBytes(of: buffer.loadUnaligned(fromByteOffset: at, as: Word.self).byteSwapped, toByteOffset: at, as: Word.self)
        }
    }
}
