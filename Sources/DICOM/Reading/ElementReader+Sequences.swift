/// Sequences, items and their delimiters (PS3.5 section 7.5).
extension ElementReader {
    /// Whether an element of defined length is a sequence: by its VR; without one (implicit, UN) by a value that starts
    /// with an item, where the dictionary calls it a sequence (PS3.5 section 6.2.2 note 2).
    @inline(__always)
    func holdsItems(_ header: Header, _ pointer: UnsafeRawPointer) -> Bool {
        if header.vr == VR.SQ.rawValue { return true }
        guard header.vr == 0 || header.vr == VR.UN.rawValue, header.length >= 8 else { return false }
        guard position &+ header.size &+ 4 <= windowEnd else { return false }
        let isBigEndian = top.isBigEndian && header.vr != VR.UN.rawValue
        guard Self.tag(pointer + header.size, isBigEndian) == ElementRecord.itemTag else { return false }
        return isSequenceInDictionary(Tag(rawValue: header.tag))
    }

    /// Opens a sequence at the current position; `end` is where its parent's or its own length puts the end.
    mutating func openSequence(_ header: Header, end: Int, flags: ElementRecord.Flags) throws(DICOMError) {
        let isUndefined = flags.contains(.undefinedLength)
        let depth = frames.count / 2 + 1
        if depth > leniency.depthLimit { return try skipDeep(header, end: end, flags: flags) }
        let index = records.count
        guard record(header, flags: flags.union(.sequence), length: end &- position &- header.size) else { return }
        // UN holds Implicit VR Little Endian, whatever is around it (CP-246).
        let isUnknown = header.vr == VR.UN.rawValue
        frames.append(top)
        top = Frame(
            kind: .sequence, end: end, record: index, isUndefined: isUndefined, isImplicit: isUnknown || header.originalVR == 0,
            isBigEndian: top.isBigEndian && !isUnknown)
        position &+= header.size
    }

    /// A tag of group FFFE. Either moves on or closes or opens a frame, so the loop always ends.
    mutating func delimiter(_ tag: UInt32, _ pointer: UnsafeRawPointer) throws(DICOMError) {
        let length = Self.load32(pointer + 4, top.isBigEndian)
        switch (tag, top.kind) {
        case (ElementRecord.itemTag, .sequence): return openItem(length)
        case (ElementRecord.itemTag, .item) where top.isUndefined, (ElementRecord.sequenceDelimiter, .item) where top.isUndefined:
            // The item's own delimiter is missing; the sequence takes it from here.
            forgive(.missingDelimiter, at: position)
            return close()
        case (ElementRecord.itemDelimiter, .item) where top.isUndefined, (ElementRecord.sequenceDelimiter, .sequence) where top.isUndefined:
            if length != 0 { forgive(.delimiterLength, at: position) }
            close()
        case (ElementRecord.itemTag, _) where reopensSequence(): return
        case (_, .item) where endsItem(tag, length):
            forgive(.wrongLength, at: position)
            endHere()
            // Its own delimiter belongs to the item; anything else is for the sequence.
            if tag != ElementRecord.itemDelimiter { return }
        default: forgive(.strayDelimiter, at: position)
        }
        position &+= 8
    }

    /// Whether an item of defined length is over at a delimiter or item before its length says so.
    private mutating func endsItem(_ tag: UInt32, _ length: UInt32) -> Bool {
        guard leniency.forgives, let sequence = frames.last, frames.count >= 2 else { return false }
        switch tag {
        case ElementRecord.itemTag: return true
        case ElementRecord.sequenceDelimiter where sequence.isUndefined: return length == 0
        default:
            // A delimiter that nothing needs, unless what is around the item goes on behind it and the item does not.
            let next = position &+ 8
            guard length == 0, next < top.end else { return top.isCorrected && length == 0 }
            let inside = lookahead.worth(at: next, after: lastTag, context(of: top))
            var around = context(of: sequence)
            around.isItem = true
            if tag == ElementRecord.itemDelimiter, lookahead.delimiter(at: next, around) != nil { return true }
            let parent = lookahead.worth(at: next, after: records[sequence.record].tag, context(of: frames[frames.count - 2]))
            return parent >= Lookahead.plausible && parent > inside
        }
    }

