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
    mutating func leftover(_ count: Int) throws(DICOMError) {
        if top.kind != .root, top.end < spaceEnd, try correctLeftover() { return }
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

    /// An Explicit VR header that does not hold: of its possible forms the one after which reading goes on best.
    mutating func readOdd(_ header: inout Header, _ pointer: UnsafeRawPointer, _ available: Int) throws(DICOMError) -> Bool {
        if isTrailing(header.tag) { return false }
        if available < 12, top.end >= spaceEnd, VR(rawValue: header.originalVR).hasLongLength {
            try leftover(available)
            return false
        }
        let choice = bestForm(of: candidates(header.tag, pointer, available), at: position)
        // A value of no bytes, or a lower tag behind it: the header before may be the one that is wrong.
        if let last = lastPlain, last.length == 0 || header.tag <= last.tag, try rereadLast(over: choice?.worth ?? 0) { return false }
        guard let choice else {
            try resynchronise()
            return false
        }
        noteForm(choice)
        header = choice.header
        return true
    }

    /// Two letters where Implicit VR has the length: true where an element of Explicit VR is the better reading.
    mutating func readLettered(_ header: inout Header, _ pointer: UnsafeRawPointer, _ available: Int) throws(DICOMError) -> Bool {
        var explicit = Header(tag: header.tag, vr: 0, originalVR: 0, size: 8, length: 0)
        guard leniency.forgives, readExplicit(&explicit, pointer, available, isBigEndian: top.isBigEndian) else { return false }
        let asDeclared = worth(of: header, at: position, isImplicit: true)
        let alone = worth(of: explicit, at: position, isImplicit: true)
        let switched = worth(of: explicit, at: position, isImplicit: false)
        guard max(alone, switched) >= Lookahead.plausible, max(alone, switched) > asDeclared else { return false }
        forgive(.mixedEncoding, at: position)
        if switched > alone { setImplicit(false) }
        header = explicit
        return true
    }

    /// A form of a header, and whether what follows is in Implicit VR.
    struct Form {
        var header: Header
        var isImplicit: Bool
        var worth: Int
    }

    private mutating func noteForm(_ form: Form) {
        if form.isImplicit, !top.isImplicit {
            forgive(.mixedEncoding, at: position)
            setImplicit(true)
        } else {
            let isForm = VR(rawValue: form.header.originalVR).isKnown || form.header.originalVR == 0
            forgive(isForm ? .wrongHeaderForm : .unknownVR, at: position)
        }
    }

    /// What is open goes on in the other form of headers.
    private mutating func setImplicit(_ isImplicit: Bool) {
        top.isImplicit = isImplicit
        guard top.record >= 0 else { return }
        if isImplicit { records[top.record].flags.insert(.implicit) } else { records[top.record].flags.remove(.implicit) }
        // The items that follow are mostly written as this one is.
        if top.kind == .item, let sequence = frames.indices.last { frames[sequence].isImplicit = isImplicit }
    }

    /// The forms that a header of Explicit VR may have: the 16-bit length that most VRs have, the 32-bit length of others
    /// (PS3.5 section 7.1.2), and a header of Implicit VR.
    func candidates(_ tag: UInt32, _ pointer: UnsafeRawPointer, _ available: Int) -> [Header] {
        let letters = Self.load16(pointer + 4, true)
        let vr = VR(rawValue: letters).isKnown ? letters : VR(rawValue: letters).upperCased(for: Tag(rawValue: tag))
        // Without a known VR the element must not be taken for an implicit one: two zeros would say that.
        let original = letters == 0 ? 0x2020 : letters
        let short = Header(tag: tag, vr: vr, originalVR: original, size: 8, length: UInt32(Self.load16(pointer + 6, top.isBigEndian)))
        let implicit = Header(tag: tag, vr: 0, originalVR: 0, size: 8, length: Self.load32(pointer + 4, top.isBigEndian))
        guard available >= 12 else { return [short, implicit] }
        let long = Header(tag: tag, vr: vr, originalVR: original, size: 12, length: Self.load32(pointer + 8, top.isBigEndian))
        return [short, long, implicit]
    }

    /// The best of several forms, the first of equals; nil where after none of them reading goes on.
    mutating func bestForm(of candidates: [Header], at offset: Int) -> Form? {
        var best: Form?
        for header in candidates {
            var form = Form(header: header, isImplicit: false, worth: worth(of: header, at: offset, isImplicit: false))
            if header.originalVR == 0 {
                let switched = worth(of: header, at: offset, isImplicit: true)
                if switched > form.worth { form = Form(header: header, isImplicit: true, worth: switched) }
            }
            if form.worth >= Lookahead.plausible, form.worth > best?.worth ?? Int.min { best = form }
        }
        return best
    }

    /// How well reading goes on after an element with this header.
    private mutating func worth(of header: Header, at offset: Int, isImplicit: Bool) -> Int {
        let start = offset &+ header.size
        var context = context(of: top)
        context.isImplicit = isImplicit
        if header.length == Header.undefined {
            guard header.size == 12 || header.originalVR == 0 else { return Lookahead.impossible }
            return lookahead.opensItems(at: start, context) ? 6 : Lookahead.impossible
        }
        let end = start &+ Int(header.length)
        guard end <= top.end else { return Lookahead.impossible }
        let worth = lookahead.worth(at: end, after: header.tag, context)
        // A tag that no dictionary has must at least stand in its order: else these are no element's bytes.
        return isLikely(header.tag, before: end, context) ? worth : worth - Lookahead.delimiter
    }

    private func isLikely(_ tag: UInt32, before end: Int, _ context: Lookahead.Context) -> Bool {
        if Lookahead.isListed(Tag(rawValue: tag)) { return true }
        return tag > lastTag && lookahead.fits(tag, before: end, context)
    }

    /// What may follow in a frame.
    func context(of frame: Frame, end: Int? = nil) -> Lookahead.Context {
        Lookahead.Context(
            isImplicit: frame.isImplicit, isBigEndian: frame.isBigEndian, end: end ?? frame.end, isItem: frame.kind != .root, isMeta: isMeta)
    }

    /// 1 where an odd length leaves out a byte of padding: the next element starts behind that (PS3.5 section 7.1.1).
    mutating func missingPad(at end: Int, after tag: UInt32) -> Int {
        guard leniency.forgives, end < top.end, let pad = bytes.resident(end, 1)?.first, TextTrimming.isPadding(pad) else { return 0 }
        let context = context(of: top)
        let asWritten = lookahead.worth(at: end, after: tag, context)
        let padded = lookahead.worth(at: end &+ 1, after: tag, context)
        guard padded >= Lookahead.plausible, padded > asWritten else { return 0 }
        forgive(.missingPad, at: end)
        return 1
    }

    /// An element whose header was found good: opened or appended.
    mutating func place(_ header: Header, _ pointer: UnsafeRawPointer) throws(DICOMError) {
        if header.length == Header.undefined, header.size == 12 || header.originalVR == 0 { return try undefinedLength(header) }
        let end = position &+ header.size &+ Int(header.length)
        guard end <= top.end else { return try overrun(header, pointer, 8) }
        if holdsItems(header, pointer) { return try openSequence(header, end: end, flags: []) }
        if header.tag & 0xFFFF_0000 == 0x7FE0_0000 { pixelData(header.tag) }
        try append(header, flags: [], length: Int(header.length))
    }

    /// An element that the dictionary has, or a private one whose creator is there.
    private func isKnown(_ header: Header) -> Bool {
        let tag = Tag(rawValue: header.tag)
        if let listed = DataDictionary.vr(tag), header.originalVR != 0 || Lookahead.fits(header.length, listed) { return true }
        if header.tag >> 16 >= 0x7FE0, header.originalVR != 0 { return true }
        return tag.isPrivate && tag.element > 0xFF && header.tag > lastTag && (privateCreatorValue(of: tag) != nil || VR(rawValue: header.originalVR).isKnown)
    }

    /// A value longer than what is left of its parent.
    mutating func overrun(_ header: Header, _ pointer: UnsafeRawPointer, _ available: Int) throws(DICOMError) {
        let isListed = VR(rawValue: header.originalVR).isKnown && (Tag(rawValue: header.tag).isPrivate || DataDictionary.vr(Tag(rawValue: header.tag)) != nil)
        if !isListed, isTrailing(header.tag), leniency.forgives { return }
        if top.end < spaceEnd, try correctOverrun(header, pointer, available) { return }
        if top.end >= spaceEnd {
            if try correctLength(header) { return }
            if leniency.forgives, !isKnown(header), try goOnBehind() { return }
        }
        var header = header
        let room = max(0, top.end &- position &- header.size)
        if holdsItems(header, pointer) {
            // Its items say where it ends, unless that is the end of the file.
            header.length = UInt32(truncatingIfNeeded: min(room, Int(UInt32.max - 1)))
            let depth = frames.count
            try openSequence(header, end: top.end, flags: [.truncated])
            if frames.count > depth { top.isCorrected = true }
            return
        }
        if header.tag & 0xFFFF_0000 == 0x7FE0_0000 {
            if try openFragments(ofDefinedLength: header) { return }
            pixelData(header.tag)
        }
        pastEnd(room)
        guard record(header, flags: [.truncated], length: room) else { return }
        position = top.end
    }
}

extension VR {
    /// Two upper-case letters.
    var isLettered: Bool {
        let first = rawValue >> 8
        let second = rawValue & 0xFF
        return first >= 0x41 && first <= 0x5A && second >= 0x41 && second <= 0x5A
    }

    /// The VR that lower-case letters mean where the dictionary does not say it; 0 where there is none. `lt` and `up` are other
    /// names for choices of VRs in a toolkit's tables, as `ox` and `xs` are.
    fileprivate func upperCased(for tag: Tag) -> UInt16 {
        guard tag.isPrivate, rawValue & 0x2020 == 0x2020, rawValue != 0x6C74, rawValue != 0x7570 else { return 0 }
        let upper = VR(rawValue: rawValue & 0xDFDF)
        return upper.isKnown ? upper.rawValue : 0
    }
}
