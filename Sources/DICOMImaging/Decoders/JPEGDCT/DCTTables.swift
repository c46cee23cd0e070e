import DICOM

/// The Huffman codes and quantisation tables that are in force between two markers.
struct DCTTables {
    private(set) var dc: [JPEGHuffmanCode?] = [nil, nil, nil, nil]
    private(set) var ac: [JPEGHuffmanCode?] = [nil, nil, nil, nil]
    /// 64 divisors each, in zigzag order.
    private(set) var quantization: [[UInt16]?] = [nil, nil, nil, nil]
    /// In MCUs; 0 for none.
    private(set) var restartInterval = 0

    /// Takes DHT, DQT and DRI segments; others are none of its business.
    mutating func read(_ marker: UInt8, _ payload: UnsafeRawBufferPointer) throws(DICOMError) {
        switch marker {
        case 0xC4:
            for table in try JPEGHuffmanCode.definitions(payload) {
                if table.kind == 0 { dc[table.slot] = table.code } else { ac[table.slot] = table.code }
            }
        case 0xDB: try readQuantization(payload)
        case 0xDD where payload.count >= 2: restartInterval = Int(payload[0]) << 8 | Int(payload[1])
        default: break
        }
    }

    /// 8 or 16 bits a divisor, several tables in one segment (T.81 B.2.4.1).
    private mutating func readQuantization(_ payload: UnsafeRawBufferPointer) throws(DICOMError) {
        var at = 0
        while at < payload.count {
            let (isWide, slot) = (payload[at] >> 4 == 1, Int(payload[at] & 15))
            let size = isWide ? 128 : 64
            guard payload[at] >> 4 < 2, slot < 4, at + 1 + size <= payload.count else {
                throw DICOMError(.damagedPixels, "short or impossible quantisation table")
            }
            quantization[slot] = (0..<64).map { k in
                isWide ? UInt16(payload[at + 1 + 2 * k]) << 8 | UInt16(payload[at + 2 + 2 * k]) : UInt16(payload[at + 1 + k])
            }
            at += 1 + size
        }
    }
}
