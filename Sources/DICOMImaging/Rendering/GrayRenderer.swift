import DICOM

/// The grayscale chain: modality, VOI, inversion, padding; as one table over the stored values where they have 16 bits or less.
struct GrayRenderer {
    private let dataSet: DataSet
    private let layout: FrameLayout
    private let buffer: PixelBuffer
    private let bits: StoredBits
    private let modality: ModalityTransform
    private let padding: Padding?
    /// What is drawn black. Lossy coding spreads padding over neighbouring values: the few that still hit it by chance mark nothing
    /// (rule G24).
    private let drawnPadding: Padding?
    private let isInverted: Bool
    private let frame: Int
    private let settings: PictureSettings
    private let sample: FrameSample?

    /// - Parameter sample: the frames that an automatic window is made of; nil for this one alone.
    init(
        _ file: Part10File, _ layout: FrameLayout, _ buffer: PixelBuffer, frame: Int, settings: PictureSettings, sample: FrameSample? = nil
    ) {
        self.sample = sample
        dataSet = file.dataSet
        self.layout = layout
        self.buffer = buffer
        self.frame = frame
        self.settings = settings
        bits = StoredBits(layout, shift: buffer.shift)
        modality = ModalityTransform(file.dataSet, frame: frame, isSigned: layout.isSigned)
        padding = layout.isFloat ? nil : Padding(file.dataSet, bits)
        drawnPadding = buffer.wasLossy ? nil : padding
        switch file.dataSet.string(.presentationLUTShape) {
        case "INVERSE": isInverted = true
        case "IDENTITY": isInverted = false
        default: isInverted = layout.photometric == .monochrome1
        }
    }

    /// The picture, one channel.
    func rows() -> PictureRows {
        let (width, mapping) = (layout.columns, mapping())
        if let table = table(mapping) {
            let (bytes, container) = (buffer.bytes, buffer.container)
            return PictureRows(width: width, height: layout.rows, channels: 1) { row, target in
                guard let output = target.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
                table.look(bytes, container, first: row * width, count: target.count) { output[$0] = $1 }
            }
        }
        let values = values
        return PictureRows(width: width, height: layout.rows, channels: 1) { row, target in
            for column in 0..<target.count { target[column] = byte(values.value(row &* width &+ column), mapping) }
        }
    }

    /// The byte of each pattern of the stored bits; nil where there are too many patterns.
    func table(_ mapping: GrayMapping) -> FieldTable<UInt8>? {
        guard !layout.isFloat else { return nil }
        return GrayTable(modality: modality, mapping: mapping, isInverted: isInverted, padding: drawnPadding, bits: bits).fieldTable(buffer.container)
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
        if let padding = drawnPadding { text += "padding: \(padding.range.lowerBound) to \(padding.range.upperBound)\n" }
        return text
    }

    // MARK: which mapping

    func mapping() -> GrayMapping {
        switch settings.window {
        case .values(let center, let width): return .window(.init(center: center, width: width))
        case .auto: return automatic()
        case .file(let number):
            if let window = VOIChoice.window(number: number, in: dataSet, frame: frame) { return .window(window) }
        case .hounsfield(let center, let width):
            if AutoWindow(dataSet, frame: frame).isHounsfield { return .window(.init(center: center, width: width)) }
        case .fileOrAuto: break
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
        return rule.range(sample?.statistics() ?? statistics, possible: possible)
    }

    /// Statistics of this frame alone.
    var statistics: ValueStatistics? { GrayStatistics(values: values, bits: bits, modality: modality, padding: padding).collect() }

    private var possible: ClosedRange<Double>? {
        guard !layout.isFloat, case .linear = modality else { return nil }
        let (a, b) = (modality.value(Double(bits.lowest)), modality.value(Double(bits.highest)))
        return min(a, b)...max(a, b)
    }

    // MARK: values without a table

    private var values: GrayValues { GrayValues(buffer, bits, count: layout.pixelCount) }

    /// 32-bit and floating-point pixels, one by one. NaN and infinities are drawn 0 (rule G5).
    @inline(__always)
    private func byte(_ stored: Double, _ mapping: GrayMapping) -> UInt8 {
        let value = modality.value(stored)
        guard value.isFinite, drawnPadding?.contains(stored) != true else { return 0 }
        return mapping.byte(value) ^ (isInverted ? 255 : 0)
    }
}
