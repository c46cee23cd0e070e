/// Says how well bytes read on as data elements: several headers ahead, not one, and a fixed amount of work.
///
/// Two letters of a VR appear by chance once in two thousand places, an element that the dictionary knows with just that VR and
/// a length that leads to another one never does. So what follows decides where a header leaves a choice (PS3.5 section 7.1).
struct Lookahead {
    /// What may stand where an element ends.
    struct Context {
        var isImplicit: Bool
        var isBigEndian: Bool
        /// The end of what the elements stand in; to end just there speaks for a reading.
        var end: Int
        /// Inside an item: delimiters and items may follow.
        var isItem: Bool
        /// Group 0002: what follows it is the data set, in whatever encoding.
        var isMeta = false
    }

    let bytes: ByteStore
    /// Headers that may still be looked at several in a row for this file; without any left, only the next one is.
    private(set) var budget = 200_000

    init(_ bytes: ByteStore) { self.bytes = bytes }

    /// Worth of a place where no element can be read.
    static let impossible = -100
    /// From here on a reading is taken: one element that fits in every way, or an end that is met exactly.
    static let plausible = 4
    /// From here on bytes found by searching are taken for elements.
    static let certain = 9
    private static let depth = 5
    /// Worth of an element that fits in every way.
    private static let whole = 6
    /// Worth of an item, and of a delimiter, where one is wanted.
    static let item = whole * depth + 1
    static let delimiter = whole * depth + 3

    /// How well the bytes from `offset` on read as elements after `tag`.
    mutating func worth(at offset: Int, after tag: UInt32, _ context: Context) -> Int {
        walk(offset, tag, context, depth: budget > 0 ? Self.depth : 1, odd: budget > 0 ? 2 : 0)
    }

    private mutating func walk(_ offset: Int, _ last: UInt32, _ context: Context, depth: Int, odd: Int) -> Int {
        // An end that is met exactly is worth as much as the elements that could have been there.
        if offset == context.end { return max(5, Self.whole * depth) }
        guard depth > 0 else { return 0 }
        guard offset < context.end, let head = head(offset, context) else { return Self.impossible }
        budget -= 1
        if let end = boundary(head, context, depth) { return end }
        if head.tag == 0, head.word == 0 { return 4 }
        guard let (own, size, length) = element(head, offset, last, context) else {
            if context.isImplicit { return Self.impossible }
            return odd > 0 ? oddElement(head, offset, last, context, depth: depth, odd: odd) : isNext(head.tag, last) ? 0 : Self.impossible
        }
        var worth = own + (head.tag > last ? 1 : -1)
        if length == ElementReader.Header.undefined { return opensItems(at: offset &+ size, context) ? worth + Self.whole * (depth - 1) : Self.impossible }
        if length & 1 != 0 { worth -= 1 }
        let next = offset &+ size &+ Int(length)
        // What the file's end cuts says less, but is no contradiction (a truncated value).
        if next > context.end { return context.end >= bytes.size && worth >= 4 ? worth - 2 : Self.impossible }
        let rest = walk(next, head.tag, context, depth: depth - 1, odd: odd)
        return rest == Self.impossible ? worth - 4 : worth + rest
    }

    /// The worth of a tag that ends the elements: delimiters, items, the data set after the meta information.
    private func boundary(_ head: Head, _ context: Context, _ depth: Int) -> Int? {
        if head.tag >> 16 == 0xFFFE {
            guard context.isItem else { return Self.impossible }
            switch head.tag {
            case ElementRecord.itemDelimiter, ElementRecord.sequenceDelimiter: return head.length32 == 0 ? Self.whole * depth + 3 : 1
            case ElementRecord.itemTag: return Self.whole * depth + 1
            default: return Self.impossible
            }
        }
        guard context.isMeta, head.tag >> 16 != 2 else { return nil }
        // Little or Big Endian, groups 0004 to 0010 begin a data set.
        let group = UInt16(truncatingIfNeeded: head.tag >> 16)
        return (4...0x10).contains(group) || (4...0x10).contains(group.byteSwapped) ? Self.whole * depth : Self.impossible
    }

