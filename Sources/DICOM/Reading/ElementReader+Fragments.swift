/// Values of undefined length: fragments and what is nested too deep, both walked by item headers only.
extension ElementReader {
    /// An element of undefined length: a sequence, or fragments (PS3.5 sections 7.5.1, Annex A.4).
    mutating func undefinedLength(_ header: Header) throws(DICOMError) {
        if holdsFragments(header) { return try openFragments(header) }
        try openSequence(header, end: top.end, flags: [.undefinedLength])
    }

    private func holdsFragments(_ header: Header) -> Bool {
        let isPixelData = header.tag == 0x7FE0_0010
        let vr = VR(rawValue: header.vr)
        if vr == .SQ { return false }
        if header.vr == 0 || vr == .UN { return isPixelData }
        return isPixelData || vr.isBinary || !isSequenceInDictionary(Tag(rawValue: header.tag))
    }

    private mutating func openFragments(_ header: Header) throws(DICOMError) {
        let start = position &+ header.size
        if let range = leniency.frameRange, header.tag == 0x7FE0_0010 { return leaveFragments(header, from: start, range) }
        let walk = try walkFragments(from: start, end: top.end)
        if header.tag == 0x7FE0_0010 { pixelData(header.tag) } else { forgive(.fragmentsOutsidePixelData, at: position) }
        var flags: ElementRecord.Flags = [.undefinedLength, .fragments]
        if walk.isCut { flags.insert(.truncated) }
        fragments[records.count] = walk.fragments
        guard record(header, flags: flags, length: walk.fragments.end &- start) else { return }
        if walk.isCut {
            damaged(DICOMError(.truncated, at: walk.fragments.end, path: path(), "the file ends inside a fragment"))
        } else if !walk.fragments.isDelimited {
            forgive(.missingDelimiter, at: walk.fragments.end)
        }
        position = walk.fragments.end &+ (walk.fragments.isDelimited ? 8 : 0)
        if walk.isOverLimit { stop(DICOMError(.limitExceeded, at: position, "more than \(leniency.fragmentLimit) fragments")) }
    }

    /// Pixel Data of defined length that hold fragments all the same (PS3.5 Annex A.4 wants an undefined length): the first
    /// item must fit, and behind it another item, the delimiter or the end.
    mutating func openFragments(ofDefinedLength header: Header) throws(DICOMError) -> Bool {
        guard header.tag == 0x7FE0_0010, top.kind == .root, header.length >= 16, leniency.forgives else { return false }
        let start = position &+ header.size
        let end = min(top.end, start &+ Int(header.length))
        let context = context(of: top)
        guard lookahead.opensItems(at: start, context), let length = lookahead.itemLength(at: start, context) else { return false }
        let second = start &+ 8 &+ length
        guard second == end || second &+ 8 <= end && lookahead.opensItems(at: second, context) else { return false }
        forgive(.fragmentsOfDefinedLength, at: position)
        if let range = leniency.frameRange {
            leaveFragments(header, from: start, range)
            return true
        }
        let walk = try walkFragments(from: start, end: end)
        pixelData(header.tag)
        fragments[records.count] = walk.fragments
        let isCut = walk.isCut && end >= spaceEnd
        guard record(header, flags: isCut ? [.fragments, .truncated] : [.fragments], length: walk.fragments.end &- start) else { return true }
        if isCut { damaged(DICOMError(.truncated, at: walk.fragments.end, path: path(), "the file ends inside a fragment")) }
        position = end
        return true
    }

    /// Takes the fragments on trust and ends the reading (`Leniency.frameRange`).
    private mutating func leaveFragments(_ header: Header, from start: Int, _ range: Range<Int>) {
        pixelData(header.tag)
        fragments[records.count] = FragmentSequence(
            offset: start, end: top.end, offsetTableLength: 0, fragmentCount: .max, byteCount: 0, isDelimited: false, frameRange: range)
        _ = record(header, flags: [.undefinedLength, .fragments], length: max(0, top.end &- start))
        position = top.end
    }

    private struct Walk {
        var fragments: FragmentSequence
        var isCut = false
        var isOverLimit = false
    }

    private func walkFragments(from start: Int, end: Int) throws(DICOMError) -> Walk {
        var walk = Walk(
            fragments: FragmentSequence(offset: start, end: start, offsetTableLength: -1, fragmentCount: 0, byteCount: 0, isDelimited: false))
        var scanner = ItemScanner(bytes, isBigEndian: top.isBigEndian)
        var offset = start
        while let item = try scanner.item(at: offset), offset &+ 8 <= end {
            if item.tag == ElementRecord.sequenceDelimiter {
                walk.fragments.isDelimited = true
                break
            }
            guard item.tag == ElementRecord.itemTag, item.length != Header.undefined else { break }
            let there = min(Int(item.length), end &- offset &- 8)
            walk.isCut = there < Int(item.length)
            if walk.fragments.offsetTableLength < 0 {
                walk.fragments.offsetTableLength = there
            } else {
                walk.fragments.fragmentCount += 1
                walk.fragments.byteCount += there
            }
            offset &+= 8 &+ there
            walk.isOverLimit = walk.fragments.fragmentCount >= leniency.fragmentLimit
            if walk.isCut || walk.isOverLimit { break }
        }
        walk.fragments.end = offset
        return walk
    }

    /// A sequence beyond the depth limit: an opaque value. One of undefined length is walked by counting what is open.
    mutating func skipDeep(_ header: Header, end: Int, flags: ElementRecord.Flags) throws(DICOMError) {
        forgive(.tooDeep, at: position)
        let start = position &+ header.size
        var stop = end
        var isDelimited = false
        if flags.contains(.undefinedLength) {
            let isUnknown = header.vr == VR.UN.rawValue
            var scanner = ItemScanner(bytes, isBigEndian: top.isBigEndian && !isUnknown)
            stop = try scanner.endOfSequence(from: start, end: end, isImplicit: isUnknown || header.originalVR == 0)
            isDelimited = stop &+ 8 <= end
            if !isDelimited { damaged(DICOMError(.truncated, at: end, "the file ends inside a sequence of undefined length")) }
        }
        guard record(header, flags: flags.union(.opaque), length: max(0, stop &- start)) else { return }
        position = stop &+ (isDelimited ? 8 : 0)
    }
}
