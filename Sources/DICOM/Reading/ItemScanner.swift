/// Reads item and element headers far apart without keeping what lies between: a window of its own, small after a jump,
/// larger in a row of small items.
struct ItemScanner: ~Copyable {
    private let bytes: ByteStore
    private let isBigEndian: Bool
    private let buffer: UnsafeMutableRawBufferPointer
    private var start = 0
    private var count = 0
    private static let capacity = 1 << 16
    private static let afterJump = 512

    init(_ bytes: ByteStore, isBigEndian: Bool) {
        self.bytes = bytes
        self.isBigEndian = isBigEndian
        buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.capacity, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// Tag and 32-bit length at `offset`; nil where fewer than 8 bytes are left.
    mutating func item(at offset: Int) throws(DICOMError) -> (tag: UInt32, length: UInt32)? {
        guard let pointer = try pointer(at: offset, 8) else { return nil }
        return (ElementReader.tag(pointer, isBigEndian), ElementReader.load32(pointer + 4, isBigEndian))
    }

    /// Where a sequence of undefined length ends (its delimiter's offset), or `end`. Counts what is open instead of
    /// remembering it, so any depth costs nothing.
    mutating func endOfSequence(from first: Int, end: Int, isImplicit: Bool) throws(DICOMError) -> Int {
        var offset = first
        // Sequences and items of undefined length that are open.
        var open = 1
        while offset &+ 8 <= end, let item = try item(at: offset) {
            switch item.tag {
            case ElementRecord.itemTag:
                offset &+= 8
                if item.length == UInt32.max { open += 1 } else { offset = min(end, offset &+ Int(item.length)) }
            case ElementRecord.itemDelimiter, ElementRecord.sequenceDelimiter:
                open -= 1
                if open <= 0 { return offset }
                offset &+= 8
            default:
                guard let header = try header(at: offset, item, isImplicit: isImplicit) else { return end }
                offset &+= header.size
                if header.length == UInt32.max, header.size == 12 || isImplicit {
                    open += 1
                } else {
                    offset = min(end, offset &+ Int(header.length))
                }
            }
        }
        return end
    }

    private mutating func header(
        at offset: Int, _ item: (tag: UInt32, length: UInt32), isImplicit: Bool
    ) throws(DICOMError) -> (size: Int, length: UInt32)? {
        if isImplicit { return (8, item.length) }
        guard let pointer = try pointer(at: offset, 8) else { return nil }
        switch VR(rawValue: ElementReader.load16(pointer + 4, true)).headerForm {
        case .short: return (8, UInt32(ElementReader.load16(pointer + 6, isBigEndian)))
        case .long:
            guard let long = try self.pointer(at: offset, 12) else { return nil }
            return (12, ElementReader.load32(long + 8, isBigEndian))
        case .unknown: return nil
        }
    }

    private mutating func pointer(at offset: Int, _ needed: Int) throws(DICOMError) -> UnsafeRawPointer? {
        if offset >= start, offset &+ needed <= start &+ count, let base = buffer.baseAddress { return UnsafeRawPointer(base) + (offset &- start) }
        if let resident = bytes.resident(offset, needed) { return resident.baseAddress }
        let isNear = offset >= start && offset &- start &- count < Self.afterJump && count > 0
        let size = isNear ? Self.capacity : Self.afterJump
        count = try bytes.provider.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: buffer[0..<size]))
        start = offset
        guard count >= needed, let base = buffer.baseAddress else { return nil }
        return UnsafeRawPointer(base)
    }
}
