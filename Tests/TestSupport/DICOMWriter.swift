package import DICOM

/// Writes DICOM in memory: every encoding, and every oddity that a test wants.
package struct DICOMWriter {
    package enum Encoding: Sendable, CaseIterable { case implicitLittle, explicitLittle, explicitBig }

    package private(set) var bytes: [UInt8] = []
    package let encoding: Encoding

    package init(_ encoding: Encoding = .explicitLittle) { self.encoding = encoding }

    private var isBig: Bool { encoding == .explicitBig }

    package mutating func raw(_ more: [UInt8]) { bytes += more }
    package mutating func u16(_ value: UInt16) { raw(isBig ? [UInt8(value >> 8), UInt8(value & 255)] : [UInt8(value & 255), UInt8(value >> 8)]) }
    package mutating func u32(_ value: UInt32) {
        let low = UInt16(truncatingIfNeeded: value)
        let high = UInt16(truncatingIfNeeded: value >> 16)
        for half in isBig ? [high, low] : [low, high] { u16(half) }
    }

    /// Tag, VR and length; `length` may be a lie.
    package mutating func header(_ tag: Tag, _ vr: VR, length: UInt32) {
        u16(tag.group)
        u16(tag.element)
        if encoding == .implicitLittle { return u32(length) }
        raw([UInt8(vr.rawValue >> 8), UInt8(truncatingIfNeeded: vr.rawValue)])
        if vr.hasLongLength {
            raw([0, 0])
            u32(length)
        } else {
            u16(UInt16(truncatingIfNeeded: length))
        }
    }

    package mutating func element(_ tag: Tag, _ vr: VR, _ value: [UInt8]) {
        header(tag, vr, length: UInt32(value.count))
        raw(value)
    }

    /// Text, padded to even length.
    package mutating func element(_ tag: Tag, _ vr: VR, _ text: String) {
        var value = Array(text.utf8)
        if value.count % 2 != 0 { value.append(vr == .UI ? 0 : 0x20) }
        element(tag, vr, value)
    }

    package mutating func element(_ tag: Tag, us values: UInt16...) {
        header(tag, .US, length: UInt32(values.count * 2))
        for value in values { u16(value) }
    }

    package mutating func element(_ tag: Tag, ul value: UInt32) {
        header(tag, .UL, length: 4)
        u32(value)
    }

    /// A sequence; each closure writes one item.
    package mutating func sequence(_ tag: Tag, undefinedLength: Bool = false, items: [(inout DICOMWriter) -> Void]) {
        var body = DICOMWriter(encoding)
        for item in items {
            var content = DICOMWriter(encoding)
            item(&content)
            body.u16(0xFFFE)
            body.u16(0xE000)
            body.u32(undefinedLength ? .max : UInt32(content.bytes.count))
            body.raw(content.bytes)
            if undefinedLength {
                body.u16(0xFFFE)
                body.u16(0xE00D)
                body.u32(0)
            }
        }
        header(tag, .SQ, length: undefinedLength ? .max : UInt32(body.bytes.count))
        raw(body.bytes)
        if undefinedLength {
            u16(0xFFFE)
            u16(0xE0DD)
            u32(0)
        }
    }

    /// Encapsulated Pixel Data: the offset table's bytes, then the fragments.
    package mutating func fragments(_ fragments: [[UInt8]], offsetTable: [UInt8] = [], delimiter: Bool = true) {
        header(.pixelData, .OB, length: .max)
        for fragment in [offsetTable] + fragments {
            u16(0xFFFE)
            u16(0xE000)
            u32(UInt32(fragment.count))
            raw(fragment)
        }
        if delimiter {
            u16(0xFFFE)
            u16(0xE0DD)
            u32(0)
        }
    }

    /// Identity of an instance, enough for the index.
    package mutating func identity(
        patient: String = "P1", name: String = "Test^Person", study: String = "1.2.3", series: String = "1.2.3.4", instance: String = "1.2.3.4.5",
        modality: String = "OT", number: Int = 1, sopClass: String = "1.2.840.10008.5.1.4.1.1.7"
    ) {
        element(.sopClassUID, .UI, sopClass)
        element(.sopInstanceUID, .UI, instance)
        element(.studyDate, .DA, "20240131")
        element(.modality, .CS, modality)
        element(.patientName, .PN, name)
        element(.patientID, .LO, patient)
        element(.studyInstanceUID, .UI, study)
        element(.seriesInstanceUID, .UI, series)
        element(.seriesNumber, .IS, "1")
        element(.instanceNumber, .IS, "\(number)")
    }

    /// Preamble, prefix and meta information in front of what was written.
    package func part10(_ transferSyntax: String, sopClass: String = "1.2.840.10008.5.1.4.1.1.7", instance: String = "1.2.3.4.5") -> [UInt8] {
        var meta = DICOMWriter(.explicitLittle)
        meta.element(.fileMetaInformationVersion, .OB, [0, 1])
        meta.element(.mediaStorageSOPClassUID, .UI, sopClass)
        meta.element(.mediaStorageSOPInstanceUID, .UI, instance)
        meta.element(.transferSyntaxUID, .UI, transferSyntax)
        var head = DICOMWriter(.explicitLittle)
        head.element(.fileMetaInformationGroupLength, ul: UInt32(meta.bytes.count))
        return [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + head.bytes + meta.bytes + bytes
    }

    /// The same with the transfer syntax that the encoding is.
    package func part10() -> [UInt8] {
        switch encoding {
        case .implicitLittle: part10("1.2.840.10008.1.2")
        case .explicitLittle: part10("1.2.840.10008.1.2.1")
        case .explicitBig: part10("1.2.840.10008.1.2.2")
        }
    }
}
