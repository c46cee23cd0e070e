import DICOM

extension FrameLocator {
    /// From a frame's first item up to the next frame's, by the Extended or the Basic Offset Table; nil where there is no table
    /// with one entry for each frame, or where it is wrong about this frame or the next.
    func tabled(_ number: Int) throws(DICOMError) -> Range<Int>? {
        guard let start = try entry(number) else { return nil }
        let end = number + 1 < frameCount ? try entry(number + 1) : fragments.end
        guard let end, end > start else { return nil }
        return start..<end
    }

    /// The fragment that starts each frame; nil where the table does not name them all, in order.
    func tabledStarts(_ all: [Range<Int>]) throws(DICOMError) -> [Int]? {
        let extended = extendedOffsets()
        var starts: [Int] = []
        var index = 0
        for number in 0..<frameCount {
            guard let offset = try offset(number, extended), (number == 0) == (offset == 0), offset >= 0, offset < fragments.end else { return nil }
            let value = firstFragment + offset + Self.itemHeader
            while index < all.count, all[index].lowerBound < value { index += 1 }
            guard index < all.count, all[index].lowerBound == value, starts.last != index else { return nil }
            starts.append(index)
        }
        return starts
    }

    /// Offset of a frame's first item, where an item stands there that can be the start of a frame.
    private func entry(_ number: Int) throws(DICOMError) -> Int? {
        guard let offset = try offset(number, extendedOffsets()), offset >= 0, offset < fragments.end - firstFragment, (number == 0) == (offset == 0)
        else {
            return nil
        }
        let start = firstFragment + offset
        guard let length = try item(at: start) else { return nil }
        guard number > 0, let first = try item(at: firstFragment) else { return start }
        // Where the first frame starts like a codestream, every frame does.
        let value = firstFragment + Self.itemHeader
        guard try isStart(value..<value + first) else { return start }
        return try isStart(start + Self.itemHeader..<start + Self.itemHeader + length) ? start : nil
    }

    /// The Extended Offset Table (7FE0,0001) of one entry for each frame.
    private func extendedOffsets() -> [Int]? {
        guard let table = file.dataSet.element(.extendedOffsetTable), table.contentLength == 8 * frameCount else { return nil }
        let offsets = table.ints
        return offsets.count == frameCount ? offsets : nil
    }

    private func offset(_ number: Int, _ extended: [Int]?) throws(DICOMError) -> Int? {
        if let extended { return extended[number] }
        guard fragments.offsetTableLength == 4 * frameCount else { return nil }
        return try words(at: fragments.offset + Self.itemHeader + 4 * number).map { Int($0.0) }
    }

    /// SOI behind fill bytes.
    private func isStartBehindFill(_ piece: Range<Int>) throws(DICOMError) -> Bool {
        var at = piece.lowerBound
        let end = min(piece.upperBound, at + Self.mostFill)
        while at + 8 <= end, let (first, second) = try words(at: at) {
            let eight = UInt64(first) | UInt64(second) << 32
            let fill = (~eight).trailingZeroBitCount / 8
            guard fill == 8 else { return eight >> UInt64(8 * fill) & 0xFF == 0xD8 }
            at += 8
        }
        return false
    }

    /// A codestream starts here: JPEG's or JPEG-LS's SOI (fill bytes may stand before it), JPEG 2000's SOC, JPEG XL's signature,
    /// the boxes of either, an RLE header.
    func isStart(_ piece: Range<Int>) throws(DICOMError) -> Bool {
        guard piece.count >= 8, let (first, second) = try words(at: piece.lowerBound) else { return false }
        if first & 0xFFFF == 0xFFFF { return try isStartBehindFill(piece) }
        let isJPEG = first & 0x00FF_FFFF == 0x00FF_D8FF
        let isJPEG2000 = first == 0x51FF_4FFF
        let isJPEGXL = first & 0xFFFF == 0x0AFF
        // 'jP  ' and 'JXL '.
        let isBoxes = first == 0x0C00_0000 && (second == 0x2020_506A || second == 0x204C_584A)
        return isJPEG || isJPEG2000 || isJPEGXL || isBoxes || (1...15).contains(first) && second == 64
    }
}
