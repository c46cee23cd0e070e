/// A scan of a sequential stream: every block is transformed where it is read, no coefficients are kept (T.81 F.2).
struct DCTSequentialPass {
    private let scan: DCTScan
    private let order: DCTBlockOrder
    /// DC and AC look-up tables of each part.
    private let entries: [UInt32]
    private let codes: [JPEGHuffmanCode]
    /// 64 divisors of each part, in zigzag order.
    private let divisors: [Int32]

    init?(_ scan: DCTScan, _ frame: DCTFrame) {
        self.scan = scan
        order = DCTBlockOrder(scan, frame)
        var (entries, codes, divisors): ([UInt32], [JPEGHuffmanCode], [Int32]) = ([], [], [])
        for part in scan.parts {
            guard let dc = part.dc, let ac = part.ac, part.quantization.count == 64 else { return nil }
            entries += DCTEntries.make(dc, .dc) + DCTEntries.make(ac, .ac)
            codes += [dc, ac]
            divisors += part.quantization.map { Int32($0) }
        }
        (self.entries, self.codes, self.divisors) = (entries, codes, divisors)
    }

    /// What the inner loop looks at. Valid inside `run` only.
    private struct Pointers {
        let entries: UnsafePointer<UInt32>
        let codes: UnsafePointer<JPEGHuffmanCode>
        let divisors: UnsafePointer<Int32>
        let natural: UnsafePointer<Int>
    }

    /// Decodes what the data hold. Returns the number of MCUs that are complete.
    func run(_ data: JPEGScanData, _ writer: DCTBlockWriter) -> Int {
        var block = [Int32](repeating: 0, count: 64)
        var done = 0
        data.bytes.withUnsafeBytes { bytes in
            entries.withUnsafeBufferPointer { entries in
                codes.withUnsafeBufferPointer { codes in
                    divisors.withUnsafeBufferPointer { divisors in
                        DCTZigzag.natural.withUnsafeBufferPointer { natural in
                            block.withUnsafeMutableBufferPointer { block in
                                guard let base = bytes.baseAddress, let block = block.baseAddress, let entries = entries.baseAddress,
                                    let codes = codes.baseAddress, let divisors = divisors.baseAddress, let natural = natural.baseAddress
                                else { return }
                                let pointers = Pointers(entries: entries, codes: codes, divisors: divisors, natural: natural)
                                done = intervals(data, base, pointers, block, writer)
                            }
                        }
                    }
                }
            }
        }
        return done
    }

    private func intervals(
        _ data: JPEGScanData, _ base: UnsafeRawPointer, _ pointers: Pointers, _ block: UnsafeMutablePointer<Int32>, _ writer: DCTBlockWriter
    ) -> Int {
        let planes = scan.parts.map { writer.plane($0.component) }
        var done = 0
        for (number, start) in data.intervals.enumerated() {
            let mcus = order.interval(number, length: scan.restartInterval)
            if mcus.isEmpty { break }
            let end = number + 1 < data.intervals.count ? data.intervals[number + 1] : data.count
            var reader = DCTBitReader(base, from: start)
            done += interval(&reader, end: end, mcus, pointers, planes, block, writer)
        }
        return done
    }

    /// One restart interval. A damaged one ends where the damage is; the next begins at its own place.
    private func interval(
        _ reader: inout DCTBitReader, end: Int, _ mcus: Range<Int>, _ pointers: Pointers, _ planes: [DCTBlockWriter.Plane],
        _ block: UnsafeMutablePointer<Int32>, _ writer: DCTBlockWriter
    ) -> Int {
        var bits = reader
        var predictions = SIMD4<Int32>(repeating: 0)
        var (row, column) = (mcus.lowerBound / order.mcusWide, mcus.lowerBound % order.mcusWide)
        for mcu in mcus {
            for place in order.places {
                let last = coefficients(&bits, &predictions[place.part & 3], place.part, pointers, block)
                guard !bits.isDamaged, bits.consumed <= end else {
                    block.update(repeating: 0, count: 64)
                    return mcu - mcus.lowerBound
                }
                writer.write(
                    block, isFlat: last == 0, planes[place.part], column: column &* place.columnStep &+ place.column,
                    row: row &* place.rowStep &+ place.row)
                if last == 0 { block[0] = 0 } else { block.update(repeating: 0, count: 64) }
            }
            column &+= 1
            if column == order.mcusWide { (row, column) = (row &+ 1, 0) }
        }
        reader = bits
        return mcus.count
    }

    /// Reads one block into `block`, which must be 0, dequantised and in rows. Returns the zigzag index of its last coefficient.
    @inline(__always)
    private func coefficients(
        _ bits: inout DCTBitReader, _ prediction: inout Int32, _ part: Int, _ pointers: Pointers, _ block: UnsafeMutablePointer<Int32>
    ) -> Int {
        let dcEntries = pointers.entries + 2 &* part &* DCTEntries.size
        let divisors = pointers.divisors + part &* 64
        prediction = prediction &+ bits.next(dcEntries, pointers.codes + 2 &* part, .dc).value
        // A coefficient is 16 bits wide (T.81 F.1.2.1.2); the product stays below 2^31.
        block[0] = Int32(Int16(truncatingIfNeeded: prediction)) &* divisors[0]
        let acEntries = dcEntries + DCTEntries.size
        let code = pointers.codes + (2 &* part &+ 1)
        var (k, last) = (1, 0)
        while k < 64 {
            let (run, value) = bits.next(acEntries, code, .ac)
            k &+= run
            if k > 63 { break }
            block[pointers.natural[k]] = value &* divisors[k]
            last = k
            k &+= 1
        }
        return last
    }
}
