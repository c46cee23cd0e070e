import DICOM

/// A Huffman code as a DHT segment states it (T.81 Annex C).
struct JPEGHuffmanCode: Sendable {
    private let values: [UInt8]
    /// Largest code of each length left-aligned to 16 bits, plus one; 0 where there is none.
    private var limit = [UInt32](repeating: 0, count: 17)
    /// What to add to a code of that length to get its index in `values`.
    private var offset = [Int](repeating: 0, count: 17)
    private var counts: [Int]

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
