import DICOM

/// One scan of a DCT stream (T.81 B.2.3) with what it needs of the tables in force where it begins.
struct DCTScan {
    struct Part {
        /// Index of the component in the frame.
        let component: Int
        let dc: JPEGHuffmanCode?
        let ac: JPEGHuffmanCode?
        let quantization: [UInt16]
    }

    /// More blocks than this in an MCU are refused (T.81 B.2.3).
    static let mostBlocks = 10
    /// Zero bytes that must follow the data so that one block read past the end stays inside: 32 bits a coefficient, and the look-ahead.
    static let slack = 64 * 4 + 16

    let parts: [Part]
    let spectralStart: Int
    let spectralEnd: Int
    /// Successive approximation: bit position of the scan before (0 for the first) and of this one.
    let previousBit: Int
    let bit: Int
    let restartInterval: Int

    /// - Parameter payload: of the SOS segment.
    init(_ payload: UnsafeRawBufferPointer, _ frame: DCTFrame, _ tables: DCTTables) throws(DICOMError) {
        guard let count = payload.first.map(Int.init), (1...4).contains(count), payload.count >= 4 + 2 * count else {
            throw DICOMError(.damagedPixels, "short JPEG scan header")
        }
        var parts: [Part] = []
        for i in 0..<count {
            let (id, slots) = (payload[1 + 2 * i], payload[2 + 2 * i])
            // Equal ids have been seen: the first one that this scan does not have yet.
            let index = frame.components.indices.first { c in frame.components[c].id == id && !parts.contains { $0.component == c } }
            guard let index, slots >> 4 < 4, slots & 15 < 4 else { throw DICOMError(.damagedPixels, "JPEG scan of an unknown component or table") }
            let slot = frame.components[index].quantizationSlot
            guard slot < 4, let quantization = tables.quantization[slot] else { throw DICOMError(.damagedPixels, "no quantisation table \(slot)") }
            parts.append(
                Part(component: index, dc: tables.dc[Int(slots >> 4)], ac: tables.ac[Int(slots & 15)], quantization: quantization))
        }
        self.parts = parts
        restartInterval = tables.restartInterval
        let last = UnsafeRawBufferPointer(rebasing: payload[(1 + 2 * count)...])
        // A sequential scan has all coefficients, whatever it says: old writers left Se at 0 (rule J6).
        spectralStart = frame.isProgressive ? Int(last[0]) : 0
        spectralEnd = frame.isProgressive ? Int(last[1]) : 63
        previousBit = frame.isProgressive ? Int(last[2] >> 4) : 0
        bit = frame.isProgressive ? Int(last[2] & 15) : 0
        try check(frame)
    }

    private func check(_ frame: DCTFrame) throws(DICOMError) {
        let isDC = spectralStart == 0
        guard spectralEnd <= 63, spectralStart <= spectralEnd, bit <= 13, previousBit == 0 || previousBit == bit + 1 else {
            throw DICOMError(.damagedPixels, "JPEG scan of impossible coefficients")
        }
        if frame.isProgressive {
            guard isDC ? spectralEnd == 0 : parts.count == 1 else { throw DICOMError(.damagedPixels, "JPEG scan that mixes DC and AC") }
        }
        let needsDC = isDC && previousBit == 0
        let needsAC = spectralEnd > 0
        guard parts.allSatisfy({ (!needsDC || $0.dc != nil) && (!needsAC || $0.ac != nil) }) else {
            throw DICOMError(.damagedPixels, "JPEG scan without its Huffman table")
        }
        let blocks = parts.reduce(0) { $0 + frame.components[$1.component].horizontal * frame.components[$1.component].vertical }
        guard parts.count == 1 || blocks <= Self.mostBlocks else { throw DICOMError(.unsupported, "JPEG with \(blocks) blocks in an MCU") }
    }
}
