/// Lengths of sequences and items that their contents contradict (PS3.5 section 7.5): the contents lead, where they read on for
/// several elements.
extension ElementReader {
    /// The end that encloses what ends too early: the first one that lies behind it.
    private var outerEnd: Int { frames.last { $0.end > top.end }?.end ?? top.end }

    /// All that is open reaches at least to `end`.
    private mutating func extend(to end: Int) {
        forgive(.wrongLength, at: position)
        for index in frames.indices where frames[index].end < end { correct(&frames[index], end) }
        if top.end < end { correct(&top, end) }
    }

    private func correct(_ frame: inout Frame, _ end: Int) {
        frame.end = end
        frame.isCorrected = true
    }

    /// How well reading goes on in a sequence at a place: with an item, with its delimiter, or, where it ends, with what its
    /// parent holds next.
    private mutating func worth(after sequence: Frame, at offset: Int, parent: Frame, isEnd: Bool) -> Int {
        var inside = context(of: sequence)
        inside.isItem = true
        switch lookahead.delimiter(at: offset, inside) {
        case ElementRecord.itemTag where !isEnd: return Lookahead.item
        case ElementRecord.sequenceDelimiter where sequence.isUndefined: return Lookahead.delimiter
        default: break
        }
        // An undefined sequence needs its delimiter; without one an end of it is a guess.
        let outside = lookahead.worth(at: offset, after: records[sequence.record].tag, context(of: parent))
        return sequence.isUndefined ? outside - 6 : outside
    }

    /// An element in an item is longer than the item: either the item is longer than it says, or the element is shorter.
    mutating func correctOverrun(_ header: Header, _ pointer: UnsafeRawPointer, _ available: Int) throws(DICOMError) -> Bool {
        guard leniency.forgives, top.kind == .item, let sequence = frames.last, frames.count >= 2 else { return false }
        let parent = frames[frames.count - 2]
        let value = position &+ header.size
        let reach = value &+ Int(header.length)
        let outer = outerEnd
        let atEnd = worth(after: sequence, at: top.end, parent: parent, isEnd: top.end >= sequence.end && !sequence.isUndefined)
        var extended = Lookahead.impossible
        if reach <= outer {
            extended = max(
                lookahead.worth(at: reach, after: header.tag, context(of: top, end: outer)),
                worth(after: sequence, at: reach, parent: parent, isEnd: false))
        }
        // The same length in another form may fit where this one does not.
        if !top.isImplicit, header.originalVR != 0, let form = bestForm(of: candidates(header.tag, pointer, available), at: position),
            form.worth > extended, form.worth >= atEnd
        {
            forgive(.wrongHeaderForm, at: position)
            try place(form.header, pointer)
            return true
        }
        if extended >= Lookahead.plausible, extended >= atEnd {
            extend(to: reach)
            try place(header, pointer)
            return true
        }
        return false
    }

    /// Less than a header is left of a sequence or item, and there are bytes behind it.
    mutating func correctLeftover() throws(DICOMError) -> Bool {
        guard leniency.forgives, let parent = frames.last else { return false }
        let outer = outerEnd
        // What is extended holds at least a whole header then, so that reading goes on.
        let hasRoom = outer &- position >= 12
        if top.kind == .sequence {
            let atEnd = worth(after: top, at: top.end, parent: parent, isEnd: true)
            let here = worth(after: top, at: position, parent: parent, isEnd: false)
            guard here >= Lookahead.plausible, here > atEnd else { return false }
            if outer &- position >= 8, lookahead.delimiter(at: position, context(of: top)) != nil {
                // An item or the delimiter begins just before the end.
                extend(to: min(outer, position &+ 8))
                return true
            }
            forgive(.wrongLength, at: position)
            endHere()
            return true
        }
        guard frames.count >= 2 else { return false }
        if top.isUndefined, outer &- position >= 8, lookahead.delimiter(at: position, context(of: top)) == ElementRecord.itemDelimiter {
            extend(to: min(outer, position &+ 8))
            return true
        }
        let isEnd = top.end >= parent.end && !parent.isUndefined
        let atEnd = worth(after: parent, at: top.end, parent: frames[frames.count - 2], isEnd: isEnd)
        let ended = worth(after: parent, at: position, parent: frames[frames.count - 2], isEnd: false)
        let extended = hasRoom ? lookahead.worth(at: position, after: lastTag, context(of: top, end: outer)) : Lookahead.impossible
        guard max(ended, extended) >= Lookahead.plausible, max(ended, extended) > atEnd else { return false }
        if extended >= ended {
            extend(to: min(outer, position &+ 12))
        } else {
            forgive(.wrongLength, at: position)
            endHere()
        }
        return true
    }

    /// The tag of the last element of what is open; 0 while there is none.
    var lastTag: UInt32 { top.last >= 0 && top.kind != .sequence ? records[top.last].tag : 0 }

    /// What is open ends at the current position, whatever its length says.
    mutating func endHere() {
        top.isCorrected = true
        records[top.record].flags.remove(.truncated)
        close()
    }

