import DICOM

/// The grayscale chain: modality, VOI, inversion, padding; as one table over the raw values where they have 16 bits or less.
struct GrayRenderer {
    private let dataSet: DataSet
    private let layout: FrameLayout
    private let buffer: PixelBuffer
    private let bits: StoredBits
    private let modality: ModalityTransform
    private let padding: Padding?
    private let isInverted: Bool
    private let frame: Int
    private let settings: PictureSettings

    init(_ file: Part10File, _ layout: FrameLayout, _ buffer: PixelBuffer, frame: Int, settings: PictureSettings) {
        dataSet = file.dataSet
        self.layout = layout
        self.buffer = buffer
        self.frame = frame
        self.settings = settings
        bits = StoredBits(layout, shift: buffer.shift)
        modality = ModalityTransform(file.dataSet, frame: frame, isSigned: layout.isSigned)
        padding = layout.isFloat ? nil : Padding(file.dataSet, bits)
        switch file.dataSet.string(.presentationLUTShape) {
        case "INVERSE": isInverted = true
        case "IDENTITY": isInverted = false
        default: isInverted = layout.photometric == .monochrome1
        }
    }

    func draw(into pixels: UnsafeMutableRawBufferPointer) throws(DICOMError) {
        let mapping = mapping()
        switch buffer.container {
        case .uint8: draw8(table(mapping, count: 256), into: pixels)
        case .uint16: draw16(table(mapping, count: 65_536), into: pixels)
        case .uint32, .float32, .float64: drawValues(mapping, into: pixels)
        }
    }

    func explanation() -> String {
        var text = ""
        switch modality {
        case .linear(let slope, let intercept): text += "modality: slope \(slope), intercept \(intercept)\n"
        case .lut(let table): text += "modality: LUT of \(table.entries.count) entries, \(table.bits) bits\n"
        }
        switch mapping() {
        case .window(let window): text += "VOI: window \(window.center)/\(window.width) \(window.function.rawValue)\n"
        case .lut(let table): text += "VOI: LUT of \(table.entries.count) entries, \(table.bits) bits\n"
        case .range(let low, let high): text += "VOI: auto, from \(low) to \(high)\n"
        }
        if isInverted { text += "inverted\n" }
        if let padding { text += "padding: \(padding.range.lowerBound) to \(padding.range.upperBound)\n" }
        return text
    }

    // MARK: which mapping

    private func mapping() -> GrayMapping {
        switch settings.window {
        case .values(let center, let width): return .window(.init(center: center, width: width))
        case .auto: return automatic()
        case .fileOrAuto, .file, .hounsfield: break
        }
        switch VOIChoice.choice(for: dataSet, frame: frame) {
        case .window(let window): return .window(window)
        case .lut: return voiLUT() ?? automatic()
        case .auto, .none: return automatic()
        }
    }

    private func voiLUT() -> GrayMapping? {
        guard let item = VOIChoice.lutItem(in: dataSet, frame: frame) else { return nil }
        let isSigned = modality.canBeNegative(bits)
        do throws(DICOMError) {
            return .lut(try LookupTable(descriptor: item.element(.lutDescriptor), data: item.element(.lutData), isSigned: isSigned))
        } catch {
            return nil
        }
    }

    private func automatic() -> GrayMapping {
        let rule = AutoWindow(dataSet, frame: frame)
        if let fixed = rule.fixed(layout, modality) { return fixed }
        switch buffer.container {
        case .uint8, .uint16: return rule.range(histogram())
        case .uint32, .float32, .float64:
            var values = modalityValues().filter(\.isFinite)
            values.sort()
            return rule.range(values.map { (value: $0, count: 1) })
        }
    }

    /// Modality values that occur, ascending, padding left out.
    private func histogram() -> [(value: Double, count: Int)] {
        let size = buffer.container == .uint8 ? 256 : 65_536
        let counts = Histogram.counts(buffer.bytes, samples: layout.pixelCount, values: size)
        var merged: [Int: Int] = [:]
        for raw in 0..<size where counts[raw] > 0 { merged[bits.value(UInt32(raw)), default: 0] += Int(counts[raw]) }
        var values: [(value: Double, count: Int)] = []
        for (stored, count) in merged where padding?.range.contains(stored) != true {
            values.append((modality.value(Double(stored)), count))
        }
        return values.sorted { $0.value < $1.value }
    }

    // MARK: tables