    /// Worth and form of one header; nil where none can be one.
    private func element(_ head: Head, _ offset: Int, _ last: UInt32, _ context: Context) -> (Int, Int, UInt32)? {
        let tag = Tag(rawValue: head.tag)
        let listed = DataDictionary.vr(tag)
        if context.isImplicit {
            guard let listed else { return tag.isPrivate && tag.group > 8 && tag.group < 0xFFFE ? (4, 8, head.length32) : nil }
            return (Self.fits(head.length32, listed) ? 5 : -1, 8, head.length32)
        }
        let vr = VR(rawValue: head.letters)
        guard vr.isKnown, tag.group > 0 else { return nil }
        guard vr.hasLongLength else { return (Self.agreement(vr, listed, tag), 8, UInt32(head.length16)) }
        guard head.reserved == 0, let length = head.long else { return nil }
        return (Self.agreement(vr, listed, tag), 12, length)
    }

    private static func agreement(_ vr: VR, _ listed: DictionaryVR?, _ tag: Tag) -> Int {
        guard let listed else { return tag.isPrivate && tag.group > 8 ? 5 : 1 }
        switch listed {
        case .single(let only): return only == vr ? 5 : vr == .UN || vr == .OB ? 3 : 1
        case .unsignedOrSignedShort: return vr == .US || vr == .SS ? 5 : 1
        case .otherByteOrWord: return vr == .OB || vr == .OW ? 5 : vr == .UN ? 3 : 1
        case .unsignedShortOrWord, .unsignedOrSignedShortOrWord: return vr == .US || vr == .OW || vr == .SS ? 5 : 1
        case .none: return impossible
        }
    }

    /// Whether a length of Implicit VR is one that the VR of the dictionary can have.
    static func fits(_ length: UInt32, _ listed: DictionaryVR) -> Bool {
        let vr = listed.resolved()
        if length == ElementReader.Header.undefined { return vr == .SQ || vr.isBinary }
        let unit = UInt32(max(1, vr.unitSize))
        if length % unit != 0 { return false }
        switch vr {
        case .AE, .AS, .CS, .DA, .DS, .IS, .TM, .DT, .UI, .US, .SS, .UL, .SL, .FL, .FD, .AT, .SH, .LO, .PN: return length <= 1 << 16
        default: return true
        }
    }

    /// A value of undefined length begins with an item or ends at once.
    mutating func opensItems(at offset: Int, _ context: Context) -> Bool {
        guard let head = head(offset, context) else { return false }
        budget -= 1
        return head.tag == ElementRecord.itemTag || head.tag == ElementRecord.sequenceDelimiter
    }

    /// The length of the item that begins at a place; nil where none of defined length does.
    func itemLength(at offset: Int, _ context: Context) -> Int? {
        guard let head = head(offset, context), head.tag == ElementRecord.itemTag, head.length32 != .max else { return nil }
        return Int(head.length32)
    }

    /// The tag of group FFFE at a place; nil where there is another one, or where it cannot be one.
    func delimiter(at offset: Int, _ context: Context) -> UInt32? {
        guard let head = head(offset, context), head.tag >> 16 == 0xFFFE else { return nil }
        return head.tag == ElementRecord.itemTag || head.length32 == 0 ? head.tag : nil
    }

    /// A header without a VR of the standard among the next ones: the best of its forms, worth nothing by itself.
    private mutating func oddElement(_ head: Head, _ offset: Int, _ last: UInt32, _ context: Context, depth: Int, odd: Int) -> Int {
        let tag = Tag(rawValue: head.tag)
        let isListed = Self.isListed(tag)
        guard tag.group > 0, tag.group < 0xFFFE, head.tag > last || isListed else { return Self.impossible }
        var best = Self.impossible
        var lengths = [(8, Int(head.length16)), (8, Int(head.length32))]
        if let long = head.long { lengths.append((12, Int(long))) }
        for (size, length) in lengths {
            let next = offset &+ size &+ length
            guard next <= context.end, isListed || fits(head.tag, before: next, context) else { continue }
            best = max(best, walk(next, head.tag, context, depth: depth - 1, odd: odd - 1))
        }
        return best == Self.impossible ? best : best + (isNext(head.tag, last) ? 2 : -1)
    }

    /// In the dictionary, but for group lengths, which it has for every group.
    static func isListed(_ tag: Tag) -> Bool { !tag.isGroupLength && DataDictionary.vr(tag) != nil }

    /// A higher tag of the same group, or one that the dictionary has: many elements in a row may lack a VR that is known.
    private func isNext(_ tag: UInt32, _ last: UInt32) -> Bool {
        tag > last && (tag >> 16 == last >> 16 || Self.isListed(Tag(rawValue: tag)))
    }

