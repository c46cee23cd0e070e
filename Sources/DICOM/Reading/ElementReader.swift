/// Turns the bytes of a data set into a flat table of elements (PS3.5 section 7).
///
/// Iterative, bounds-checked, linear in the bytes of the header; never allocates from a length that a file claims. Values
/// are located, not read. Damage ends the reading, and what was read until then stays.
struct ElementReader {
    /// What is open: the data set, a sequence or an item.
    struct Frame {
        enum Kind { case root, sequence, item }
        let kind: Kind
        /// First byte after it; its parent's end where the length is undefined.
        var end: Int
        /// Its record; -1 for the root.
        let record: Int
        let isUndefined: Bool
        /// As the elements in it turn out to be written, whatever is declared around them.
        var isImplicit: Bool
        let isBigEndian: Bool
        /// Its length in the file was found wrong: it ends where its contents do.
        var isCorrected = false
        /// The last record that stands in it directly; -1 while there is none.
        var last = -1
    }

    /// An element's header as read.
    struct Header {
        var tag: UInt32
        /// 0 where the dictionary must say it.
        var vr: UInt16
        var originalVR: UInt16
        var size: Int
        var length: UInt32
        static let undefined = UInt32.max
    }

    let bytes: ByteStore
    let leniency: Leniency
    /// Only elements of group 0002.
    let isMeta: Bool
    var records: [ElementRecord] = []
    var fragments: [Int: FragmentSequence] = [:]
    var forgiven: [Forgiveness] = []
    /// The first damage that was met.
    var damage: DICOMError?
    /// The outermost pixel data; -1 while there is none.
    var pixelRecord = -1
    var position: Int
    var isStopped = false

    /// How often the element before was read once more in another form.
    var rereadings = 0
    /// Looks at what follows where a header leaves a choice.
    var lookahead: Lookahead

    var top: Frame
    var frames: [Frame] = []
    /// First byte that no element may reach.
    let spaceEnd: Int

    // The part of the space in memory that the loop reads from.
    var base: UnsafeRawPointer
    var windowStart: Int
    var windowEnd: Int
    private var nextWindow: Int
    /// Bytes after a header that the loop may look at without asking again.
    static let lookAhead = 20
    /// Values up to this size are read with the header around them; larger ones only where they are in memory already.
    static let smallValue = 4096

    init(
        _ bytes: ByteStore, window: ByteStore.Segment, from start: Int, isImplicit: Bool, isBigEndian: Bool, isMeta: Bool = false,
        leniency: Leniency
    ) {
        self.bytes = bytes
        self.leniency = leniency
        self.isMeta = isMeta
        position = start
        spaceEnd = bytes.size
        lookahead = Lookahead(bytes)
        top = Frame(kind: .root, end: bytes.size, record: -1, isUndefined: false, isImplicit: isImplicit, isBigEndian: isBigEndian)
        base = window.base
        windowStart = window.start
        windowEnd = window.end
        nextWindow = 1 << 16
        records.reserveCapacity(isMeta ? 16 : 256)
    }

    /// Reads to the end of the data set.
    ///
    /// - Throws: only `.unreadable`. Damage is in `damage`.
    mutating func run() throws(DICOMError) {
        while !isStopped {
            if position >= top.end {
                if top.kind == .root { break }
                closeAtEnd()
                continue
            }
            if windowEnd &- position < Self.lookAhead, windowEnd < spaceEnd {
                try moveWindow(atLeast: Self.lookAhead)
                if isStopped { break }
            }
            let available = min(windowEnd, top.end) &- position
            guard available >= 8 else {
                try leftover(available)
                continue
            }
            let pointer = base + (position &- windowStart)
            let tag = Self.tag(pointer, top.isBigEndian)
            if isMeta, tag >> 16 != 2 { break }
            if tag >> 16 == 0xFFFE {
                try delimiter(tag, pointer)
            } else if top.kind == .sequence {
                try notAnItem(tag)
            } else {
                try element(tag, pointer, available)
            }
        }
        while top.kind != .root { closeAtEnd() }
    }