    /// Something else than an item where a sequence goes on.
    ///
    /// Either the sequence is over before its length says so, or its last item is longer than that says, or what stands here
    /// is damage; then the rest of the sequence is passed over.
    mutating func notAnItem(_ tag: UInt32) throws(DICOMError) {
        guard leniency.forgives, let parent = frames.last else { return skipRest() }
        let sequenceTag = records[top.record].tag
        var inItem = Lookahead.impossible
        if top.last > top.record, records[top.last].next == records.count, !records[top.last].flags.contains(.undefinedLength) {
            inItem = lookahead.worth(at: position, after: tagInside(top.last), context(of: itemFrame(top.last, end: outerLimit)))
        }
        let ended = lookahead.worth(at: position, after: sequenceTag, context(of: parent)) - (top.isUndefined ? 6 : 0)
        let isTrusted = !top.isUndefined && !top.isCorrected
        let atEnd = !isTrusted ? Lookahead.impossible : lookahead.worth(at: top.end, after: sequenceTag, context(of: parent))
        // A tag below the sequence's own stands in the item; a higher one there only if both the sequence's length and what
        // follows speak for that.
        let isInside = tag <= sequenceTag || (top.isUndefined ? inItem > ended : atEnd >= Lookahead.plausible && atEnd > ended)
        if inItem >= Lookahead.plausible, isInside {
            forgive(.wrongLength, at: position)
            return reopen(top.last, isBounded: isTrusted && atEnd >= Lookahead.plausible)
        }
        if !top.isUndefined, ended >= Lookahead.plausible, ended > atEnd || tag > sequenceTag && ended == atEnd {
            forgive(.wrongLength, at: position)
            return endHere()
        }
        if !top.isUndefined, atEnd < Lookahead.plausible, try searchInSequence() { return }
        if top.isUndefined, ended + 6 < Lookahead.plausible, try searchInSequence() { return }
        skipRest()
    }

    private var outerLimit: Int { top.isUndefined || top.end >= spaceEnd ? top.end : max(top.end, outerEnd) }

    private mutating func skipRest() {
        if top.isUndefined || top.isCorrected {
            forgive(top.isUndefined ? .missingDelimiter : .wrongLength, at: position)
            return close()
        }
        forgive(.notAnItem, at: position)
        position = top.end
        close()
    }

    /// The last element of an item that is closed.
    private func tagInside(_ item: Int) -> UInt32 {
        var index = item + 1
        var tag: UInt32 = 0
        var steps = 0
        while index < records.count, steps < 4096 {
            tag = records[index].tag
            index = max(index + 1, Int(records[index].next))
            steps += 1
        }
        return tag
    }

    private func itemFrame(_ item: Int, end: Int) -> Frame {
        let isImplicit = records[item].flags.contains(.implicit)
        return Frame(
            kind: .item, end: end, record: item, isUndefined: false, isImplicit: isImplicit, isBigEndian: top.isBigEndian, isCorrected: true)
    }

    /// The last item of the sequence on top goes on at the current position, up to what ends it.
    private mutating func reopen(_ item: Int, isBounded: Bool) {
        let end = isBounded ? top.end : outerLimit
        if top.end < end { correct(&top, end) }
        frames.append(top)
        var frame = itemFrame(item, end: end)
        frame.isImplicit = records[item].flags.contains(.implicit) && top.isImplicit
        top = frame
    }

    /// Looks for the next item or the delimiter of the sequence behind damage.
    private mutating func searchInSequence() throws(DICOMError) -> Bool {
        var inside = context(of: top)
        inside.isItem = true
        guard position < top.end, let found = lookahead.search(position..<top.end, after: 0, inside), found > position else { return false }
        guard lookahead.delimiter(at: found, inside) != nil else { return false }
        passOver(to: found)
        return true
    }

    /// Bytes that are no elements, from the current position on.
    mutating func passOver(to offset: Int) {
        damaged(DICOMError(.malformed, at: position, path: path(), "\(offset &- position) bytes are no data elements; reading goes on behind them"))
        forgive(.resynchronised, at: position)
        position = offset
    }

    /// An item right behind a sequence of defined length: that was longer than it said.
    mutating func reopensSequence() -> Bool {
        guard leniency.forgives, top.kind != .sequence, top.last >= 0, records[top.last].next == records.count else { return false }
        let record = records[top.last]
        guard record.flags.contains(.sequence), !record.flags.contains(.undefinedLength), record.valueOffset &+ record.length == position else {
            return false
        }
        forgive(.wrongLength, at: position)
        let sequence = top.last
        let isImplicit = record.flags.contains(.implicit) || record.vr == VR.UN.rawValue
        frames.append(top)
        top = Frame(
            kind: .sequence, end: top.end, record: sequence, isUndefined: false, isImplicit: isImplicit, isBigEndian: top.isBigEndian,
            isCorrected: true)
        return true
    }

    /// An item that is longer than its sequence: true where the sequence is the one that is too short.
    mutating func correctItem(end: Int) -> Bool {
        guard leniency.forgives, let parent = frames.last, end <= outerEnd else { return false }
        let itemEnd = worth(after: top, at: end, parent: parent, isEnd: end >= parent.end)
        let sequenceEnd = worth(after: top, at: top.end, parent: parent, isEnd: true)
        guard itemEnd >= Lookahead.plausible, itemEnd > sequenceEnd else { return false }
        extend(to: end)
        return true
    }

    /// A sequence or item of undefined length at its parent's end: true where it goes on behind that, up to its delimiter.
    mutating func goesOn() -> Bool {
        let outer = outerEnd
        guard outer &- position >= 8 else { return false }
        var inside = context(of: top, end: outer)
        inside.isItem = true
        if let tag = lookahead.delimiter(at: position, inside) {
            // Of a sequence: an item or its delimiter; of an item: its own.
            guard top.kind == .sequence ? tag != ElementRecord.itemDelimiter : tag == ElementRecord.itemDelimiter else { return false }
            extend(to: min(outer, position &+ 8))
            return true
        }
        guard top.kind == .item, let delimited = lookahead.endOfItem(from: position, after: lastTag, inside) else { return false }
        extend(to: min(outer, delimited))
        return true
    }
}