    /// The end of the item, its delimiter included, behind a few elements in a row; nil where there is none.
    mutating func endOfItem(from offset: Int, after tag: UInt32, _ context: Context) -> Int? {
        var offset = offset
        var last = tag
        for _ in 0..<64 {
            guard budget > 0, let head = head(offset, context) else { return nil }
            budget -= 1
            if head.tag >> 16 == 0xFFFE { return head.tag == ElementRecord.itemDelimiter && head.length32 == 0 ? offset &+ 8 : nil }
            guard head.tag > last, let (worth, size, length) = element(head, offset, last, context), worth > 0 else { return nil }
            guard length != ElementReader.Header.undefined, offset &+ size &+ Int(length) < context.end else { return nil }
            last = head.tag
            offset = offset &+ size &+ Int(length)
        }
        return nil
    }

    /// Whether what stands at a place has a higher tag, or is an end.
    func fits(_ tag: UInt32, before offset: Int, _ context: Context) -> Bool {
        if offset == context.end { return true }
        guard let next = head(offset, context) else { return false }
        return next.tag > tag || next.tag == 0 && next.word == 0
    }

    // MARK: - Bytes

    private struct Head {
        var tag: UInt32
        var letters: UInt16
        /// The four bytes after the tag, as they stand.
        var word: UInt32
        var length16: UInt16
        var length32: UInt32
        var reserved: UInt16
        /// Of the long form; nil where the space ends before it.
        var long: UInt32?
    }

    /// The first bytes of a header anywhere in the space, read where they are not in memory; nil where they are not there.
    private func head(_ offset: Int, _ context: Context) -> Head? {
        let isBig = context.isBigEndian
        let count = min(12, bytes.size &- offset)
        guard offset >= 0, count >= 8 else { return nil }
        // A source that cannot be read says nothing here; the reader meets the same error on its own way.
        return try? bytes.withBytes(offset, count) { bytes -> Head? in
            guard bytes.count >= 8, let pointer = bytes.baseAddress else { return nil }
            return Head(
                tag: ElementReader.tag(pointer, isBig), letters: ElementReader.load16(pointer + 4, true),
                word: ElementReader.load32(pointer + 4, false), length16: ElementReader.load16(pointer + 6, isBig),
                length32: ElementReader.load32(pointer + 4, isBig), reserved: ElementReader.load16(pointer + 6, false),
                long: bytes.count >= 12 ? ElementReader.load32(pointer + 8, isBig) : nil)
        }
    }

    // MARK: - Searching

    /// The first place in a range of bytes from which on elements can be read for certain; nil where there is none.
    ///
    /// At most 64 KiB are looked through. `end` of the context is where the elements must end at the latest.
    mutating func search(_ range: Range<Int>, after tag: UInt32, _ context: Context) -> Int? {
        let count = min(range.count, Self.searchLimit)
        guard searches > 0, count >= 8 else { return nil }
        searches -= 1
        guard let window = try? bytes.withBytes(range.lowerBound, count, { Array($0) }) else { return nil }
        return window.withUnsafeBytes { window in
            guard let base = window.baseAddress else { return nil }
            var index = 0
            while index + 8 <= window.count {
                if isCandidate(base + index, after: tag, context), worth(at: range.lowerBound &+ index, after: tag, context) >= Self.certain {
                    return range.lowerBound &+ index
                }
                index += 1
            }
            return nil
        }
    }

    private static let searchLimit = 1 << 16
    private(set) var searches = 16

    /// A quick look: a tag that the dictionary knows or a private one, with a known VR in Explicit VR.
    private func isCandidate(_ pointer: UnsafeRawPointer, after last: UInt32, _ context: Context) -> Bool {
        let tag = Tag(rawValue: ElementReader.tag(pointer, context.isBigEndian))
        if tag.group == 0xFFFE {
            return context.isItem && ElementReader.load32(pointer + 4, false) == 0
                && (tag.rawValue == ElementRecord.itemDelimiter || tag.rawValue == ElementRecord.sequenceDelimiter)
        }
        guard tag.group > 0, tag.group < 0xFFFE else { return false }
        if context.isImplicit {
            return DataDictionary.vr(tag) != nil || tag.isPrivate && tag.rawValue > last && tag.rawValue >> 16 == last >> 16
        }
        return VR(rawValue: ElementReader.load16(pointer + 4, true)).isKnown && (tag.isPrivate || DataDictionary.vr(tag) != nil)
    }
}