    /// One element: the hot path. Everything unusual goes to a function of its own.
    private mutating func element(_ tag: UInt32, _ pointer: UnsafeRawPointer, _ available: Int) throws(DICOMError) {
        if tag == 0, isPadding(pointer) { return }
        var header = Header(tag: tag, vr: 0, originalVR: 0, size: 8, length: 0)
        if top.isImplicit {
            header.length = Self.load32(pointer + 4, top.isBigEndian)
            if top.last >= 0, tag <= records[top.last].tag, try isLost(tag) { return }
            // Two letters in its low bytes: an element of Explicit VR may stand here.
            if header.length & 0xC0C0 == 0x4040, try readLettered(&header, pointer, available) { return try place(header, pointer) }
        } else if !readExplicit(&header, pointer, available, isBigEndian: top.isBigEndian) {
            guard try readOdd(&header, pointer, available) else { return }
        }
        if header.length == Header.undefined, header.size == 12 || header.originalVR == 0 {
            return try undefinedLength(header)
        }
        let valueStart = position &+ header.size
        guard Int(header.length) <= top.end &- valueStart else { return try overrun(header, pointer, available) }
        if holdsItems(header, pointer) { return try openSequence(header, end: valueStart &+ Int(header.length), flags: []) }
        if tag & 0xFFFF_0000 == 0x7FE0_0000 {
            if try openFragments(ofDefinedLength: header) { return }
            pixelData(tag)
        }
        try append(header, flags: [], length: Int(header.length))
    }

    /// Reads VR and length of Explicit VR. False where the VR is not one of the standard's or its form does not hold.
    @inline(__always)
    func readExplicit(_ header: inout Header, _ pointer: UnsafeRawPointer, _ available: Int, isBigEndian: Bool) -> Bool {
        header.vr = Self.load16(pointer + 4, true)
        header.originalVR = header.vr
        switch VR(rawValue: header.vr).headerForm {
        case .short:
            header.length = UInt32(Self.load16(pointer + 6, isBigEndian))
            return true
        case .long:
            guard available >= 12, Self.load16(pointer + 6, false) == 0 else { return false }
            header.size = 12
            header.length = Self.load32(pointer + 8, isBigEndian)
            return true
        case .unknown: return false
        }
    }

    /// Appends a plain element and moves past its value, which is read along when it is small.
    mutating func append(_ header: Header, flags: ElementRecord.Flags, length: Int) throws(DICOMError) {
        guard record(header, flags: flags, length: length) else { return }
        var end = position &+ header.size &+ length
        if length & 1 != 0 {
            forgive(.oddLength, at: position)
            end &+= missingPad(at: end, after: header.tag)
        }
        if end > windowEnd, length <= Self.smallValue, end <= spaceEnd { try moveWindow(atLeast: header.size &+ length) }
        position = end
    }

    /// Appends a record at the current position. False when the limit is reached, which ends the reading.
    @inline(__always)
    mutating func record(_ header: Header, flags: ElementRecord.Flags, length: Int) -> Bool {
        guard records.count < leniency.elementLimit else {
            stop(DICOMError(.limitExceeded, at: position, "more than \(leniency.elementLimit) elements"))
            return false
        }
        var all = flags
        if top.isBigEndian { all.insert(.bigEndian) }
        if header.originalVR == 0 { all.insert(.implicit) }
        top.last = records.count
        records.append(
            ElementRecord(
                tag: header.tag, vr: header.vr, originalVR: header.originalVR, offset: position, length: length,
                next: UInt32(truncatingIfNeeded: records.count &+ 1), headerLength: UInt8(truncatingIfNeeded: header.size), flags: all))
        return true
    }

    /// Reads on from the current position: what follows a jump starts small, what is read in a row grows to 1 MiB.
    mutating func moveWindow(atLeast needed: Int) throws(DICOMError) {
        if position > windowEnd &+ nextWindow { nextWindow = 4096 }
        let wanted = max(needed, nextWindow)
        guard bytes.bytesKept &+ wanted <= leniency.headerByteLimit else {
            stop(DICOMError(.limitExceeded, at: position, "more than \(leniency.headerByteLimit) bytes of header"))
            return
        }
        let segment = try bytes.load(at: position, count: wanted)
        base = segment.base
        windowStart = segment.start
        windowEnd = segment.end
        nextWindow = min(nextWindow &* 2, 1 << 20)
    }

    @inline(__always) static func tag(_ pointer: UnsafeRawPointer, _ isBigEndian: Bool) -> UInt32 {
        let raw = pointer.loadUnaligned(as: UInt32.self)
        return isBigEndian ? raw.byteSwapped : raw << 16 | raw >> 16
    }

    @inline(__always) static func load16(_ pointer: UnsafeRawPointer, _ isBigEndian: Bool) -> UInt16 {
        let raw = pointer.loadUnaligned(as: UInt16.self)
        return isBigEndian ? raw.byteSwapped : raw
    }

    @inline(__always) static func load32(_ pointer: UnsafeRawPointer, _ isBigEndian: Bool) -> UInt32 {
        let raw = pointer.loadUnaligned(as: UInt32.self)
        return isBigEndian ? raw.byteSwapped : raw
    }
}
