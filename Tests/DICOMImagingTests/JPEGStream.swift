import DICOM
import DICOMImaging
import TestSupport

/// Writes Huffman coded DCT streams in memory: any precision, sampling and order of scans, from given coefficients.
struct JPEGStream {
    struct Component {
        var id: UInt8
        var horizontal = 1
        var vertical = 1
    }

    /// One scan: components by index, spectral band and bit positions as they stand in its header.
    struct Scan {
        var components: [Int]
        var start = 0
        var end = 63
        var previousBit = 0
        var bit = 0
    }

    var precision = 12
    var process: UInt8 = 0xC1
    var width: Int
    var height: Int
    var components = [Component(id: 1)]
    var quantization = [Int](repeating: 1, count: 64)
    var restartInterval = 0
    /// Codes of 16 bits instead of short ones.
    var usesLongCodes = false
    /// Segments in front of the frame header.
    var preface: [UInt8] = []
    /// Coefficients in zigzag order of a component's block (column, row).
    var coefficients: (_ component: Int, _ column: Int, _ row: Int) -> [Int] = { _, _, _ in [Int](repeating: 0, count: 64) }

    private var isProgressive: Bool { process == 0xC2 }
    private var widest: Int { components.map(\.horizontal).max() ?? 1 }
    private var highest: Int { components.map(\.vertical).max() ?? 1 }

    static func segment(_ marker: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let length = payload.count + 2
        return [0xFF, marker, UInt8(length >> 8), UInt8(length & 255)] + payload
    }

    func bytes(_ scans: [Scan]? = nil) -> [UInt8] {
        let frame: [UInt8] =
            [UInt8(precision), UInt8(height >> 8), UInt8(height & 255), UInt8(width >> 8), UInt8(width & 255), UInt8(components.count)]
            + components.flatMap { [$0.id, UInt8($0.horizontal << 4 | $0.vertical), 0] }
        var out: [UInt8] = [0xFF, 0xD8] + preface + Self.segment(0xDB, [0x10] + quantization.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] })
        out += Self.segment(process, frame)
        out += Self.segment(0xC4, [0x00] + counts(symbols: 16) + (0..<16)) + Self.segment(0xC4, [0x10] + counts(symbols: 255) + (0..<255))
        if restartInterval > 0 { out += Self.segment(0xDD, [UInt8(restartInterval >> 8), UInt8(restartInterval & 255)]) }
        for scan in scans ?? [Scan(components: Array(components.indices))] {
            out += Self.segment(
                0xDA,
                [UInt8(scan.components.count)] + scan.components.flatMap { [components[$0].id, 0] }
                    + [UInt8(scan.start), UInt8(scan.end), UInt8(scan.previousBit << 4 | scan.bit)])
            out += data(scan)
        }
        return out + [0xFF, 0xD9]
    }

    /// 16 symbols take 5 bits; 255 take 8 and 9 bits; or all take 16.
    private func counts(symbols: Int) -> [UInt8] {
        var counts = [UInt8](repeating: 0, count: 16)
        if usesLongCodes {
            counts[15] = UInt8(symbols)
        } else if symbols == 16 {
            counts[4] = 16
        } else {
            (counts[7], counts[8]) = (128, UInt8(symbols - 128))
        }
        return counts
    }

    private func code(_ symbol: Int, isDC: Bool) -> (bits: Int, count: Int) {
        if usesLongCodes { return (symbol, 16) }
        if isDC { return (symbol, 5) }
        return symbol < 128 ? (symbol, 8) : (256 + symbol - 128, 9)
    }

    private func data(_ scan: Scan) -> [UInt8] {
        var out = BitWriter()
        var predictions = [Int](repeating: 0, count: components.count)
        for (mcu, blocks) in order(scan).enumerated() {
            if restartInterval > 0, mcu > 0, mcu % restartInterval == 0 {
                out.marker(0xD0 + UInt8((mcu / restartInterval - 1) % 8))
                predictions = predictions.map { _ in 0 }
            }
            for block in blocks {
                let values = coefficients(block.component, block.column, block.row)
                if scan.start == 0 { put(dc: values[0], scan, &predictions[block.component], &out) }
                if scan.end > 0 || !isProgressive { put(ac: values, max(1, scan.start)...(isProgressive ? scan.end : 63), scan, &out) }
            }
        }
        out.flush()
        return out.bytes
    }

    private func order(_ scan: Scan) -> [[(component: Int, column: Int, row: Int)]] {
        if scan.components.count == 1 {
            let (index, component) = (scan.components[0], components[scan.components[0]])
            let isSingle = components.count == 1
            let wide = ((isSingle ? width : (width * component.horizontal + widest - 1) / widest) + 7) / 8
            let high = ((isSingle ? height : (height * component.vertical + highest - 1) / highest) + 7) / 8
            return (0..<wide * high).map { [(index, $0 % wide, $0 / wide)] }
        }
        let wide = (width + 8 * widest - 1) / (8 * widest)
        let high = (height + 8 * highest - 1) / (8 * highest)
        return (0..<wide * high).map { mcu in
            scan.components.flatMap { index in
                let (h, v) = (components[index].horizontal, components[index].vertical)
                return (0..<h * v).map { (index, mcu % wide * h + $0 % h, mcu / wide * v + $0 / h) }
            }
        }
    }

    private func put(dc value: Int, _ scan: Scan, _ prediction: inout Int, _ out: inout BitWriter) {
        if scan.previousBit > 0 { return out.put(value >> scan.bit & 1, 1) }
        let shifted = value >> scan.bit
        let difference = shifted - prediction
        prediction = shifted
        let size = Self.size(difference)
        let code = code(size, isDC: true)
        out.put(code.bits, code.count)
        out.put(difference < 0 ? difference - 1 : difference, size)
    }

    private func put(ac values: [Int], _ band: ClosedRange<Int>, _ scan: Scan, _ out: inout BitWriter) {
        var zeros = 0
        for k in band {
            let value = values[k].magnitude >> scan.bit == 0 ? 0 : Int(values[k].magnitude >> scan.bit) * values[k].signum()
            if value == 0 {
                zeros += 1
                continue
            }
            while zeros > 15 {
                let code = code(0xF0, isDC: false)
                out.put(code.bits, code.count)
                zeros -= 16
            }
            let size = Self.size(value)
            let code = code(zeros << 4 | size, isDC: false)
            out.put(code.bits, code.count)
            out.put(value < 0 ? value - 1 : value, size)
            zeros = 0
        }
        if zeros > 0 {
            let code = code(0, isDC: false)
            out.put(code.bits, code.count)
        }
    }

    private static func size(_ value: Int) -> Int { Int.bitWidth - value.magnitude.leadingZeroBitCount }

    /// Entropy-coded bits with stuffing.
    private struct BitWriter {
        private(set) var bytes: [UInt8] = []
        private var pending = 0
        private var count = 0

        mutating func put(_ bits: Int, _ length: Int) {
            for i in stride(from: length - 1, through: 0, by: -1) {
                pending = pending << 1 | bits >> i & 1
                count += 1
                guard count == 8 else { continue }
                bytes.append(UInt8(pending))
                if pending == 0xFF { bytes.append(0) }
                (pending, count) = (0, 0)
            }
        }

        mutating func flush() { if count > 0 { put(-1, 8 - count) } }

        mutating func marker(_ code: UInt8) {
            flush()
            bytes += [0xFF, code]
        }
    }
}

