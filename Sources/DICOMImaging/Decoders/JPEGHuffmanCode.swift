import DICOM

/// A Huffman code as a DHT segment states it (T.81 Annex C).
struct JPEGHuffmanCode: Sendable {
    /// Symbols in the order of their codes.
    let values: [UInt8]
    /// Largest code of each length left-aligned to 16 bits, plus one; 0 where there is none.
    private var limit = [UInt32](repeating: 0, count: 17)
    /// What to add to a code of that length to get its index in `values`.
    private var offset = [Int](repeating: 0, count: 17)
    private var counts: [Int]

    /// Has no codes: every pattern is damage.
    static let none = JPEGHuffmanCode()

    private init() {
        values = []
        counts = [Int](repeating: 0, count: 17)
    }

    /// From the 16 counts and the values.
    init(counts: [UInt8], values: [UInt8]) throws(DICOMError) {
        self.values = values
        self.counts = [0] + counts.map(Int.init)
        var code: UInt32 = 0
        var index = 0
        for length in 1...16 {
            let count = length < self.counts.count ? self.counts[length] : 0
            guard code + UInt32(count) <= 1 << UInt32(length), index + count <= values.count else {
                throw DICOMError(.damagedPixels, "impossible Huffman table")
            }
            offset[length] = index - Int(code)
            code += UInt32(count)
            index += count
            limit[length] = count > 0 ? code << UInt32(16 - length) : 0
            code <<= 1
        }
    }

    struct Definition {
        /// 0 for DC coefficients and lossless differences, 1 for AC coefficients.
        let kind: UInt8
        let slot: Int
        let code: JPEGHuffmanCode
    }

    /// The codes of a DHT segment: several may follow each other (T.81 B.2.4.2).
    static func definitions(_ payload: UnsafeRawBufferPointer) throws(DICOMError) -> [Definition] {
        var found: [Definition] = []
        var at = 0
        while at + 17 <= payload.count {
            let (kind, slot) = (payload[at] >> 4, Int(payload[at] & 15))
            let counts = [UInt8](payload[at + 1..<at + 17])
            let total = counts.reduce(0) { $0 + Int($1) }
            guard slot < 4, kind < 2, total <= 256, at + 17 + total <= payload.count else {
                throw DICOMError(.damagedPixels, "short or impossible Huffman table")
            }
            let values = [UInt8](payload[at + 17..<at + 17 + total])
            found.append(Definition(kind: kind, slot: slot, code: try JPEGHuffmanCode(counts: counts, values: values)))
            at += 17 + total
        }
        return found
    }

    /// Length and symbol of the code at the top of `window` (64 bits), or nil where no code begins so.
    func search(_ window: UInt64) -> (length: Int, symbol: UInt8)? {
        let top = UInt32(truncatingIfNeeded: window &>> 48)
        for length in 1...16 where top < limit[length] {
            let index = Int(top &>> UInt32(16 &- length)) &+ offset[length]
            guard index >= 0, index < values.count else { return nil }
            return (length, values[index])
        }
        return nil
    }

    /// Every code of at most `longest` bits, shortest first.
    func forEach(upTo longest: Int, _ body: (_ code: Int, _ length: Int, _ symbol: UInt8) -> Void) {
        for length in 1...16 where length <= longest && length < counts.count {
            let last = Int(limit[length] >> UInt32(16 - length))
            for code in last - counts[length]..<last { body(code, length, values[code + offset[length]]) }
        }
    }
}
