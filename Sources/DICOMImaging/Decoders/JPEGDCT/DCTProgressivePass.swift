/// A scan of a progressive stream: adds to the coefficients of the whole frame (T.81 Annex G).
struct DCTProgressivePass {
    private let scan: DCTScan
    private let frame: DCTFrame
    private let order: DCTBlockOrder
    /// DC or AC look-up table of each part; empty in DC refinements, which have no codes.
    private let entries: [UInt32]
    private let codes: [JPEGHuffmanCode]

    init(_ scan: DCTScan, _ frame: DCTFrame) {
        self.scan = scan
        self.frame = frame
        order = DCTBlockOrder(scan, frame)
        let isDC = scan.spectralStart == 0
        codes = isDC && scan.previousBit > 0 ? [] : scan.parts.compactMap { isDC ? $0.dc : $0.ac }
        entries = codes.flatMap { DCTEntries.make($0, isDC ? .dc : .symbols) }
    }

    var mcuCount: Int { order.mcuCount }
    /// The first scan of DC coefficients.
    var beginsBlocks: Bool { scan.spectralStart == 0 && scan.previousBit == 0 }

    /// - Parameters:
    ///   - coefficients: 64 of each block in zigzag order; see `DCTFrame.firstBlock`.
    ///   - isKnown: set for every block whose DC coefficient was read.
    /// - Returns: the number of MCUs that are complete.
    func run(_ data: JPEGScanData, _ coefficients: UnsafeMutablePointer<Int16>, isKnown: UnsafeMutablePointer<Bool>) -> Int {
        guard scan.spectralStart > 0 || scan.previousBit > 0 || codes.count == scan.parts.count else { return 0 }
        guard scan.spectralStart == 0 || codes.count == 1 else { return 0 }
        var done = 0
        data.bytes.withUnsafeBytes { bytes in
            entries.withUnsafeBufferPointer { entries in
                codes.withUnsafeBufferPointer { codes in
                    guard let base = bytes.baseAddress else { return }
                    for (number, start) in data.intervals.enumerated() {
                        let mcus = order.interval(number, length: scan.restartInterval)
                        if mcus.isEmpty { break }
                        let end = number + 1 < data.intervals.count ? data.intervals[number + 1] : data.count
                        var reader = DCTProgressiveReader(DCTBitReader(base, from: start), scan, entries.baseAddress, codes.baseAddress)
                        done += interval(&reader, end: end, mcus, coefficients, isKnown)
                    }
                }
            }
        }
        return done
    }

    private func interval(
        _ reader: inout DCTProgressiveReader, end: Int, _ mcus: Range<Int>, _ coefficients: UnsafeMutablePointer<Int16>,
        _ isKnown: UnsafeMutablePointer<Bool>
    ) -> Int {
        let first = scan.parts.map { frame.firstBlock[$0.component] }
        let wide = scan.parts.map { frame.components[$0.component].paddedBlocksWide }
        for mcu in mcus {
            let (row, column) = (mcu / order.mcusWide, mcu % order.mcusWide)
            for place in order.places {
                let index =
                    first[place.part] &+ (row &* place.rowStep &+ place.row) &* wide[place.part] &+ column &* place.columnStep &+ place.column
                reader.decode(coefficients + index &* 64, part: place.part)
                guard !reader.bits.isDamaged, reader.bits.consumed <= end else { return mcu - mcus.lowerBound }
                if beginsBlocks { isKnown[index] = true }
            }
        }
        return mcus.count
    }
}
