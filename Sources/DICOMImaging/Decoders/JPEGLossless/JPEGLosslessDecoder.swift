import DICOM

/// JPEG Lossless, process 14 with any predictor (T.81 Annex H): 2 to 16 bits, 1 to 4 components, interleaved or not, point
/// transform, restart intervals.
struct JPEGLosslessDecoder {
    /// A sample takes one bit at least: what a stream can hold at most (rule P3).
    static let largestRatio = 8

    private let header: JPEGHeader
    private var tables: [LosslessHuffmanTable?] = [nil, nil, nil, nil]
    private var restartInterval = 0
    private var isTruncated = false

    static func decode(_ stream: [UInt8], _ header: JPEGHeader, _ layout: FrameLayout) throws(DICOMError) -> PixelBuffer {
        try header.check(against: layout)
        guard (2...16).contains(header.precision) else { throw DICOMError(.damagedPixels, "JPEG precision \(header.precision)") }
        guard Set(header.components.map { $0.horizontal << 4 | $0.vertical }).count == 1 else {
            throw DICOMError(.unsupported, "JPEG Lossless with subsampled components")
        }
        let count = header.width * header.height * header.components.count
        guard count / 16 <= stream.count * largestRatio else {
            throw DICOMError(.damagedPixels, "JPEG stream far shorter than its frame")
        }
        var decoder = JPEGLosslessDecoder(header: header)
        var bytes = [UInt8](repeating: 0, count: count * 2)
        var failure: DICOMError?
        bytes.withUnsafeMutableBytes { output in
            stream.withUnsafeBytes { input in
                do throws(DICOMError) {
                    try decoder.decode(input, into: output.bindMemory(to: UInt16.self))
                } catch {
                    failure = error
                }
            }
        }
        if let failure { throw failure }
        return PixelBuffer(
            bytes: bytes, container: .uint16, codedBits: header.precision, holdsCells: true, isTruncated: decoder.isTruncated)
    }

    private init(header: JPEGHeader) { self.header = header }

    private mutating func decode(_ stream: UnsafeRawBufferPointer, into samples: UnsafeMutableBufferPointer<UInt16>) throws(DICOMError) {
        var rest = stream
        var pending = Set(header.components.indices)
        while !pending.isEmpty {
            var segments = JPEGSegments(rest)
            var scanned: Int?
            while scanned == nil, let segment = segments.next() {
                let payload = UnsafeRawBufferPointer(rebasing: rest[segment.payload])
                switch segment.marker {
                case 0xC4: try readTables(payload)
                case 0xDD where payload.count >= 2: restartInterval = Int(payload[0]) << 8 | Int(payload[1])
                case 0xDA:
                    let scan = try readScan(payload)
                    scanned = try decode(scan, rest, from: segment.payload.upperBound, into: samples)
                    pending.subtract(scan.components.map(\.index))
                case 0xD9: throw DICOMError(.damagedPixels, "JPEG ends before all its components")
                default: continue
                }
            }
            guard let scanned else {
                if pending.count == header.components.count { throw DICOMError(.damagedPixels, "JPEG without a scan") }
                isTruncated = true
                return
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[scanned...])
        }
    }

    /// One scan; returns where the next marker stands.
    private mutating func decode(
        _ scan: LosslessScan, _ stream: UnsafeRawBufferPointer, from start: Int, into samples: UnsafeMutableBufferPointer<UInt16>
    ) throws(DICOMError) -> Int {
        guard let target = samples.baseAddress else { return stream.count }
        let data = JPEGScanData(
            stream, from: start, slack: LosslessScan.slack(columns: header.width, components: scan.components.count))
        let plane = LosslessPlane(samples: target, columns: header.width, rows: header.height, stride: header.components.count)
        let filled = try scan.decode(data, tables: tables.map { $0 ?? .empty }, into: plane)
        guard filled > 0 else { throw DICOMError(.damagedPixels, "JPEG scan without data") }
        if filled < header.height { isTruncated = true }
        if scan.pointTransform > 0 { shift(scan, plane) }
        return data.end
    }

    /// The point transform is undone after prediction (T.81 A.4).
    private func shift(_ scan: LosslessScan, _ plane: LosslessPlane) {
        let amount = UInt16(scan.pointTransform)
        for component in scan.components {
            for i in stride(from: component.index, to: plane.rows * plane.columns * plane.stride, by: plane.stride) {
                plane.samples[i] &<<= amount
            }
        }
    }

    /// Tables of AC coefficients belong to DCT scans.
    private mutating func readTables(_ payload: UnsafeRawBufferPointer) throws(DICOMError) {
        for table in try JPEGHuffmanCode.definitions(payload) where table.kind == 0 {
            tables[table.slot] = try LosslessHuffmanTable(table.code)
        }
    }

    /// SOS (T.81 B.2.3).
    private func readScan(_ payload: UnsafeRawBufferPointer) throws(DICOMError) -> LosslessScan {
        guard let count = payload.first.map(Int.init), (1...4).contains(count), payload.count >= 4 + 2 * count else {
            throw DICOMError(.damagedPixels, "short JPEG scan header")
        }
        var components: [(index: Int, table: Int)] = []
        for i in 0..<count {
            let (id, table) = (payload[1 + 2 * i], Int(payload[2 + 2 * i] >> 4))
            // Equal ids have been seen: the first one that this scan does not have yet.
            let index = header.components.indices.first { c in
                header.components[c].id == id && !components.contains { $0.index == c }
            }
            guard let index, table < 4, tables[table] != nil else { throw DICOMError(.damagedPixels, "JPEG scan of an unknown component or table") }
            components.append((index, table))
        }
        let pointTransform = Int(payload[3 + 2 * count] & 15)
        guard pointTransform < header.precision else { throw DICOMError(.damagedPixels, "JPEG point transform \(pointTransform)") }
        return LosslessScan(
            components: components, predictor: Int(payload[1 + 2 * count]), pointTransform: pointTransform,
            restartInterval: restartInterval, precision: header.precision)
    }
}
