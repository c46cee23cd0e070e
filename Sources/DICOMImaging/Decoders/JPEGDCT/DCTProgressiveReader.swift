/// Reads the blocks of one restart interval of a progressive scan (T.81 G.1.2, figures G.3 to G.7).
struct DCTProgressiveReader {
    private(set) var bits: DCTBitReader
    private let start: Int
    private let end: Int
    private let bit: Int
    private let isRefinement: Bool
    private let entries: UnsafePointer<UInt32>?
    private let codes: UnsafePointer<JPEGHuffmanCode>?
    private var predictions = SIMD4<Int32>(repeating: 0)
    /// Blocks that follow without new coefficients.
    private var endOfBandRun = 0

    init(_ bits: DCTBitReader, _ scan: DCTScan, _ entries: UnsafePointer<UInt32>?, _ codes: UnsafePointer<JPEGHuffmanCode>?) {
        self.bits = bits
        (start, end, bit, isRefinement) = (scan.spectralStart, scan.spectralEnd, scan.bit, scan.previousBit > 0)
        (self.entries, self.codes) = (entries, codes)
    }

    /// - Parameter block: 64 coefficients in zigzag order.
    @inline(__always)
    mutating func decode(_ block: UnsafeMutablePointer<Int16>, part: Int) {
        if start == 0, isRefinement {
            if bits.bits(1) == 1 { block[0] |= Int16(truncatingIfNeeded: 1 &<< bit) }
            return
        }
        guard let entries, let codes else { return }
        if start == 0 {
            let difference = bits.next(entries + part &* DCTEntries.size, codes + part, .dc).value
            predictions[part & 3] = predictions[part & 3] &+ difference
            block[0] = Int16(truncatingIfNeeded: predictions[part & 3] &<< Int32(truncatingIfNeeded: bit))
        } else if isRefinement {
            refineAC(block, entries, codes)
        } else {
            firstAC(block, entries, codes)
        }
    }

    private mutating func firstAC(_ block: UnsafeMutablePointer<Int16>, _ entries: UnsafePointer<UInt32>, _ codes: UnsafePointer<JPEGHuffmanCode>) {
        if endOfBandRun > 0 {
            endOfBandRun &-= 1
            return
        }
        var k = start
        while k <= end {
            let symbol = bits.symbol(entries, codes)
            let (run, size) = (symbol &>> 4, symbol & 15)
            if size == 0, run < 15 {
                endOfBandRun = 1 &<< run &+ bits.bits(run) &- 1
                return
            }
            k &+= run
            guard k <= end else { return }
            if size > 0 { block[k] = Int16(truncatingIfNeeded: bits.extended(size) &<< bit) }
            k &+= 1
        }
    }

    private mutating func refineAC(_ block: UnsafeMutablePointer<Int16>, _ entries: UnsafePointer<UInt32>, _ codes: UnsafePointer<JPEGHuffmanCode>) {
        var k = start
        if endOfBandRun == 0 {
            while k <= end {
                let symbol = bits.symbol(entries, codes)
                let (run, size) = (symbol &>> 4, symbol & 15)
                if size == 0, run < 15 {
                    endOfBandRun = 1 &<< run &+ bits.bits(run)
                    break
                }
                var value: Int16 = 0
                if size > 0 { value = Int16(truncatingIfNeeded: (bits.bits(1) == 1 ? 1 : -1) &<< bit) }
                k = refine(block, from: k, zeros: run)
                guard k <= end else { return }
                if value != 0 { block[k] = value }
                k &+= 1
            }
        }
        guard endOfBandRun > 0 else { return }
        _ = refine(block, from: k, zeros: .max)
        endOfBandRun &-= 1
    }

    /// Corrects the coefficients that are not 0, passing over `zeros` that are; returns where the next zero stands.
    private mutating func refine(_ block: UnsafeMutablePointer<Int16>, from first: Int, zeros: Int) -> Int {
        let step = Int16(truncatingIfNeeded: 1 &<< bit)
        var (k, left) = (first, zeros)
        while k <= end {
            if block[k] == 0 {
                if left == 0 { return k }
                left &-= 1
            } else if bits.bits(1) == 1, block[k] & step == 0 {
                block[k] = block[k] &+ (block[k] > 0 ? step : 0 &- step)
            }
            k &+= 1
        }
        return k
    }
}
