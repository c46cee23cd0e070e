import DICOM
import TestSupport

extension FuzzTarget {
    /// Number of frames, a length and an Extended Offset Table of it, then the value of encapsulated Pixel Data from its first item.
    static let frames = FuzzTarget(name: "frames") { input in
        guard input.count > 2 else { return false }
        let table = Array(input[2...].prefix(Int(input[1]) / 8 * 8))
        var writer = DICOMWriter()
        writer.element(.numberOfFrames, .IS, "\(input[0])")
        image(&writer, photometric: "MONOCHROME2", allocated: 8)
        if !table.isEmpty {
            writer.element(.extendedOffsetTable, .OV, table)
            writer.element(.extendedOffsetTableLengths, .OV, table)
        }
        writer.header(.pixelData, .OB, length: .max)
        writer.raw(Array(input[(2 + table.count)...]))
        guard let file = open(writer.part10("1.2.840.10008.1.2.5")) else { return false }
        return draw(file)
    } seeds: { bytes in
        guard let file = open(bytes), let pixels = file.pixelData, pixels.isEncapsulated, pixels.offset < bytes.count else { return [] }
        return [[UInt8(clamping: file.dataSet.int(.numberOfFrames) ?? 1), 0] + bytes[pixels.offset...].prefix(4096)]
    }

    /// Bits of the palette's entries (bit 0) and of the pixels (bit 1), segmented or not (bit 2); a descriptor of six bytes; table data.
    static let palette = FuzzTarget(name: "palette") { input in
        guard input.count > 7 else { return false }
        var writer = DICOMWriter()
        image(&writer, photometric: "PALETTE COLOR", allocated: input[0] & 2 == 0 ? 8 : 16)
        let isSegmented = input[0] & 4 != 0
        let data = Array(input[7...]) + (input.count % 2 == 0 ? [0] : [])
        for color in 0..<3 { writer.element(Tag(0x0028, 0x1101 + UInt16(color)), .US, Array(input[1..<7])) }
        for color in 0..<3 { writer.element(Tag(0x0028, (isSegmented ? 0x1221 : 0x1201) + UInt16(color)), .OW, data) }
        writer.element(.pixelData, .OW, (0..<512).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        guard let file = open(writer.part10()) else { return false }
        return draw(file)
    } seeds: { bytes in
        guard let file = open(bytes), let descriptor = value(file.dataSet, Tag(0x0028, 0x1101)), descriptor.count == 6 else { return [] }
        let flags: UInt8 = (file.dataSet.int(.bitsAllocated) ?? 8) > 8 ? 2 : 0
        return [(flags, Tag(0x0028, 0x1201)), (flags | 4, Tag(0x0028, 0x1221))].compactMap { flags, tag in
            value(file.dataSet, tag).map { [flags] + descriptor + $0 }
        }
    }

    /// Signed pixels (bit 0), a VOI instead of a modality LUT (bit 1); a descriptor of six bytes; table data.
    static let lut = FuzzTarget(name: "lut") { input in
        guard input.count > 7 else { return false }
        var writer = DICOMWriter()
        image(&writer, photometric: "MONOCHROME2", allocated: 16, isSigned: input[0] & 1 != 0)
        let data = Array(input[7...]) + (input.count % 2 == 0 ? [0] : [])
        writer.sequence(
            input[0] & 2 == 0 ? .modalityLUTSequence : .voilutSequence,
            items: [
                { item in
                    item.element(.lutDescriptor, .US, Array(input[1..<7]))
                    item.element(.lutData, .OW, data)
                }
            ])
        writer.element(.pixelData, .OW, (0..<512).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        guard let file = open(writer.part10()) else { return false }
        return draw(file)
    } seeds: { bytes in
        guard let file = open(bytes) else { return [] }
        return [(UInt8(0), Tag.modalityLUTSequence), (2, Tag.voilutSequence)].compactMap { flags, tag in
            guard let item = file.dataSet.item(tag, 0), let descriptor = value(item, .lutDescriptor), descriptor.count == 6 else { return nil }
            return value(item, .lutData).map { [flags] + descriptor + $0 }
        }
    }

    /// 16 x 16 pixels of one sample.
    private static func image(_ writer: inout DICOMWriter, photometric: String, allocated: UInt16, isSigned: Bool = false) {
        writer.element(.samplesPerPixel, us: 1)
        writer.element(.photometricInterpretation, .CS, photometric)
        writer.element(.rows, us: 16)
        writer.element(.columns, us: 16)
        writer.element(.bitsAllocated, us: allocated)
        writer.element(.bitsStored, us: allocated)
        writer.element(.highBit, us: allocated - 1)
        writer.element(.pixelRepresentation, us: isSigned ? 1 : 0)
    }

    private static func value(_ dataSet: DataSet, _ tag: Tag) -> [UInt8]? {
        do throws(DICOMError) { return try dataSet.element(tag)?.withPrefix(1 << 17) { Array($0) } } catch { return nil }
    }
}
