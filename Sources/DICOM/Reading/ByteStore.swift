/// The parts of a file that were read, kept at stable addresses, and the provider for the rest.
final class ByteStore {
    /// A part of the space, in memory.
    struct Segment {
        let start: Int
        let count: Int
        let base: UnsafeRawPointer
        var end: Int { start &+ count }
    }

    let provider: any ByteProvider
    /// Bytes in the space (file or inflated data set).
    let size: Int
    /// Their starts ascend.
    private(set) var segments: [Segment] = []
    private var owned: [UnsafeMutableRawPointer] = []
    private(set) var bytesKept = 0

    init(_ provider: any ByteProvider) {
        self.provider = provider
        size = provider.size
    }

    /// A space that is in memory already (`base` is freed with the store).
    init(adopting base: UnsafeMutableRawPointer, count: Int) {
        provider = AdoptedMemory(base: base, count: count)
        size = count
        segments.append(Segment(start: 0, count: count, base: UnsafeRawPointer(base)))
        owned.append(base)
        bytesKept = count
    }

    deinit { for base in owned { base.deallocate() } }

    /// Reads `count` bytes (fewer at the end of the space) at `offset` into a new segment.
    func load(at offset: Int, count: Int) throws(DICOMError) -> Segment {
        let wanted = max(0, min(count, size &- offset))
        let base = UnsafeMutableRawPointer.allocate(byteCount: max(wanted, 1), alignment: 16)
        owned.append(base)
        let got = try provider.read(at: offset, into: UnsafeMutableRawBufferPointer(start: base, count: wanted))
        let segment = Segment(start: offset, count: max(0, min(got, wanted)), base: UnsafeRawPointer(base))
        // In the order of their starts, also where reading goes back into a value that was passed over.
        var place = segments.count
        while place > 0, segments[place - 1].start > offset { place -= 1 }
        segments.insert(segment, at: place)
        bytesKept += segment.count
        return segment
    }

    /// The part in memory that holds a range.
    func segment(holding offset: Int, _ count: Int) -> Segment? {
        guard let bytes = resident(offset, count), let base = bytes.baseAddress else { return nil }
        return segments.last { $0.start <= offset && $0.base + (offset &- $0.start) == base }
    }

    /// The bytes of a range when they are in memory in one piece.
    func resident(_ offset: Int, _ count: Int) -> UnsafeRawBufferPointer? {
        if count == 0 { return UnsafeRawBufferPointer(start: nil, count: 0) }
        // The last segment that starts at or before the offset reaches furthest: each new one starts at an element's header.
        var low = 0
        var high = segments.count
        while low < high {
            let middle = (low + high) / 2
            if segments[middle].start <= offset { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        let segment = segments[low - 1]
        guard offset &+ count <= segment.end else { return nil }
        return UnsafeRawBufferPointer(start: segment.base + (offset &- segment.start), count: count)
    }

    /// Calls `body` with the bytes of a range, read now where they are not in memory.
    func withBytes<R>(_ offset: Int, _ count: Int, _ body: (UnsafeRawBufferPointer) -> R) throws(DICOMError) -> R {
        if let bytes = resident(offset, count) {
            return withExtendedLifetime(self) { body(bytes) }
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(0, min(count, size &- offset)), alignment: 16)
        defer { buffer.deallocate() }
        let got = try provider.read(at: offset, into: buffer)
        return body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[0..<max(0, min(got, buffer.count))]))
    }
}

/// Memory that a `ByteStore` owns, seen as a provider.
private final class AdoptedMemory: ByteProvider {
    let base: UnsafeRawPointer
    let size: Int

    init(base: UnsafeMutableRawPointer, count: Int) {
        self.base = UnsafeRawPointer(base)
        size = count
    }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(DICOMError) -> Int {
        guard offset >= 0, offset < size, let target = buffer.baseAddress else { return 0 }
        let count = min(buffer.count, size - offset)
        target.copyMemory(from: base + offset, byteCount: count)
        return count
    }
}
