import DICOM

extension FrameLayout {
    /// Largest frame, in samples, that is ever drawn (2 GiB of worker memory at 16 bytes a sample, with room).
    static let largestFrame = 120 << 20

    /// The shape of the frames of a file, from its header alone.
    ///
    /// - Throws: `.noPixels` without pixel data; `.inconsistent` where the attributes make no image or there are far too few
    ///   bytes for it; `.unsupported` for shapes that nothing here draws; `.limitExceeded` for frames beyond any bound.
    init(of file: Part10File) throws(DICOMError) {
        guard let location = file.pixelData else { throw DICOMError(.noPixels, "no pixel data") }
        let dataSet = file.dataSet
        // What a codestream says itself the header need not (PS3.5 8.2.1): 1 stands for it until the stream is asked.
        let isTold = location.fragments != nil && file.transferSyntax.codec.isToldByStream
        hasShape = !isTold || [dataSet.int(.rows), dataSet.int(.columns)].allSatisfy { $0.map { (1...65_535).contains($0) } ?? false }
        rows = hasShape ? try Self.side(dataSet.int(.rows), "Rows") : 1
        columns = hasShape ? try Self.side(dataSet.int(.columns), "Columns") : 1
        let term = PhotometricTerm.of(dataSet) ?? ""
        samples = dataSet.int(.samplesPerPixel) ?? (["RGB", "YBR_FULL", "YBR_FULL_422"].contains(term) ? 3 : 1)
        guard samples == 1 || samples == 3 else { throw DICOMError(.inconsistent, "Samples per Pixel \(samples)") }
        photometric = term.isEmpty ? (samples == 1 ? .monochrome2 : .rgb) : Photometric(term)
        isFloat = location.tag != .pixelData
        var allocated = isFloat ? (location.tag == .floatPixelData ? 32 : 64) : dataSet.int(.bitsAllocated) ?? 16
        if isTold, !isFloat, (2...15).contains(allocated) { allocated = allocated <= 8 ? 8 : 16 }
        bitsAllocated = allocated
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
        try checkSize()
        let claimed = max(1, dataSet.int(.numberOfFrames) ?? 1)
        if isChroma422, location.fragments == nil, try holdsFullChroma(file, location, frames: claimed) { photometric = .ybrFull }
        frameCount = try frames(claimed, file, location)
    }

    /// Bytes up to which a frame is drawn however little of it a cut file holds.
    private static var smallFrame: Int { 64 << 20 }

    func checkSize() throws(DICOMError) {
        guard sampleCount <= Self.largestFrame else { throw DICOMError(.limitExceeded, "a frame of \(columns) x \(rows) x \(samples)") }
    }

    private static func side(_ value: Int?, _ name: String) throws(DICOMError) -> Int {
        guard let value, (1...65_535).contains(value) else {
            throw DICOMError(.inconsistent, "\(name) \(value.map { "\($0)" } ?? "missing")")
        }
        return value
    }

    /// Pixel Data called YBR_FULL_422 that are as long as three bytes for every pixel are: many writers change the colour space
    /// and not the term, or the other way round.
    private func holdsFullChroma(_ file: Part10File, _ location: PixelDataLocation, frames: Int) throws(DICOMError) -> Bool {
        let length = try location.claimedLength(in: file)
        let full = sampleCount.multipliedReportingOverflow(by: frames)
        guard !full.overflow else { return false }
        // A single column of pairs takes more than three bytes: there only the very length tells.
        return nativeFrameBytes < sampleCount ? length >= full.partialValue : length == full.partialValue + full.partialValue % 2
    }

    /// Number of Frames, as far as there are bytes or fragments for them (rule P1); where the file breaks off, those that Pixel Data
    /// are long enough for count too, and are black. A large first frame of which less than a sixteenth is there is none: nobody
    /// allocates a gigabyte for 256 bytes.
    private func frames(_ wanted: Int, _ file: Part10File, _ location: PixelDataLocation) throws(DICOMError) -> Int {
        let bits = nativeFrameBits
        if let fragments = location.fragments {
            guard fragments.fragmentCount > 0 else { throw DICOMError(.inconsistent, at: location.offset, "pixel data without fragments") }
            return min(wanted, fragments.fragmentCount)
        }
        let available = location.available.multipliedReportingOverflow(by: 8)
        guard !available.overflow, bits > 0 else { throw DICOMError(.limitExceeded, "pixel data of \(location.available) bytes") }
        let whole = available.partialValue / bits
        let isEnough = available.partialValue % bits >= bits / 16 || location.isTruncated && bits / 8 <= Self.smallFrame
        let hasPart = isEnough && available.partialValue % bits >= 8
        guard whole > 0 || hasPart else {
            throw DICOMError(.inconsistent, at: location.offset, "\(location.available) bytes of pixel data, \((bits + 7) / 8) for one frame")
        }
        let there = whole + (hasPart ? 1 : 0)
        guard location.isTruncated, there < wanted else { return min(wanted, there) }
        return min(wanted, max(there, try location.claimedLength(in: file) * 8 / bits))
    }
}

extension PixelDataLocation {
    /// The length that the file states, however many bytes follow: 32 bits right before the value, whatever the encoding
    /// (PS3.5 section 7.1).
    func claimedLength(in file: Part10File) throws(DICOMError) -> Int {
        guard isTruncated else { return available }
        var bytes = [UInt8](repeating: 0, count: 4)
        var result: Result<Int, DICOMError> = .success(0)
        bytes.withUnsafeMutableBytes { buffer in
            do throws(DICOMError) { result = .success(try file.read(at: offset - 4, into: buffer)) } catch { result = .failure(error) }
        }
        guard try result.get() == 4 else { return available }
        if !isLittleEndian { bytes.reverse() }
        let length = UInt32(bytes[0]) | UInt32(bytes[1]) << 8 | UInt32(bytes[2]) << 16 | UInt32(bytes[3]) << 24
        return length == .max ? available : max(available, Int(length))
    }
}
