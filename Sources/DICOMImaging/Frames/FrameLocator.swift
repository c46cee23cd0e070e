import DICOM

/// Finds the bytes of one encapsulated frame (PS3.5 Annex A.4; rule J8). The fragments are believed first: one for each frame,
/// or as many that start a codestream as there are frames. Then a table, where items stand at its offsets.
struct FrameLocator {
    let file: Part10File
    let fragments: FragmentSequence
    let frameCount: Int
    /// First byte after the offset table's item: offsets count from here.
    let firstFragment: Int
    static let itemHeader = 8
    /// Up to so many fragments are looked at one by one rather than looked up in a table that may be wrong: two reads each.
    private static let countable = 1024
    /// Fill bytes before a codestream that are looked through.
    static let mostFill = 1 << 10
    /// Fragments that the start of a frame may be cut into.
    private static let startPieces = 16

    init(_ file: Part10File, _ fragments: FragmentSequence, frameCount: Int) {
        self.file = file
        self.fragments = fragments
        self.frameCount = frameCount
        firstFragment = fragments.offset + Self.itemHeader + max(0, fragments.offsetTableLength)
    }

    /// The bytes of a frame, its fragments joined.
    func frame(_ number: Int) throws(DICOMError) -> [UInt8] {
        let pieces = try pieces(of: number)
        let total = pieces.reduce(0) { $0 + $1.count }
        guard total > 0 else { throw DICOMError(.damagedPixels, at: fragments.offset, "frame \(number + 1) has no fragment") }
        var bytes = [UInt8](repeating: 0, count: total)
        var filled = 0
        for piece in pieces {
            filled += try read(at: piece.lowerBound, into: &bytes, from: filled, count: piece.count)
        }
        bytes.removeLast(total - filled)
        skipFillBytes(&bytes)
        return bytes
    }

    /// The first bytes of the first frame, `count` at most.
    func start(_ count: Int) throws(DICOMError) -> [UInt8] {
        var bytes: [UInt8] = []
        var pieces = try walk(from: firstFragment, until: fragments.end, limit: 1)
        if pieces.first.map({ $0.count < count }) ?? false { pieces = try walk(from: firstFragment, until: fragments.end, limit: Self.startPieces) }
        for piece in pieces where bytes.count < count {
            let filled = bytes.count
            let wanted = min(count - filled, piece.count)
            bytes += [UInt8](repeating: 0, count: wanted)
            let got = try read(at: piece.lowerBound, into: &bytes, from: filled, count: wanted)
            bytes.removeLast(wanted - got)
        }
        skipFillBytes(&bytes)
        return bytes
    }

    /// Any number of 0xFF may stand before a marker (T.81 B.1.1.2), before the start of image too.
    private func skipFillBytes(_ bytes: inout [UInt8]) {
        guard bytes.count > 2, bytes[0] == 0xFF, bytes[1] == 0xFF, !file.transferSyntax.codec.hasPlainFrames else { return }
        guard let start = bytes.firstIndex(where: { $0 != 0xFF }), bytes[start] == 0xD8 else { return }
        bytes.removeFirst(start - 1)
    }

    /// Where the items of each frame lie, from the first one's header to the last one's end; an empty range where a frame has none.
    func ranges() throws(DICOMError) -> [Range<Int>] {
        let all = try walk(from: firstFragment, until: fragments.end)
        let isOneEach = all.count == frameCount
        var ranges: [Range<Int>] = []
        ranges.reserveCapacity(frameCount)
        let starts = isOneEach ? Array(all.indices) : try frameStarts(all)
        for number in 0..<frameCount {
            if frameCount > Self.countable, let range = try tabled(number) {
                ranges.append(range)
            } else {
                ranges.append(range(of: number, starts, all))
            }
        }
        return ranges
    }

    private func range(of number: Int, _ starts: [Int], _ all: [Range<Int>]) -> Range<Int> {
        guard number < starts.count else { return 0..<0 }
        let next = number + 1 < starts.count ? starts[number + 1] : all.count
        guard starts[number] < next, next <= all.count else { return 0..<0 }
        return all[starts[number]].lowerBound - Self.itemHeader..<all[next - 1].upperBound
    }

