import DICOM

/// Huffman coded DCT streams that libjpeg-turbo does not take: 12 bits, sequential and progressive, and 8 bits with sampling factors
/// that do not divide each other. 1 to 4 components, interleaved or not, restart intervals.
struct JPEGDCTDecoder {
    private static let scanLimit = 200

    private let frame: DCTFrame
    private var tables = DCTTables()
    private var isTruncated = false
    /// Coefficients and flags of every block; progressive streams only.
    private var coefficients: [Int16] = []
    private var isKnown: [Bool] = []
    /// Divisors of each component, taken where its first scan begins.
    private var divisors: [[UInt16]?]
    private var scanCount = 0
    private var decodedMCUs = 0

    static func decode(_ stream: [UInt8], _ header: JPEGHeader, _ layout: FrameLayout) throws(DICOMError) -> PixelBuffer {
        try header.check(against: layout)
        let count = header.width * header.height * header.components.count
        guard count / 16 <= stream.count * JPEG.largestRatio else { throw DICOMError(.damagedPixels, "JPEG stream far shorter than its frame") }
        let frame = try DCTFrame(header)
        var decoder = JPEGDCTDecoder(frame: frame)
        var planes = [UInt16](repeating: 0, count: frame.sampleCount)
        var failure: DICOMError?
        planes.withUnsafeMutableBufferPointer { planes in
            stream.withUnsafeBytes { input in
                guard let planes = planes.baseAddress else { return }
                do throws(DICOMError) { try decoder.decode(input, into: planes) } catch { failure = error }
            }
        }
        if let failure { throw failure }
        let coding: ColorCoding = layout.samples == 3 ? header.colorCoding(layout.photometric) : .declared
        return PixelBuffer(
            bytes: interleaved(planes, frame), container: .uint16, coding: coding, codedBits: header.precision, isLossy: true,
            isTruncated: decoder.isTruncated)
    }

    private static func interleaved(_ planes: [UInt16], _ frame: DCTFrame) -> [UInt8] {
        let count = frame.width * frame.height * frame.components.count
        var bytes = [UInt8](repeating: 0, count: count * 2)
        bytes.withUnsafeMutableBytes { bytes in
            planes.withUnsafeBufferPointer { planes in
                guard let source = planes.baseAddress, let target = bytes.bindMemory(to: UInt16.self).baseAddress else { return }
                if frame.components.count == 1 {
                    target.update(from: source, count: count)
                } else {
                    DCTUpsampling(frame, from: source, into: target).run()
                }
            }
        }
        return bytes
    }

    private init(frame: DCTFrame) {
        self.frame = frame
        divisors = [[UInt16]?](repeating: nil, count: frame.components.count)
        if frame.isProgressive {
            coefficients = [Int16](repeating: 0, count: frame.blockCount * 64)
            isKnown = [Bool](repeating: false, count: frame.blockCount)
        }
    }

    private mutating func decode(_ stream: UnsafeRawBufferPointer, into planes: UnsafeMutablePointer<UInt16>) throws(DICOMError) {
        var scratch = [UInt16](repeating: 0, count: 64)
        var failure: DICOMError?
        scratch.withUnsafeMutableBufferPointer { scratch in
            guard let scratch = scratch.baseAddress else { return }
            let writer = DCTBlockWriter(frame, samples: planes, scratch: scratch)
            do throws(DICOMError) {
                try scans(stream, writer)
                if frame.isProgressive { finish(writer) }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        guard scanCount > 0 else { throw DICOMError(.damagedPixels, "JPEG without a scan") }
        guard decodedMCUs > 0 else { throw DICOMError(.damagedPixels, "JPEG scan without data") }
    }

    /// All scans up to the end of the image; a sequential stream ends with the last component.
    private mutating func scans(_ stream: UnsafeRawBufferPointer, _ writer: DCTBlockWriter) throws(DICOMError) {
        var rest = stream
        while frame.isProgressive || divisors.contains(where: { $0 == nil }) {
            var segments = JPEGSegments(rest)
            var scanned: Int?
            while scanned == nil, let segment = segments.next() {
                let payload = UnsafeRawBufferPointer(rebasing: rest[segment.payload])
                switch segment.marker {
                case 0xDA: scanned = try scan(payload, rest, from: segment.payload.upperBound, writer)
                case 0xD9:
                    if divisors.contains(where: { $0 == nil }) { isTruncated = true }
                    return
                default: try tables.read(segment.marker, payload)
                }
            }
            guard let scanned, scanCount < Self.scanLimit else {
                isTruncated = true
                return
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[scanned...])
        }
    }

    /// One scan; returns where the next marker stands.
    private mutating func scan(
        _ payload: UnsafeRawBufferPointer, _ stream: UnsafeRawBufferPointer, from start: Int, _ writer: DCTBlockWriter
    ) throws(DICOMError) -> Int {
        let scan = try DCTScan(payload, frame, tables)
        scanCount += 1
        for part in scan.parts where divisors[part.component] == nil { divisors[part.component] = part.quantization }
        let data = JPEGScanData(stream, from: start, slack: DCTScan.slack)
        let (done, expected) = frame.isProgressive ? progressive(scan, data) : sequential(scan, data, writer)
        decodedMCUs += done
        if done < expected { isTruncated = true }
        return data.end
    }

    private func sequential(_ scan: DCTScan, _ data: JPEGScanData, _ writer: DCTBlockWriter) -> (done: Int, expected: Int) {
        let pass = DCTSequentialPass(scan, frame)
        return (pass?.run(data, writer) ?? 0, DCTBlockOrder(scan, frame).mcuCount)
    }

    private mutating func progressive(_ scan: DCTScan, _ data: JPEGScanData) -> (done: Int, expected: Int) {
        let pass = DCTProgressivePass(scan, frame)
        var done = 0
        coefficients.withUnsafeMutableBufferPointer { coefficients in
            isKnown.withUnsafeMutableBufferPointer { isKnown in
                guard let coefficients = coefficients.baseAddress, let isKnown = isKnown.baseAddress else { return }
                done = pass.run(data, coefficients, isKnown: isKnown)
            }
        }
        return (done, pass.mcuCount)
    }

    /// Transforms what the scans of a progressive stream have gathered; blocks that none began stay 0.
    private func finish(_ writer: DCTBlockWriter) {
        var block = [Int32](repeating: 0, count: 64)
        let natural = DCTZigzag.natural
        for (index, component) in frame.components.enumerated() {
            guard let divisors = divisors[index] else { continue }
            let plane = writer.plane(index)
            for number in 0..<component.paddedBlocks where isKnown[frame.firstBlock[index] + number] {
                let first = (frame.firstBlock[index] + number) * 64
                for k in 0..<64 { block[natural[k]] = Int32(coefficients[first + k]) &* Int32(divisors[k]) }
                block.withUnsafeMutableBufferPointer { block in
                    guard let block = block.baseAddress else { return }
                    writer.write(
                        block, isFlat: false, plane, column: number % component.paddedBlocksWide, row: number / component.paddedBlocksWide)
                }
            }
        }
    }
}
