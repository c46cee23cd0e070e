import DICOM

/// One scan of a JPEG Lossless stream: which components, how predicted (T.81 H.1).
struct LosslessScan {
    /// Index in the frame and Huffman table of each component of the scan.
    var components: [(index: Int, table: Int)]
    /// 1...7 (table H.1).
    var predictor: Int
    var pointTransform: Int
    /// In MCUs; 0 for none. A whole number of rows (H.1.1).
    var restartInterval: Int
    var precision: Int
}

/// Where the samples of a scan go: interleaved samples of the whole frame.
struct LosslessPlane {
    let samples: UnsafeMutablePointer<UInt16>
    let columns: Int
    let rows: Int
    /// Samples per pixel in `samples`.
    let stride: Int
}

extension LosslessScan {
    /// Decodes rows until the data end. Returns how many rows were filled.
    func decode(_ data: JPEGScanData, tables: [LosslessHuffmanTable], into plane: LosslessPlane) throws(DICOMError) -> Int {
        switch predictor {
        case 1: try run(LosslessPredictors.Left.self, data, tables, plane)
        case 2: try run(LosslessPredictors.Above.self, data, tables, plane)
        case 3: try run(LosslessPredictors.AboveLeft.self, data, tables, plane)
        case 4: try run(LosslessPredictors.Plane.self, data, tables, plane)
        case 5: try run(LosslessPredictors.HalfVertical.self, data, tables, plane)
        case 6: try run(LosslessPredictors.HalfHorizontal.self, data, tables, plane)
        case 7: try run(LosslessPredictors.Mean.self, data, tables, plane)
        default: throw DICOMError(.damagedPixels, "JPEG predictor \(predictor)")
        }
    }

    /// Zero bytes that must follow the data so that one row read past the end stays inside: 32 bits a sample and the look-ahead.
    static func slack(columns: Int, components: Int) -> Int { 4 * columns * components + 16 }

    private func run<P: LosslessPredictor>(
        _: P.Type, _ data: JPEGScanData, _ tables: [LosslessHuffmanTable], _ plane: LosslessPlane
    ) throws(DICOMError) -> Int {
        let rowsPerInterval = restartInterval == 0 ? plane.rows : restartInterval / plane.columns
        guard restartInterval % plane.columns == 0, rowsPerInterval > 0 else {
            throw DICOMError(.unsupported, "JPEG Lossless with restarts inside a row")
        }
        let columnsOfTables = components.map { component in tables[component.table].fast }
        var isDamaged = false
        var filled = 0
        data.bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            for (number, start) in data.intervals.enumerated() {
                let rows = number * rowsPerInterval..<min(plane.rows, (number + 1) * rowsPerInterval)
                guard rows.lowerBound < rows.upperBound else { break }
                let end = number + 1 < data.intervals.count ? data.intervals[number + 1] : data.count
                var reader = LosslessBitReader(base, from: start)
                filled += interval(P.self, &reader, end: end, rows, columnsOfTables, tables, plane)
                if reader.isDamaged { isDamaged = true }
                if filled < rows.upperBound { break }
            }
        }
        if isDamaged { throw DICOMError(.damagedPixels, "invalid Huffman code in JPEG Lossless data") }
        return filled
    }

    /// Rows of one restart interval; the first is predicted from the left only.
    private func interval<P: LosslessPredictor>(
        _: P.Type, _ reader: inout LosslessBitReader, end: Int, _ rows: Range<Int>, _ fast: [[UInt32]], _ tables: [LosslessHuffmanTable],
        _ plane: LosslessPlane
    ) -> Int {
        var filled = 0
        for row in rows {
            let isFirst = row == rows.lowerBound
            if components.count == 1, plane.stride == 1 {
                single(P.self, &reader, row, isFirst: isFirst, fast[0], tables, plane)
            } else {
                interleaved(P.self, &reader, row, isFirst: isFirst, fast, tables, plane)
            }
            if reader.isDamaged || reader.consumed > end { break }
            filled += 1
        }
        return filled
    }
}
