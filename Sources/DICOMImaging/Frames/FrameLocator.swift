import DICOM

/// Finds the bytes of one encapsulated frame (PS3.5 Annex A.4; rule J8). Tables are believed only where an item stands at
/// the offset that they name.
struct FrameLocator {
    private let file: Part10File
    private let fragments: FragmentSequence
    private let frameCount: Int
    /// First byte after the offset table's item: offsets count from here.
    private let firstFragment: Int
    private static let itemHeader = 8

    init(_ file: Part10File, _ fragments: FragmentSequence, frameCount: Int) {
        self.file = file
        self.fragments = fragments
        self.frameCount = frameCount
        firstFragment = fragments.offset + Self.itemHeader + max(0, fragments.offsetTableLength)
    }

    /// The bytes of a frame, its fragments joined.
    func frame(_ number: Int) throws(DICOMError) -> [UInt8] {
        let pieces = try pieces(of: number)
        guard !pieces.isEmpty else { throw DICOMError(.damagedPixels, at: fragments.offset, "frame \(number + 1) has no fragment") }
        let total = pieces.reduce(0) { $0 + $1.count }
        var bytes = [UInt8](repeating: 0, count: total)
        var filled = 0
        for piece in pieces {
            filled += try read(at: piece.lowerBound, into: &bytes, from: filled, count: piece.count)
        }
        bytes.removeLast(total - filled)
        return bytes
    }

    private func read(at offset: Int, into bytes: inout [UInt8], from start: Int, count: Int) throws(DICOMError) -> Int {
        var result: Result<Int, DICOMError> = .success(0)
        bytes.withUnsafeMutableBytes { buffer in
            let target = UnsafeMutableRawBufferPointer(rebasing: buffer[start..<start + count])
            do throws(DICOMError) { result = .success(try file.read(at: offset, into: target)) } catch { result = .failure(error) }
        }
        return try result.get()
    }

    private func pieces(of number: Int) throws(DICOMError) -> [Range<Int>] {
        if frameCount == 1 { return try walk(from: firstFragment, until: fragments.end) }
        if let start = try tabled(number) {
            let end = number + 1 < frameCount ? try tabled(number + 1) : fragments.end
            if let end, end > start { return try walk(from: start, until: end) }
        }
        let all = try walk(from: firstFragment, until: fragments.end)
        if all.count == frameCount { return number < all.count ? [all[number]] : [] }
        return try grouped(all, number)
    }

    /// Offset of a frame's first item by the Extended or the Basic Offset Table; nil where there is none or no item is there.
    private func tabled(_ number: Int) throws(DICOMError) -> Int? {
        var offset: Int?
        if let table = file.dataSet.element(.extendedOffsetTable), table.contentLength >= 8 * frameCount {
            offset = table.ints.dropFirst(number).first
        } else if fragments.offsetTableLength >= 4 * frameCount {
            let entry = try word(at: fragments.offset + Self.itemHeader + 4 * number)
            offset = entry.map { Int($0) }
        }
        guard let offset, offset >= 0, offset < fragments.end - firstFragment, number == 0 || offset > 0 else { return nil }
        guard let tag = try word(at: firstFragment + offset), tag == 0xE000_FFFE else { return nil }
        return firstFragment + offset
    }

    /// Value ranges of the items from one offset up to another.
    private func walk(from start: Int, until end: Int) throws(DICOMError) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var offset = start
        while offset + Self.itemHeader <= end, pieces.count <= fragments.fragmentCount {
            guard let tag = try word(at: offset), tag == 0xE000_FFFE, let length = try word(at: offset + 4) else { break }
            let value = offset + Self.itemHeader
            let stop = min(end, value + Int(length))
            if stop > value { pieces.append(value..<stop) }
            offset = value + Int(length)
        }
        return pieces
    }

    /// Without a table a frame starts where a codestream starts: JPEG's SOI, JPEG 2000's SOC, an RLE header.
    private func grouped(_ all: [Range<Int>], _ number: Int) throws(DICOMError) -> [Range<Int>] {
        var frame = -1
        var pieces: [Range<Int>] = []
        for piece in all {
            if try isStart(piece) { frame += 1 }
            if frame == number { pieces.append(piece) }
            if frame > number { break }
        }
        return pieces
    }

    private func isStart(_ piece: Range<Int>) throws(DICOMError) -> Bool {
        guard piece.count >= 8, let first = try word(at: piece.lowerBound), let second = try word(at: piece.lowerBound + 4) else { return false }
        let isJPEG = first & 0x00FF_FFFF == 0x00FF_D8FF
        let isJPEG2000 = first == 0x51FF_4FFF || first == 0x0C00_0000
        return isJPEG || isJPEG2000 || (1...15).contains(first) && second == 64
    }

    private func word(at offset: Int) throws(DICOMError) -> UInt32? {
        var bytes: [UInt8] = [0, 0, 0, 0]
        guard try read(at: offset, into: &bytes, from: 0, count: 4) == 4 else { return nil }
        return UInt32(bytes[0]) | UInt32(bytes[1]) << 8 | UInt32(bytes[2]) << 16 | UInt32(bytes[3]) << 24
    }
}