extension JPEGStream {
    /// A file whose only frame is this stream.
    static func file(
        _ stream: [UInt8], width: Int, height: Int, samples: Int = 1, bitsStored: Int = 12, photometric: String? = nil
    ) throws -> Part10File {
        try Part10File.open(
            MemoryProvider(bytes(stream, width: width, height: height, samples: samples, bitsStored: bitsStored, photometric: photometric)))
    }

    static func bytes(
        _ stream: [UInt8], width: Int, height: Int, samples: Int = 1, bitsStored: Int = 12, photometric: String? = nil
    ) -> [UInt8] {
        var writer = DICOMWriter()
        writer.identity()
        writer.element(.samplesPerPixel, us: UInt16(samples))
        writer.element(.photometricInterpretation, .CS, photometric ?? (samples == 1 ? "MONOCHROME2" : "YBR_FULL"))
        if samples > 1 { writer.element(.planarConfiguration, us: 0) }
        writer.element(.rows, us: UInt16(height))
        writer.element(.columns, us: UInt16(width))
        writer.element(.bitsAllocated, us: bitsStored > 8 ? 16 : 8)
        writer.element(.bitsStored, us: UInt16(bitsStored))
        writer.element(.highBit, us: UInt16(bitsStored - 1))
        writer.element(.pixelRepresentation, us: 0)
        writer.fragments([stream.count % 2 == 0 ? stream : stream + [0]])
        return writer.part10("1.2.840.10008.1.2.4.51")
    }

    /// The stored values of this picture's file.
    func values(_ scans: [Scan]? = nil, bitsStored: Int = 12) throws -> [Int] {
        try Self.values(bytes(scans), width: width, height: height, samples: components.count, bitsStored: bitsStored)
    }

    static func values(_ stream: [UInt8], width: Int, height: Int, samples: Int = 1, bitsStored: Int = 12) throws -> [Int] {
        let bytes = try StoredFrame.canonical(file(stream, width: width, height: height, samples: samples, bitsStored: bitsStored), frame: 0)
        guard bitsStored > 8 else { return bytes.map(Int.init) }
        return stride(from: 0, to: bytes.count, by: 2).map { Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8 }
    }
}
