import DICOM

extension Overlay {
    /// Where an overlay's first pixel lies: sides and origins beyond this are nonsense.
    private static let places = -65_536...65_536

    /// Whether a header has any.
    static func mayExist(_ dataSet: DataSet) -> Bool { groups.contains { isThere(dataSet, $0) } }

    /// The overlays that are drawn on a frame. One that makes no sense is left out: never an error.
    static func all(_ file: Part10File, _ layout: FrameLayout, frame: Int, _ buffer: PixelBuffer) -> [Overlay] {
        groups.compactMap { group in
            guard isThere(file.dataSet, group), file.dataSet.string(tag(.overlayType, group)) != "R" else { return nil }
            guard let data = file.dataSet.element(tag(.overlayData, group)) else {
                return file.dataSet.int(tag(.overlayBitPosition, group)).flatMap { inPixels($0, layout, buffer) }
            }
            return packed(file, data, group, layout, frame: frame)
        }
    }

    private static var groups: StrideThrough<UInt16> { stride(from: Tag.overlayGroup, through: 0x601E, by: 2) }

    private static func tag(_ base: Tag, _ group: UInt16) -> Tag { Tag(group, base.element) }

    private static func isThere(_ dataSet: DataSet, _ group: UInt16) -> Bool {
        dataSet.contains(tag(.overlayRows, group)) || dataSet.contains(tag(.overlayBitPosition, group))
    }

    private static func packed(_ file: Part10File, _ data: DataElement, _ group: UInt16, _ layout: FrameLayout, frame: Int) -> Overlay? {
        let dataSet = file.dataSet
        guard let rows = dataSet.int(tag(.overlayRows, group)), let columns = dataSet.int(tag(.overlayColumns, group)) else { return nil }
        guard (1...65_535).contains(rows), (1...65_535).contains(columns) else { return nil }
        let number = number(
            frame, origin: dataSet.int(tag(.imageFrameOrigin, group)), count: dataSet.int(tag(.numberOfFramesInOverlay, group)))
        guard let number, number <= data.contentLength * 8 / (rows * columns) else { return nil }
        let origin = dataSet.ints(tag(.overlayOrigin, group))
        let place = origin.count == 2 ? (row: origin[0], column: origin[1]) : (row: 1, column: 1)
        guard places.contains(place.row), places.contains(place.column) else { return nil }
        let (top, left) = (place.row - 1, place.column - 1)
        guard top < layout.rows, top + rows > 0, left < layout.columns, left + columns > 0 else { return nil }
        let visible = max(0, -top)..<min(rows, layout.rows - top)
        let start = (number * rows + visible.lowerBound) * columns
        guard let bits = bytes(file, data, bits: start..<start + visible.count * columns) else { return nil }
        return Overlay(
            bits: bits, firstBit: start & 15, top: top + visible.lowerBound, rowCount: visible.count, left: left, columns: columns)
    }

    /// Which of the overlay's frames lies on an image frame (0-based both): one after the other from Image Frame Origin on; the
    /// only one on all where neither attribute is there.
    private static func number(_ frame: Int, origin: Int?, count: Int?) -> Int? {
        if origin == nil, count == nil { return 0 }
        let origin = max(1, min(origin ?? 1, Int(Int32.max)))
        let number = frame - (origin - 1)
        return number >= 0 && number < max(1, count ?? 1) ? number : nil
    }

    /// The 16-bit words that hold these bits; what is not in the file is left out. Words of big endian are turned.
    private static func bytes(_ file: Part10File, _ data: DataElement, bits: Range<Int>) -> [UInt8]? {
        let start = bits.lowerBound / 16 * 2
        let present = min((bits.upperBound + 15) / 16 * 2, data.contentLength) - start
        guard present > 0, data.fragments == nil else { return nil }
        var bytes = [UInt8](repeating: 0, count: present + present % 2)
        let isRead = bytes.withUnsafeMutableBytes { buffer in
            do throws(DICOMError) {
                return try file.read(at: data.valueOffset + start, into: UnsafeMutableRawBufferPointer(rebasing: buffer[0..<present])) > 0
            } catch {
                return false
            }
        }
        guard isRead else { return nil }
        if !data.isLittleEndian, data.vr == .OW {
            for at in stride(from: 0, to: bytes.count, by: 2) { bytes.swapAt(at, at + 1) }
        }
        return bytes
    }

    /// Retired: the overlay is a bit of the pixels themselves, above or below the stored ones.
    private static func inPixels(_ position: Int, _ layout: FrameLayout, _ buffer: PixelBuffer) -> Overlay? {
        let size = buffer.container.size
        let stored = buffer.shift..<buffer.shift + layout.bitsStored
        guard !buffer.container.isFloat, layout.samples == 1, (0..<size * 8).contains(position), !stored.contains(position) else { return nil }
        let bits = [UInt8](unsafeUninitializedCapacity: (layout.pixelCount + 7) / 8) { output, count in
            output.initialize(repeating: 0)
            buffer.bytes.withUnsafeBytes { raw in
                let (byte, mask) = (position / 8, UInt8(1) << UInt8(position & 7))
                for pixel in 0..<min(layout.pixelCount, raw.count / size) where raw[pixel &* size &+ byte] & mask != 0 {
                    output[pixel &>> 3] |= 1 &<< UInt8(truncatingIfNeeded: pixel & 7)
                }
            }
            count = output.count
        }
        return Overlay(bits: bits, firstBit: 0, top: 0, rowCount: layout.rows, left: 0, columns: layout.columns)
    }
}