    private func pieces(of number: Int) throws(DICOMError) -> [Range<Int>] {
        if let range = fragments.frameRange {
            guard range.lowerBound >= fragments.offset, range.upperBound <= fragments.end else { return [] }
            return try walk(from: range.lowerBound, until: range.upperBound)
        }
        if frameCount == 1 { return try walk(from: firstFragment, until: fragments.end) }
        let isOneEach = fragments.fragmentCount == frameCount
        if isOneEach, frameCount <= Self.countable { return try counted(number) }
        if fragments.fragmentCount > Self.countable {
            if let range = try tabled(number) { return try walk(from: range.lowerBound, until: range.upperBound) }
            if isOneEach { return try counted(number) }
        }
        return try grouped(walk(from: firstFragment, until: fragments.end), number)
    }

    /// One fragment for each frame, empty ones included.
    private func counted(_ number: Int) throws(DICOMError) -> [Range<Int>] {
        let all = try walk(from: firstFragment, until: fragments.end, limit: number + 1)
        return number < all.count ? [all[number]] : []
    }

    /// Value ranges of the items from one offset up to another, `limit` at most.
    private func walk(from start: Int, until end: Int, limit: Int = .max) throws(DICOMError) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var offset = start
        while offset + Self.itemHeader <= end, pieces.count < min(limit, fragments.fragmentCount), let length = try item(at: offset) {
            let value = offset + Self.itemHeader
            pieces.append(value..<min(end, value + length))
            offset = value + length
        }
        return pieces
    }

    /// A frame starts where a codestream starts. Where that does not give as many frames as there are, where a table says that
    /// is right throughout; else the fragments are dealt out evenly, if that works out.
    private func grouped(_ all: [Range<Int>], _ number: Int) throws(DICOMError) -> [Range<Int>] {
        let starts = try frameStarts(all)
        guard number < starts.count else { return [] }
        let next = number + 1 < starts.count ? starts[number + 1] : all.count
        return Array(all[starts[number]..<next])
    }

    /// The fragment that starts each frame.
    private func frameStarts(_ all: [Range<Int>]) throws(DICOMError) -> [Int] {
        guard !all.isEmpty else { return [] }
        var starts = try starts(all)
        if starts.count != frameCount {
            if let tabled = try tabledStarts(all) {
                starts = tabled
            } else if starts.count < frameCount, all.count % frameCount == 0 {
                let each = all.count / frameCount
                starts = (0..<frameCount).map { $0 * each }
            }
        }
        return starts
    }

    /// Fragments that begin a codestream; the first one counts whatever it looks like.
    private func starts(_ all: [Range<Int>]) throws(DICOMError) -> [Int] {
        var starts = [0]
        for (index, piece) in all.enumerated().dropFirst() {
            if try isStart(piece) { starts.append(index) }
        }
        return starts
    }

    // MARK: reading

    /// Length of the item at an offset; nil where no item stands.
    func item(at offset: Int) throws(DICOMError) -> Int? {
        guard let header = try words(at: offset), header.0 == 0xE000_FFFE else { return nil }
        return Int(header.1)
    }

    /// Two little-endian words; nil beyond the end.
    func words(at offset: Int) throws(DICOMError) -> (UInt32, UInt32)? {
        var bytes = [UInt8](repeating: 0, count: 8)
        guard try read(at: offset, into: &bytes, from: 0, count: 8) == 8 else { return nil }
        func word(_ at: Int) -> UInt32 { UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16 | UInt32(bytes[at + 3]) << 24 }
        return (word(0), word(4))
    }

    private func read(at offset: Int, into bytes: inout [UInt8], from start: Int, count: Int) throws(DICOMError) -> Int {
        guard count > 0 else { return 0 }
        var result: Result<Int, DICOMError> = .success(0)
        bytes.withUnsafeMutableBytes { buffer in
            let target = UnsafeMutableRawBufferPointer(rebasing: buffer[start..<start + count])
            do throws(DICOMError) { result = .success(try file.read(at: offset, into: target)) } catch { result = .failure(error) }
        }
        return try result.get()
    }
}
