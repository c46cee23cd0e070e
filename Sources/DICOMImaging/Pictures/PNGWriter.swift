import CPNG
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
            put(word: CPNG_adler32(1, profile.baseAddress?.assumingMemoryBound(to: UInt8.self), profile.count))
        }
        finish()
    }

    /// IDAT: each row behind its filter byte 0, cut into blocks wherever 65,535 bytes are full. Rows are drawn in their place,
    /// those that straddle two blocks beside it; sums are taken block by block, while the bytes are in the cache.
    mutating func image(_ rows: PictureRows) {
        let total = rows.height * (1 + rows.rowBytes)
        begin("IDAT", length: PictureSize.storedZlib(total))
        var stream = StoredDeflate(total: total)
        var sum: UInt32 = 1
        var feed = RowFeed(rows)
        put(stream.streamHeader)
        var crc = checksum(0, from: chunkStart, to: position)
        var left = total
        while left > 0 {
            let block = stream.nextBlock()
            let headerAt = position
            put(block.header)
            let start = position
            feed.fill(UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + block.count]))
            position += block.count
            sum = withPart(start, position) { CPNG_adler32(sum, $0, $1) }
            crc = checksum(crc, from: headerAt, to: position)
            left -= block.count
        }
        let sumAt = position
        put(word: sum)
        crc = checksum(crc, from: sumAt, to: position)
        put(word: crc)
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
        put(word: checksum(0, from: chunkStart, to: position))
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

    private func checksum(_ start: UInt32, from: Int, to: Int) -> UInt32 {
        withPart(from, to) { CPNG_crc32(start, $0, $1) }
    }

    private func withPart(_ from: Int, _ to: Int, _ body: (UnsafePointer<UInt8>?, Int) -> UInt32) -> UInt32 {
        let part = UnsafeRawBufferPointer(rebasing: bytes[from..<to])
        return body(part.baseAddress?.assumingMemoryBound(to: UInt8.self), part.count)
    }
}
