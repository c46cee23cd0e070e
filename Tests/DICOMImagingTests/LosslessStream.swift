/// Writes JPEG Lossless streams (T.81 Annex H): first-order prediction, samples interleaved.
struct LosslessStream {
    var width: Int
    var height: Int
    var components = 1
    var precision: Int
    /// Row by row, components interleaved; only the lowest `precision` bits count.
    var values: [Int]
    /// 0xFF bytes before the start of image.
    var fill = 0

    var bytes: [UInt8] {
        var head = [UInt8](repeating: 0xFF, count: fill) + [0xFF, 0xD8]
        // Seventeen categories, each with a code of five bits that is its number.
        head += JPEGStream.segment(0xC4, [0] + [0, 0, 0, 0, 17] + [UInt8](repeating: 0, count: 11) + (0...16).map { UInt8($0) })
        var frame: [UInt8] = [UInt8(precision), UInt8(height >> 8), UInt8(height & 255), UInt8(width >> 8), UInt8(width & 255), UInt8(components)]
        var scan: [UInt8] = [UInt8(components)]
        for component in 1...components {
            frame += [UInt8(component), 0x11, 0]
            scan += [UInt8(component), 0]
        }
        head += JPEGStream.segment(0xC3, frame) + JPEGStream.segment(0xDA, scan + [1, 0, 0])
        return head + data + [0xFF, 0xD9]
    }

    private var data: [UInt8] {
        var bits: [UInt8] = []
        func put(_ value: Int, _ count: Int) { for bit in stride(from: count - 1, through: 0, by: -1) { bits.append(UInt8(value >> bit & 1)) } }
        let mask = 1 << precision - 1
        for index in 0..<width * height * components {
            let (pixel, component) = (index / components, index % components)
            let (x, y) = (pixel % width, pixel / width)
            let prediction =
                x > 0 ? values[index - components] & mask : y > 0 ? values[(pixel - width) * components + component] & mask : 1 << (precision - 1)
            // Differences are modulo 65,536 (H.1.2.1).
            var difference = (values[index] & mask) - prediction
            if difference > 32_768 { difference -= 65_536 }
            if difference < -32_767 { difference += 65_536 }
            let category = Int.bitWidth - difference.magnitude.leadingZeroBitCount
            put(category, 5)
            if category < 16 { put(difference < 0 ? difference + (1 << category) - 1 : difference, category) }
        }
        while bits.count % 8 != 0 { bits.append(1) }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: bits.count, by: 8) {
            let byte = bits[start..<start + 8].reduce(0) { $0 << 1 | $1 }
            bytes.append(byte)
            if byte == 0xFF { bytes.append(0) }
        }
        return bytes
    }
}
