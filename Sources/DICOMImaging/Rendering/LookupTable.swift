import DICOM

/// A lookup table as Modality LUT, VOI LUT and palettes have it: descriptor and data (PS3.3 C.11.1.1, C.11.2.1.1, C.7.6.3.1.5;
/// rule G10).
struct LookupTable {
    /// Entries, at least one.
    let entries: [UInt16]
    /// The input that the first entry is for.
    let firstMapped: Int
    /// Bits that the entries really use, 8 at least.
    let bits: Int

    var highest: Int { 1 << bits - 1 }

    /// - Parameter isSigned: whether the first mapped value is signed.
    /// - Throws: `.inconsistent` where descriptor or data are missing.
    init(descriptor: DataElement?, data: DataElement?, isSigned: Bool) throws(DICOMError) {
        guard let descriptor, let data, let raw = descriptor.rawBytes, raw.count >= 6, let bytes = data.rawBytes else {
            throw DICOMError(.inconsistent, path: [descriptor?.tag ?? .lutDescriptor], "a lookup table without descriptor or data")
        }
        let words = Self.words(raw, isLittleEndian: descriptor.isLittleEndian)
        let count = words[0] == 0 ? 65_536 : Int(words[0])
        firstMapped = isSigned ? Int(Int16(bitPattern: words[1])) : Int(words[1])
        let declared = Int(words[2])
        entries = try Self.entries(bytes, count: count, declared: declared, isLittleEndian: data.isLittleEndian || data.vr == .OB, tag: data.tag)
        bits = Self.depth(entries, declared: declared)
    }

    init(entries: [UInt16], firstMapped: Int, declared: Int) {
        self.entries = entries
        self.firstMapped = firstMapped
        bits = Self.depth(entries, declared: declared)
    }

    /// One entry a word. Entries of 8 bits may be packed two a word: they are where there are too few words; those of 9 to 16 bits never
    /// are (PS3.3 C.11.1.1.1). Of a table that ends early the entries that are there keep their places, and the last stands for the rest.
    private static func entries(
        _ bytes: [UInt8], count: Int, declared: Int, isLittleEndian: Bool, tag: Tag
    ) throws(DICOMError) -> [UInt16] {
        let isPacked = declared <= 8 && bytes.count < count * 2
        guard bytes.count >= (isPacked ? 1 : 2) else {
            throw DICOMError(.inconsistent, path: [tag], "a lookup table of \(bytes.count) bytes for \(count) entries")
        }
        if !isPacked { return Array(words(bytes, isLittleEndian: isLittleEndian).prefix(count)) }
        if isLittleEndian { return bytes.prefix(count).map { UInt16($0) } }
        return Array(words(bytes, isLittleEndian: false).flatMap { [$0 & 0xFF, $0 >> 8] }.prefix(count))
    }

    static func words(_ bytes: [UInt8], isLittleEndian: Bool) -> [UInt16] {
        let (low, high) = isLittleEndian ? (0, 1) : (1, 0)
        return stride(from: 0, to: bytes.count - 1, by: 2).map { (at: Int) -> UInt16 in
            UInt16(bytes[at + low]) | UInt16(bytes[at + high]) << 8
        }
    }

    /// The declared depth, lowered to what the entries use (as other viewers do), raised where they exceed it.
    private static func depth(_ entries: [UInt16], declared: Int) -> Int {
        let used = 16 - (entries.max() ?? 0).leadingZeroBitCount
        return declared > used || declared < used ? max(8, used) : min(16, max(8, declared))
    }

    /// The same for any number; nil for one that is not finite.
    func entry(_ input: Double) -> UInt16? {
        input.isFinite ? UInt16(value(Int(min(max(input, -1e9), 1e9)))) : nil
    }

    /// Inputs outside the table get its first or last entry.
    @inline(__always)
    func value(_ input: Int) -> Int {
        Int(entries[min(max(input - firstMapped, 0), entries.count - 1)])
    }
}
