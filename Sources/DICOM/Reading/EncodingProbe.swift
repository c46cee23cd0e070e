/// Looks at the first bytes of a data set and says what they are. A fixed amount of work, never past the window.
struct EncodingProbe {
    private let base: UnsafeRawPointer
    private let count: Int

    init(_ window: ByteStore.Segment, from start: Int? = nil) {
        let skip = max(0, min((start ?? window.start) &- window.start, window.count))
        base = window.base + skip
        count = window.count - skip
    }

    /// `DICM` stands here.
    func isPrefix(at offset: Int) -> Bool {
        offset + 4 <= count && base.loadUnaligned(fromByteOffset: offset, as: UInt32.self) == 0x4D43_4944
    }

    /// The group number, in the byte order that makes it the smaller one: no data set starts with a high group.
    func group(at offset: Int) -> (value: UInt16, isBigEndian: Bool)? {
        guard offset >= 0, offset + 8 <= count else { return nil }
        let little = base.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
        let big = little.byteSwapped
        return big < little ? (big, true) : (little, false)
    }

    private func letters(at offset: Int) -> VR { VR(rawValue: ElementReader.load16(base + offset + 4, true)) }

    /// A VR of the standard stands where Explicit VR has it.
    func isExplicit(at offset: Int) -> Bool { offset + 8 <= count && letters(at: offset).isKnown }

    /// An element can be read here: Explicit VR, or Implicit VR with a length that fits.
    func startsElements(at offset: Int) -> Bool {
        guard let group = group(at: offset), group.value <= 0x0028, group.value > 0 else { return false }
        if isExplicit(at: offset) { return true }
        if letters(at: offset).isLettered { return false }
        return ElementReader.load32(base + offset + 4, group.isBigEndian) <= 1 << 16
    }

    /// A data set without prefix: the first elements ascend from a low group with VRs and lengths that fit, and the dictionary
    /// knows one of them.
    func startsBareDataSet(at start: Int) -> Bool {
        guard let group = group(at: start), [2, 4, 8].contains(group.value) else { return false }
        let isExplicit = isExplicit(at: start)
        var offset = start
        var last: UInt32 = 0
        var elements = 0
        var known = 0
        while elements < 6, offset + 8 <= count {
            let tag = ElementReader.tag(base + offset, group.isBigEndian)
            guard tag > last, tag >> 16 < 0x0400 || elements > 2 else { break }
            guard let size = size(at: offset, isExplicit: isExplicit, isBigEndian: group.isBigEndian) else { break }
            if DataDictionary.vr(Tag(rawValue: tag)) != nil || tag & 0xFFFF == 0 { known += 1 }
            last = tag
            elements += 1
            offset += size
        }
        let isWhole = offset >= count && elements > 0
        return known >= 1 && (elements >= 3 || isWhole && isExplicit)
    }

    /// Bytes of an element of defined length, nil where it cannot be one.
    private func size(at offset: Int, isExplicit: Bool, isBigEndian: Bool) -> Int? {
        guard isExplicit else {
            let length = ElementReader.load32(base + offset + 4, isBigEndian)
            return length <= 1 << 20 ? 8 + Int(length) : nil
        }
        switch letters(at: offset).headerForm {
        case .short: return 8 + Int(ElementReader.load16(base + offset + 6, isBigEndian))
        case .long:
            guard offset + 12 <= count else { return nil }
            let length = ElementReader.load32(base + offset + 8, isBigEndian)
            return length == UInt32.max ? 1 << 20 : 12 + Int(length)
        case .unknown: return nil
        }
    }

    /// The encoding of the data set that starts here: what the file declares, unless its first element contradicts that.
    func encoding(at offset: Int, declared: TransferSyntax.Encoding?) -> TransferSyntax.Encoding {
        guard let group = group(at: offset) else { return declared ?? .explicitLittle }
        // A group that reads the same both ways (0000, 0808 ...) or is high in both (300A, 0A30) says nothing about byte order.
        let isAmbiguous = group.value == group.value.byteSwapped || group.value > 0xFF
        let isBigEndian = isAmbiguous ? declared == .explicitBig : group.isBigEndian
        if isExplicit(at: offset) { return isBigEndian ? .explicitBig : .explicitLittle }
        // Not a VR of the standard: Implicit VR if its length fits, else the file's word is taken.
        let length = ElementReader.load32(base + offset + 4, isBigEndian)
        let fits = length <= 1 << 16 || length == UInt32.max
        if declared == nil || declared == .implicitLittle { return fits || declared != nil ? .implicitLittle : .explicitLittle }
        guard fits, !isBigEndian, let size = size(at: offset, isExplicit: false, isBigEndian: false) else { return declared ?? .explicitLittle }
        // Explicit was declared: only two implicit elements in a row overrule that.
        let next = offset + size
        guard next + 8 <= count, !isExplicit(at: next) else { return declared ?? .explicitLittle }
        let isAscending = ElementReader.tag(base + next, false) > ElementReader.tag(base + offset, false)
        return isAscending && ElementReader.load32(base + next + 4, false) <= 1 << 16 ? .implicitLittle : declared ?? .explicitLittle
    }
}
