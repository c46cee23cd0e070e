/// What the standard does not allow and files do all the same.
extension ElementReader {
    /// Notes what was forgiven; under strict reading it is the end.
    @inline(never)
    mutating func forgive(_ code: Forgiveness.Code, at offset: Int) {
        if forgiven.count < 256 { forgiven.append(Forgiveness(code: code, offset: offset)) }
        if !leniency.forgives { stop(DICOMError(.malformed, at: offset, path: path(), code.rawValue)) }
    }

    /// Remembers the first damage; reading goes on where it can.
    mutating func damaged(_ error: DICOMError) {
        if damage == nil { damage = error }
    }

    mutating func stop(_ error: DICOMError) {
        damaged(error)
        isStopped = true
    }

    /// The outermost pixel data: the first of Float, Double Float and Pixel Data (PS3.3 C.7.6.24, C.7.6.25, C.7.6.3).
    mutating func pixelData(_ tag: UInt32) {
        guard pixelRecord < 0, top.kind == .root else { return }
        if tag == 0x7FE0_0008 || tag == 0x7FE0_0009 || tag == 0x7FE0_0010 { pixelRecord = records.count }
    }

    /// Fewer bytes than an element's header before the end of what is open.
    mutating func leftover(_ count: Int) {
        let start = position
        position = top.end
        if top.kind == .root, !isMeta {
            let isTag = count >= 4 && Self.tag(base + (start &- windowStart), top.isBigEndian) > (records.last { $0.tag != 0 }?.tag ?? 0)
            if pixelRecord < 0, isTag {
                damaged(DICOMError(.truncated, at: start, "the file ends inside the header of an element"))
            } else {
                forgive(.trailingBytes, at: start)
            }
        } else if top.end >= spaceEnd {
            damaged(DICOMError(.truncated, at: start, path: path(), "the file ends inside the header of an element"))
        } else {
            forgive(.lengthPastParent, at: start)
        }
    }

    /// Zeros where an element should be: padding up to the end of what is open.
    mutating func isPadding(_ pointer: UnsafeRawPointer) -> Bool {
        guard !records.isEmpty, Self.load32(pointer + 4, false) == 0 else { return false }
        forgive(.trailingZeros, at: position)
        position = top.end
        return true
    }

    /// Bytes after the outermost pixel data that do not look like an element end the reading without an error.
    private mutating func isTrailing(_ tag: UInt32) -> Bool {
        guard top.kind == .root, pixelRecord >= 0, !isMeta else { return false }
        forgive(.trailingBytes, at: position)
        isStopped = true
        return true
    }

    /// An Explicit VR header that does not hold: the reading is chosen after which the next element makes sense.
    ///
    /// Tried in this order: the 16-bit length that most VRs have, the 32-bit length of newer VRs (PS3.5 section 6.2.2), and
    /// a header of Implicit VR. A fixed amount of work.
    mutating func readOdd(_ header: inout Header, _ pointer: UnsafeRawPointer, _ available: Int) throws(DICOMError) -> Bool {
        if isTrailing(header.tag) { return false }
        let letters = Self.load16(pointer + 4, true)
        for candidate in candidates(header.tag, letters, pointer, available) where try isPlausible(candidate) {
            forgive(VR(rawValue: letters).isKnown || candidate.originalVR == 0 ? .wrongHeaderForm : .unknownVR, at: position)
            header = candidate
            return true
        }
        stop(DICOMError(.malformed, at: position, path: path(), "no element can be read here"))
        return false
    }

    private func candidates(_ tag: UInt32, _ letters: UInt16, _ pointer: UnsafeRawPointer, _ available: Int) -> [Header] {
        let vr = VR(rawValue: letters).isKnown ? letters : 0
        // Without a known VR the element must not be taken for an implicit one: two zeros would say that.
        let original = letters == 0 ? 0x2020 : letters
        let short = Header(tag: tag, vr: vr, originalVR: original, size: 8, length: UInt32(Self.load16(pointer + 6, top.isBigEndian)))
        let implicit = Header(tag: tag, vr: 0, originalVR: 0, size: 8, length: Self.load32(pointer + 4, top.isBigEndian))
        guard available >= 12 else { return [short, implicit] }
        let long = Header(tag: tag, vr: vr, originalVR: original, size: 12, length: Self.load32(pointer + 8, top.isBigEndian))
        return [short, long, implicit]
    }

    /// Whether an element with this header is followed by something that can be read.
    private func isPlausible(_ header: Header) throws(DICOMError) -> Bool {
        let start = position &+ header.size
        if header.length == Header.undefined {
            guard header.size == 12 || header.originalVR == 0, let next = try peek(start) else { return false }
            return next.tag == ElementRecord.itemTag || next.tag == ElementRecord.sequenceDelimiter
        }
        let end = start &+ Int(header.length)
        guard end <= top.end else { return false }
        if end == top.end { return true }
        guard let next = try peek(end) else { return false }
        if next.tag >> 16 == 0xFFFE { return top.kind == .item }
        if next.tag == 0 { return next.word == 0 }
        guard next.tag > header.tag else { return false }
        return top.isImplicit || VR(rawValue: next.vr).isKnown || !header.isLettered || next.isLettered
    }

    /// The first bytes of a header anywhere in the space, read where they are not in memory.
    private func peek(_ offset: Int) throws(DICOMError) -> Peek? {
        guard offset &+ 8 <= spaceEnd else { return nil }
        let isBigEndian = top.isBigEndian
        return try bytes.withBytes(offset, 8) { bytes in
            guard bytes.count == 8, let pointer = bytes.baseAddress else { return nil }
            return Peek(
                tag: Self.tag(pointer, isBigEndian), vr: Self.load16(pointer + 4, true), word: Self.load32(pointer + 4, false))
        }
    }

    private struct Peek {
        let tag: UInt32
        let vr: UInt16
        let word: UInt32
        var isLettered: Bool { VR(rawValue: vr).isLettered }
    }

    /// A value longer than what is left of its parent.
    mutating func overrun(_ header: Header, _ pointer: UnsafeRawPointer, _ available: Int) throws(DICOMError) {
        var header = header
        if isTrailing(header.tag), leniency.forgives { return }
        if !top.isImplicit, header.originalVR != 0 {
            for candidate in candidates(header.tag, header.originalVR, pointer, available) where try isPlausible(candidate) {
                forgive(.wrongHeaderForm, at: position)
                if candidate.length == Header.undefined { return try undefinedLength(candidate) }
                if holdsItems(candidate, pointer) {
                    return try openSequence(candidate, end: position &+ candidate.size &+ Int(candidate.length), flags: [])
                }
                return try append(candidate, flags: [], length: Int(candidate.length))
            }
        }
        let room = max(0, top.end &- position &- header.size)
        pastEnd(room)
        header.length = UInt32(truncatingIfNeeded: min(room, Int(UInt32.max - 1)))
        if holdsItems(header, pointer) { return try openSequence(header, end: top.end, flags: [.truncated]) }
        if header.tag & 0xFFFF_0000 == 0x7FE0_0000 { pixelData(header.tag) }
        guard record(header, flags: [.truncated], length: room) else { return }
        position = top.end
    }
}

extension ElementReader.Header {
    fileprivate var isLettered: Bool { VR(rawValue: originalVR).isLettered }
}

extension VR {
    /// Two upper-case letters.
    var isLettered: Bool {
        let first = rawValue >> 8
        let second = rawValue & 0xFF
        return first >= 0x41 && first <= 0x5A && second >= 0x41 && second <= 0x5A
    }
}