    private mutating func openItem(_ length: UInt32) {
        let header = Header(tag: ElementRecord.itemTag, vr: 0, originalVR: 0, size: 8, length: length)
        let isUndefined = length == Header.undefined
        var end = top.end
        var isCorrected = false
        if !isUndefined {
            let room = top.end &- position &- 8
            if Int(length) <= room {
                end = position &+ 8 &+ Int(length)
            } else if correctItem(end: position &+ 8 &+ Int(length)) {
                end = position &+ 8 &+ Int(length)
                isCorrected = true
            } else {
                pastEnd(room)
                isCorrected = true
            }
        }
        let index = records.count
        guard record(header, flags: isUndefined ? [.undefinedLength] : [], length: end &- position &- 8) else { return }
        if top.isImplicit { records[index].flags.insert(.implicit) } else { records[index].flags.remove(.implicit) }
        frames.append(top)
        top = Frame(
            kind: .item, end: end, record: index, isUndefined: isUndefined, isImplicit: top.isImplicit, isBigEndian: top.isBigEndian,
            isCorrected: isCorrected)
        position &+= 8
    }

    /// Something that is longer than what holds it: the file's end means damage, a parent's end is forgiven.
    mutating func pastEnd(_ room: Int) {
        if top.end >= spaceEnd {
            damaged(DICOMError(.truncated, at: position, path: path(), "the file ends inside an element (\(room) bytes of its value are there)"))
        } else {
            forgive(.lengthPastParent, at: position)
        }
    }

    /// Closes what ends with its parent or with the space.
    mutating func closeAtEnd() {
        if top.kind == .sequence, top.isCorrected, top.end >= spaceEnd, records[top.record].flags.contains(.truncated) {
            damaged(DICOMError(.truncated, at: spaceEnd, path: path(), "the file ends inside a sequence"))
        }
        if top.isUndefined {
            if leniency.forgives, top.end < spaceEnd, goesOn() { return }
            if top.end >= spaceEnd {
                damaged(DICOMError(.truncated, at: spaceEnd, path: path(), "the file ends inside a sequence of undefined length"))
            } else {
                forgive(.missingDelimiter, at: position)
            }
            records[top.record].flags.insert(.truncated)
        }
        close()
    }

    /// Closes the frame on top at the current position (of its delimiter, where it has one).
    mutating func close() {
        guard let parent = frames.popLast() else { return }
        let index = top.record
        if top.isUndefined || top.isCorrected { records[index].length = max(0, min(position, spaceEnd) &- records[index].valueOffset) }
        records[index].next = UInt32(truncatingIfNeeded: records.count)
        top = parent
    }

    /// Tags of the open sequences, outermost first.
    func path() -> [Tag] {
        (frames + [top]).compactMap { $0.kind == .sequence ? Tag(rawValue: records[$0.record].tag) : nil }
    }

    /// Public dictionary, or the private one by the creator in the same data set.
    func isSequenceInDictionary(_ tag: Tag) -> Bool {
        guard tag.isPrivate else { return DataDictionary.vr(tag) == .single(.SQ) }
        guard let creator = privateCreatorValue(of: tag) else { return false }
        return DataDictionary.privateEntry(creator: creator, tag: tag)?.vr == .single(.SQ)
    }

    /// The private creator of an element that is about to be appended to the open data set (PS3.5 section 7.8.1).
    func privateCreatorValue(of tag: Tag) -> [UInt8]? {
        let wanted = tag.rawValue & 0xFFFF_0000 | UInt32(tag.element >> 8)
        var index = top.record + 1
        var steps = 0
        while index < records.count, steps < 4096 {
            steps += 1
            let record = records[index]
            if record.tag == wanted {
                guard let value = bytes.resident(record.valueOffset, min(record.length, 64)) else { return nil }
                return TextTrimming.trimmed(value)
            }
            index = max(index + 1, Int(record.next))
        }
        return nil
    }
}
