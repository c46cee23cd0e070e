/// Values for the index, whose length a file cannot choose.
extension DataSet {
    /// A decoded value for a key, at most sixteen times as long as its VR allows (some files put whole lists where an identifier belongs), and whether it was cut.
    ///
    /// Two different values never become one: a cut value ends with its length and a digest of all of it, which is read in pieces.
    package func boundedKey(_ tag: Tag) -> BoundedValue {
        guard let element = element(tag) else { return BoundedValue() }
        let limit = 16 * Self.longest(tag)
        if element.contentLength <= limit, let key = element.key { return BoundedValue(bytes: key) }
        return element.bounded(limit)
    }

    /// Characters that the VR of a public attribute allows (PS3.5 table 6.2-1); of names all three component groups.
    private static func longest(_ tag: Tag) -> Int {
        switch DataDictionary.vr(for: tag) {
        case .PN: 3 * 64 + 2
        case .DA, .AS: 8
        case .CS, .SH, .DS, .TM, .AE: 16
        case .IS: 12
        default: 64
        }
    }
}

/// A value as far as it is kept.
package struct BoundedValue {
    package var bytes: [UInt8] = []
    package var isCut = false
    /// The digest does not cover all of the value: it is longer than what is read for all values of a file together.
    package var isSampled = false
}

extension DataElement {
    private static let chunk = 1 << 16

    fileprivate func bounded(_ limit: Int) -> BoundedValue {
        let record = record
        guard let range = trimmedRange(record) else { return BoundedValue() }
        // No character takes more than four bytes, escape sequences aside.
        let storage = dataSet.storage
        let isWhole = range.count <= 4 * limit
        let text = decodedText(range.lowerBound, min(range.count, 4 * limit), isKey: isWhole)
        if isWhole, text.count(where: { $0 & 0xC0 != 0x80 }) <= limit { return BoundedValue(bytes: text) }
        var digest = ValueDigest()
        let isSampled = !digest.add(range, of: storage)
        let kept = Self.prefix(text, characters: limit)
        return BoundedValue(bytes: kept + Array("...[\(range.count) bytes \(digest.hexadecimal)]".utf8), isCut: true, isSampled: isSampled)
    }

    private static func prefix(_ text: [UInt8], characters limit: Int) -> [UInt8] {
        var characters = 0
        for (index, byte) in text.enumerated() where byte & 0xC0 != 0x80 {
            characters += 1
            if characters > limit { return Array(text[..<index]) }
        }
        return text
    }

    private func decodedText(_ offset: Int, _ count: Int, isKey: Bool) -> [UInt8] {
        let set = vr.usesCharacterSet ? dataSet.characterSet : nil
        let vr = vr
        let text = try? dataSet.storage.bytes.withBytes(offset, count) { bytes -> [UInt8] in
            guard let set else { return Array(bytes) }
            var output: [UInt8] = []
            _ = isKey ? set.decodeKey(bytes, vr: vr, into: &output) : set.decode(bytes, vr: vr, into: &output)
            return output
        }
        return text ?? []
    }

    /// Where the value begins and ends without its padding, found in pieces; nil where it is nothing but padding.
    private func trimmedRange(_ record: ElementRecord) -> Range<Int>? {
        var start = record.valueOffset
        var end = record.valueOffset &+ record.length
        while start < end, let piece = piece(start, min(Self.chunk, end &- start)) {
            if let first = piece.firstIndex(where: { !TextTrimming.isPadding($0) }) {
                start &+= first
                break
            }
            start &+= max(1, piece.count)
        }
        while end > start {
            let from = max(start, end &- Self.chunk)
            guard let piece = piece(from, end &- from) else { return nil }
            if let last = piece.lastIndex(where: { !TextTrimming.isPadding($0) }) {
                end = from &+ last &+ 1
                break
            }
            end = from
        }
        return start < end ? start..<end : nil
    }

    private func piece(_ offset: Int, _ count: Int) -> [UInt8]? {
        guard let bytes = try? dataSet.storage.bytes.withBytes(offset, count, { Array($0) }), !bytes.isEmpty else { return nil }
        return bytes
    }
}

/// 128 bits over all bytes of a value, in one pass over pieces. Not made to withstand those who look for two values with one
/// digest: whoever writes a file can give it anybody's Patient ID as it is.
struct ValueDigest {
    private var first: UInt64 = 0x243F_6A88_85A3_08D3
    private var second: UInt64 = 0x1319_8A2E_0370_7344
    /// Bytes of long values that are read for one file: 64 MiB. Behind them only the end of a value is.
    static let budget = 64 << 20
    private static let chunk = 1 << 16

    /// Adds a range of the space; false where only its beginning and end were read.
    mutating func add(_ range: Range<Int>, of storage: HeaderStorage) -> Bool {
        mix(UInt64(truncatingIfNeeded: range.count))
        let whole = min(range.count, max(0, storage.digestBudget))
        storage.digestBudget -= whole
        read(range.lowerBound..<range.lowerBound &+ whole, of: storage)
        guard whole < range.count else { return true }
        read(max(range.lowerBound &+ whole, range.upperBound &- Self.chunk)..<range.upperBound, of: storage)
        return false
    }

    private mutating func read(_ range: Range<Int>, of storage: HeaderStorage) {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = min(Self.chunk, range.upperBound &- offset)
            let isRead = try? storage.bytes.withBytes(offset, count) { bytes -> Bool in
                add(bytes)
                return true
            }
            // What cannot be read cannot be told apart; the file is named for that elsewhere.
            guard isRead == true else { return }
            offset &+= count
        }
    }

    private mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var index = 0
        while index &+ 8 <= bytes.count {
            mix(bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index &+= 8
        }
        guard index < bytes.count else { return }
        var rest: UInt64 = 0
        for byte in bytes[index...] { rest = rest << 8 | UInt64(byte) }
        mix(rest ^ UInt64(bytes.count &- index) << 56)
    }

    @inline(__always) private mutating func mix(_ word: UInt64) {
        let a = (first ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        first = a.high ^ a.low ^ second
        second = (second &+ word) &* 0xD6E8_FEB8_6659_FD93 ^ second >> 32
    }

    var hexadecimal: String {
        var end = self
        end.mix(0x5851_F42D_4C95_7F2D)
        let digits = [end.first, end.second].map { value in
            let digits = String(value, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        return digits.joined()
    }
}
