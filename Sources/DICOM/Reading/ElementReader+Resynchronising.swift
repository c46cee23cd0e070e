/// Where no element can be read: how reading goes on behind it.
///
/// What was read last may be to blame (a wrong form, a wrong length), or there are bytes that belong to nothing. Each step is a
/// fixed amount of work, and `Lookahead` bounds their number.
extension ElementReader {
    /// Goes on at the next place where elements can be read; ends the reading where there is none.
    mutating func resynchronise() throws(DICOMError) {
        if leniency.forgives {
            if try rereadLast(over: 0) { return }
            if try goOnBehind() { return }
            if top.kind == .item, !top.isUndefined, top.end < spaceEnd {
                // What encloses it knows where it ends.
                passOver(to: top.end)
                return
            }
        }
        stop(DICOMError(.malformed, at: position, path: path(), "no element can be read here"))
    }

    /// Goes on at the next place where elements can be read for certain, be it inside the value that was read last.
    mutating func goOnBehind() throws(DICOMError) -> Bool {
        guard let found = lookahead.search(lastValueStart..<top.end, after: lastTag, context(of: top)), found != position else { return false }
        if found < position { try shortenLast(to: found) } else { passOver(to: found) }
        return true
    }

    /// Implicit VR shows damage by nothing but the order of tags: what does not ascend must at least read on.
    mutating func isLost(_ tag: UInt32) throws(DICOMError) -> Bool {
        guard leniency.forgives, lookahead.worth(at: position, after: lastTag, context(of: top)) < Lookahead.plausible else { return false }
        return try goOnBehind()
    }

    /// Where the value of the element before begins, if it is a plain one that ends here; else the current position.
    private var lastValueStart: Int {
        guard let record = lastPlain else { return position }
        return record.valueOffset
    }

    var lastPlain: ElementRecord? {
        guard top.kind != .sequence, top.last >= 0, top.last == records.count - 1 else { return nil }
        let record = records[top.last]
        let isPlain = record.flags.intersection([.sequence, .fragments, .opaque, .truncated]).isEmpty
        return isPlain && record.valueOffset &+ record.length == position && record.tag >> 16 != 0x7FE0 ? record : nil
    }

    /// The element before had a header in another form: one after which reading goes on where after its own it does not.
    mutating func rereadLast(over other: Int) throws(DICOMError) -> Bool {
        guard rereadings < 256, let record = lastPlain, !top.isImplicit, !record.flags.contains(.implicit) else { return false }
        let count = min(12, top.end &- record.offset)
        let forms = try bytes.withBytes(record.offset, count) { bytes -> [Header] in
            guard bytes.count >= 8, let pointer = bytes.baseAddress else { return [] }
            return candidates(record.tag, pointer, bytes.count)
        }
        let others = forms.filter { $0.size != Int(record.headerLength) || Int($0.length) != record.length }
        let last = top.last
        top.last = -1
        guard let form = bestForm(of: others, at: record.offset), form.worth >= Lookahead.certain, form.worth > other else {
            top.last = last
            return false
        }
        rereadings += 1
        records.removeLast()
        position = record.offset
        forgive(form.header.originalVR == 0 ? .mixedEncoding : .wrongHeaderForm, at: position)
        try seat()
        guard !isStopped else { return true }
        try place(form.header, base + (position &- windowStart))
        return true
    }

    /// The value before took in what follows it.
    private mutating func shortenLast(to offset: Int) throws(DICOMError) {
        let index = records.count - 1
        damaged(
            DICOMError(
                .malformed, at: records[index].offset, path: path(),
                "the length of this element is wrong; reading goes on at offset \(offset)"))
        forgive(.resynchronised, at: records[index].offset)
        records[index].length = max(0, offset &- records[index].valueOffset)
        position = offset
        try seat()
    }

    /// A length past the end of the file, where the file goes on with other elements: the length is wrong, the file is not cut.
    ///
    /// Only for texts and numbers: pixels and other bulk may hold anything (an embedded file, letters of a VR by chance).
    mutating func correctLength(_ header: Header) throws(DICOMError) -> Bool {
        guard leniency.forgives, header.length != Header.undefined, header.tag >> 16 < 0x7FE0, !isMeta || header.tag >> 16 == 2 else { return false }
        let vr = header.vr == 0 ? DataDictionary.vr(for: Tag(rawValue: header.tag)) : VR(rawValue: header.vr)
        guard !vr.isBinary, vr != .SQ else { return false }
        let value = position &+ header.size
        guard value < top.end, let found = lookahead.search(value..<top.end, after: header.tag, context(of: top)) else { return false }
        damaged(
            DICOMError(
                .malformed, at: position, path: path(),
                "the length of this element leads past the end of the file; reading goes on at offset \(found)"))
        forgive(.resynchronised, at: position)
        try append(header, flags: [.truncated], length: found &- value)
        return true
    }

    /// Brings the current position into the part of the space that the loop reads from.
    mutating func seat() throws(DICOMError) {
        if position >= windowStart, windowEnd &- position >= Self.lookAhead || windowEnd >= spaceEnd { return }
        if let segment = bytes.segment(holding: position, min(Self.lookAhead, spaceEnd &- position)) {
            base = segment.base
            windowStart = segment.start
            windowEnd = segment.end
            return
        }
        try moveWindow(atLeast: Self.lookAhead)
    }
}