    /// The byte for each raw value that a container can hold. Bits above the stored ones repeat the table (rule G1).
    private func table(_ mapping: GrayMapping, count: Int) -> [UInt8] {
        let fields = min(1 << bits.bits, count)
        let small = fieldTable(mapping, count: fields)
        if bits.shift == 0, fields == count { return small }
        return [UInt8](unsafeUninitializedCapacity: count) { output, filled in
            for raw in 0..<count { output.initializeElement(at: raw, to: small[raw >> bits.shift & (fields - 1)]) }
            filled = count
        }
    }

    /// The byte for each pattern of the stored bits.
    private func fieldTable(_ mapping: GrayMapping, count: Int) -> [UInt8] {
        let flip: UInt8 = isInverted ? 255 : 0
        var bytes = [UInt8](repeating: 0, count: count)
        let field = StoredBits(layout, shift: 0)
        if case .linear(let slope, let intercept) = modality, case .window(let window) = mapping, window.function != .sigmoid {
            for raw in 0..<count {
                let level = 255 * GrayMapping.level(slope * Double(field.value(UInt32(raw))) + intercept, window) + 0.5
                bytes[raw] = UInt8(min(max(level, 0), 255)) ^ flip
            }
        } else {
            for raw in 0..<count { bytes[raw] = mapping.byte(modality.value(Double(field.value(UInt32(raw))))) ^ flip }
        }
        if let padding {
            for stored in padding.range {
                let raw = stored & (count - 1)
                bytes[raw] = 0
            }
        }
        return bytes
    }

    private func draw8(_ table: [UInt8], into pixels: UnsafeMutableRawBufferPointer) {
        table.withUnsafeBufferPointer { table in
            buffer.bytes.withUnsafeBufferPointer { raw in
                guard let source = raw.baseAddress, let target = pixels.baseAddress, let table = table.baseAddress else { return }
                let output = target.assumingMemoryBound(to: UInt8.self)
                for index in 0..<pixels.count { output[index] = table[Int(source[index])] }
            }
        }
    }

    private func draw16(_ table: [UInt8], into pixels: UnsafeMutableRawBufferPointer) {
        table.withUnsafeBufferPointer { table in
            buffer.bytes.withUnsafeBytes { raw in
                guard let source = raw.baseAddress, let target = pixels.baseAddress, let table = table.baseAddress else { return }
                let output = target.assumingMemoryBound(to: UInt8.self)
                for index in 0..<pixels.count {
                    output[index] = table[Int(source.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self))]
                }
            }
        }
    }

    // MARK: values without a table

    /// 32-bit and floating-point pixels, one by one. NaN and infinities are drawn 0 (rule G5).
    private func drawValues(_ mapping: GrayMapping, into pixels: UnsafeMutableRawBufferPointer) {
        let flip: UInt8 = isInverted ? 255 : 0
        let reader = SampleReader(buffer, layout)
        for (index, value) in modalityValues().enumerated() where index < pixels.count {
            let isPadding = padding.map { $0.range.contains(reader.value(index, 0)) } ?? false
            pixels[index] = value.isFinite && !isPadding ? mapping.byte(value) ^ flip : 0
        }
    }

    private func modalityValues() -> [Double] {
        let reader = SampleReader(buffer, layout)
        return (0..<layout.pixelCount).map { index in
            switch buffer.container {
            case .float32: modality.value(Double(float(index, as: UInt32.self, Float.init(bitPattern:))))
            case .float64: modality.value(float(index, as: UInt64.self, Double.init(bitPattern:)))
            default: modality.value(Double(reader.value(index, 0)))
            }
        }
    }

    private func float<Bits, Value>(_ index: Int, as type: Bits.Type, _ make: (Bits) -> Value) -> Value where Bits: BitwiseCopyable {
        buffer.bytes.withUnsafeBytes { make($0.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)) }
    }
}

/// How often each raw value occurs.
enum Histogram {
    static func counts(_ bytes: [UInt8], samples: Int, values: Int) -> [UInt32] {
        var counts = [UInt32](repeating: 0, count: values)
        counts.withUnsafeMutableBufferPointer { counts in
            bytes.withUnsafeBytes { raw in
                if values == 256 {
                    for index in 0..<min(samples, raw.count) { counts[Int(raw[index])] &+= 1 }
                } else {
                    for index in 0..<min(samples, raw.count / 2) {
                        counts[Int(raw.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self))] &+= 1
                    }
                }
            }
        }
        return counts
    }
}
