import DICOM

extension FrameLayout {
    /// Largest frame, in samples, that is ever drawn (2 GiB of worker memory at 16 bytes a sample, with room).
    private static let largestFrame = 120 << 20

    /// The shape of the frames of a file, from its header alone.
    ///
    /// - Throws: `.noPixels` without pixel data; `.inconsistent` where the attributes make no image or there are far too few
    ///   bytes for it; `.unsupported` for shapes that nothing here draws; `.limitExceeded` for frames beyond any bound.
    init(of file: Part10File) throws(DICOMError) {
        guard let location = file.pixelData else { throw DICOMError(.noPixels, "no pixel data") }
        let dataSet = file.dataSet
        rows = try Self.side(dataSet.int(.rows), "Rows")
        columns = try Self.side(dataSet.int(.columns), "Columns")
        let term = dataSet.string(.photometricInterpretation) ?? ""
        samples = dataSet.int(.samplesPerPixel) ?? (["RGB", "YBR_FULL", "YBR_FULL_422"].contains(term) ? 3 : 1)
        guard samples == 1 || samples == 3 else { throw DICOMError(.inconsistent, "Samples per Pixel \(samples)") }
        photometric = term.isEmpty ? (samples == 1 ? .monochrome2 : .rgb) : Photometric(term)
        isFloat = location.tag != .pixelData
        bitsAllocated = isFloat ? (location.tag == .floatPixelData ? 32 : 64) : dataSet.int(.bitsAllocated) ?? 16
        guard isFloat || [1, 8, 16, 32].contains(bitsAllocated) || bitsAllocated == 12 && location.fragments == nil else {
            throw DICOMError(.unsupported, "Bits Allocated \(bitsAllocated)")
        }
        let stored = dataSet.int(.bitsStored) ?? bitsAllocated
        bitsStored = isFloat || !(1...bitsAllocated).contains(stored) ? bitsAllocated : stored
        let high = dataSet.int(.highBit) ?? bitsStored - 1
        highBit = (bitsStored - 1..<bitsAllocated).contains(high) ? high : bitsStored - 1
        isSigned = !isFloat && dataSet.int(.pixelRepresentation) == 1
        isPlanar = samples > 1 && dataSet.int(.planarConfiguration) == 1
        frameCount = 1
        guard sampleCount <= Self.largestFrame else { throw DICOMError(.limitExceeded, "a frame of \(columns) x \(rows) x \(samples)") }
        frameCount = try Self.frames(dataSet.int(.numberOfFrames) ?? 1, location, bits: nativeFrameBits)
    }

    private static func side(_ value: Int?, _ name: String) throws(DICOMError) -> Int {
        guard let value, (1...65_535).contains(value) else {
            throw DICOMError(.inconsistent, "\(name) \(value.map { "\($0)" } ?? "missing")")
        }
        return value
    }

    /// Number of Frames, as far as there are bytes or fragments for them (rule P1). A native frame of which less than a
    /// sixteenth is there does not count: nobody allocates a gigabyte for 256 bytes.
    private static func frames(_ claimed: Int, _ location: PixelDataLocation, bits: Int) throws(DICOMError) -> Int {
        let wanted = max(1, claimed)
        if let fragments = location.fragments {
            guard fragments.fragmentCount > 0 else { throw DICOMError(.inconsistent, at: location.offset, "pixel data without fragments") }
            return min(wanted, fragments.fragmentCount)
        }
        let available = location.available.multipliedReportingOverflow(by: 8)
        guard !available.overflow, bits > 0 else { throw DICOMError(.limitExceeded, "pixel data of \(location.available) bytes") }
        let whole = available.partialValue / bits
        let hasPart = (available.partialValue % bits) >= bits / 16 && available.partialValue % bits >= 8
        guard whole > 0 || hasPart else {
            throw DICOMError(.inconsistent, at: location.offset, "\(location.available) bytes of pixel data, \((bits + 7) / 8) for one frame")
        }
        return min(wanted, whole + (hasPart ? 1 : 0))
    }
}
