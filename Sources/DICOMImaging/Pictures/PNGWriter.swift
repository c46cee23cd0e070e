import CZlib
import DICOM

/// Writes the chunks of a stored PNG one after the other into a buffer that `StoredPNG` has sized for them.
struct PNGWriter {
    private let bytes: UnsafeMutableRawBufferPointer
    private(set) var position = 0
    private var chunkStart = 0

    init(_ bytes: UnsafeMutableRawBufferPointer) { self.bytes = bytes }

    mutating func header(width: Int, height: Int, channels: Int) {
        put([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        begin("IHDR", length: 13)
        put(word: UInt32(width))
        put(word: UInt32(height))
        put([8, channels == 1 ? 0 : 2, 0, 0, 0])
        finish()
    }

    mutating func density(_ density: PixelDensity) {
        begin("pHYs", length: 9)
        put(word: density.x)
        put(word: density.y)
        put([density.isMetric ? 1 : 0])
        finish()
    }

    /// iCCP: name, NUL, method 0, the profile as a zlib stream (PNG 11.3.3.3).
    mutating func profile(_ profile: [UInt8]) {
        let name = PictureSize.iccName.withUTF8Buffer { [UInt8]($0) }
        begin("iCCP", length: name.count + 2 + PictureSize.storedZlib(profile.count))
        put(name)
        put([0, 0])
        profile.withUnsafeBytes { profile in
            var stream = StoredDeflate(total: profile.count)
            put(stream.streamHeader)
            var rest = profile[...]
            repeat {
                let block = stream.nextBlock()
                put(block.header)
                put(UnsafeRawBufferPointer(rebasing: rest.prefix(block.count)))
                rest = rest.dropFirst(block.count)
            } while !rest.isEmpty
            let sum = adler32(1, profile.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(profile.count))
            put(word: UInt32(truncatingIfNeeded: sum))
        }
        finish()
    }

    /// IDAT: each row behind its filter byte 0, cut into blocks wherever 65,535 bytes are full. `pixels` lie further back in
    /// the same buffer; sums are taken block by block, while the bytes are in the cache.
    mutating func image(_ pixels: UnsafeRawBufferPointer, rowBytes: Int, height: Int) {
        let total = height * (1 + rowBytes)
        begin("IDAT", length: PictureSize.storedZlib(total))
        var stream = StoredDeflate(total: total)
        var sum: UInt = 1
        var cursor = RowCursor(pixels: pixels, rowBytes: rowBytes)
        put(stream.streamHeader)
        var crc = checksum(UInt(0), from: chunkStart, to: position)
        var left = total
        while left > 0 {
            let block = stream.nextBlock()
            let headerAt = position
            put(block.header)
            let start = position
            cursor.copy(block.count, to: UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + block.count]))
            position += block.count
            sum = adler(sum, from: start, to: position)
            crc = checksum(crc, from: headerAt, to: position)
            left -= block.count
        }
        let sumAt = position
        put(word: UInt32(truncatingIfNeeded: sum))
        crc = checksum(crc, from: sumAt, to: position)
        put(word: UInt32(truncatingIfNeeded: crc))
    }

    mutating func end() {
        begin("IEND", length: 0)
        finish()
    }

    // MARK: pieces

    private mutating func begin(_ type: StaticString, length: Int) {
        put(word: UInt32(length))
        chunkStart = position
        type.withUTF8Buffer { put(UnsafeRawBufferPointer($0)) }
    }

    private mutating func finish() {
        put(word: UInt32(truncatingIfNeeded: checksum(0, from: chunkStart, to: position)))
    }

    private mutating func put(_ source: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: bytes[position...]).copyMemory(from: source)
        position += source.count
    }

    private mutating func put(_ source: [UInt8]) {
        source.withUnsafeBytes { put($0) }
    }

    private mutating func put(word: UInt32) {
        bytes.storeBytes(of: word.bigEndian, toByteOffset: position, as: UInt32.self)
        position += 4
    }

    private func checksum(_ start: UInt, from: Int, to: Int) -> UInt {
        let part = bytes[from..<to]
        return crc32(start, UnsafeRawBufferPointer(rebasing: part).baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(part.count))
    }

    private func adler(_ start: UInt, from: Int, to: Int) -> UInt {
        let part = bytes[from..<to]
        return adler32(start, UnsafeRawBufferPointer(rebasing: part).baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(part.count))
    }
}
