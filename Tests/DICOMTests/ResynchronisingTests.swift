import DICOM
import TestSupport
import Testing

@Suite("Reading behind damage")
struct ResynchronisingTests {
    /// One of each kind: texts, numbers, private elements, sequences in sequences, pixels.
    static func sample(isUndefined: Bool, byteOrder: DICOMWriter.Encoding) -> DamageableDataSet {
        func text(_ group: UInt16, _ element: UInt16, _ vr: VR, _ text: String) -> DamageableElement {
            var value = Array(text.utf8)
            if value.count % 2 != 0 { value.append(vr == .UI ? 0 : 0x20) }
            return DamageableElement(tag: Tag(group, element), vr: vr, value: value)
        }
        func short(_ group: UInt16, _ element: UInt16, _ value: UInt16) -> DamageableElement {
            let bytes = [UInt8(value & 255), UInt8(value >> 8)]
            return DamageableElement(tag: Tag(group, element), vr: .US, value: byteOrder == .explicitBig ? bytes.reversed() : bytes)
        }
        func sequence(_ group: UInt16, _ element: UInt16, _ items: [[DamageableElement]]) -> DamageableElement {
            DamageableElement(tag: Tag(group, element), vr: .SQ, items: items, isUndefined: isUndefined)
        }
        let code = [text(0x0008, 0x0100, .SH, "T-D1100"), text(0x0008, 0x0102, .SH, "SRT"), text(0x0008, 0x0104, .LO, "Head")]
        let step = [text(0x0040, 0x0007, .LO, "step text"), sequence(0x0040, 0x0008, [code, code]), text(0x0040, 0x0009, .SH, "ID1")]
        return DamageableDataSet(elements: [
            text(0x0008, 0x0016, .UI, "1.2.840.10008.5.1.4.1.1.7"), text(0x0008, 0x0018, .UI, "1.2.3.4.5"), text(0x0008, 0x0020, .DA, "20240131"),
            text(0x0008, 0x0060, .CS, "OT"), sequence(0x0008, 0x1032, [code]), text(0x0008, 0x103E, .LO, "series text"),
            sequence(0x0008, 0x1140, [[text(0x0008, 0x1150, .UI, "1.2.840.1"), text(0x0008, 0x1155, .UI, "1.2.840.99999.5.2")]]),
            text(0x0009, 0x0010, .LO, "ACME 1.1"), text(0x0009, 0x1001, .SH, "private text"), text(0x0010, 0x0010, .PN, "Case^Made"),
            text(0x0010, 0x0020, .LO, "P-17"), text(0x0010, 0x4000, .LT, "a comment"), text(0x0018, 0x0050, .DS, "1.5"),
            text(0x0018, 0x1030, .LO, "Chest routine"), text(0x0020, 0x000D, .UI, "1.2.3"), text(0x0020, 0x000E, .UI, "1.2.3.44"),
            text(0x0020, 0x0013, .IS, "1"), text(0x0020, 0x4000, .LT, "image comment"), short(0x0028, 0x0002, 1),
            text(0x0028, 0x0004, .CS, "MONOCHROME2"), short(0x0028, 0x0010, 8), short(0x0028, 0x0011, 8), short(0x0028, 0x0100, 8),
            short(0x0028, 0x0101, 8), short(0x0028, 0x0102, 7), short(0x0028, 0x0103, 0), text(0x0028, 0x1050, .DS, "128"),
            text(0x0028, 0x1051, .DS, "256"), text(0x0028, 0x3006, .UT, "unusual"), sequence(0x0040, 0x0275, [step, step]),
            text(0x0040, 0xA730, .UC, "not a sequence"),
            DamageableElement(tag: .pixelData, vr: .OW, value: (0..<64).map { UInt8($0 * 4) }),
        ])
    }

    /// What of a faulty file differs from the whole one: every outermost element but the faulty one, and the pixels.
    private func losses(_ bytes: [UInt8], _ sample: DamageableDataSet, at place: [Int], _ keepsOwn: Bool) -> [String] {
        let file: Part10File
        do throws(DICOMError) { file = try Part10File.open(MemoryProvider(bytes)) } catch { return ["does not open: \(error)"] }
        var losses: [String] = []
        for (number, element) in sample.elements.enumerated() where number != place[0] || place.count > 1 || keepsOwn {
            guard let own = file.dataSet.element(element.tag) else {
                losses.append("\(Self.hex([element.tag])) is lost")
                continue
            }
            if let items = element.items {
                if number == place[0], !keepsOwn { continue }
                if own.itemCount != items.count { losses.append("\(Self.hex([element.tag])) has \(own.itemCount) items of \(items.count)") }
                for (item, content) in zip(own.items, items) where Self.distinct(item.elements.map { $0.tag }) != content.map({ $0.tag }) {
                    losses.append("\(Self.hex([element.tag])) has an item of other elements: \(Self.hex(item.elements.map { $0.tag }))")
                }
            } else if var bytes = own.rawBytes {
                if bytes.count + 1 == element.value.count { bytes.append(element.value.last ?? 0) }
                if bytes != element.value { losses.append("\(Self.hex([element.tag])) has another value") }
            }
        }
        if file.dataSet.elements.contains(where: { own in !sample.elements.contains { $0.tag == own.tag } }) { losses.append("an element that is not there") }
        if file.pixelData?.available != 64 { losses.append("no pixels") }
        if file.forgiven.isEmpty, file.parseError == nil { losses.append("nothing is said of it") }
        return losses
    }

    /// Without what stands twice in a row, as it does where that is the fault.
    private static func distinct(_ tags: [DICOM.Tag]) -> [DICOM.Tag] { tags.reduce(into: []) { if $0.last != $1 { $0.append($1) } } }

    private static func hex(_ tags: [DICOM.Tag]) -> String { tags.map { String($0.rawValue, radix: 16) }.joined(separator: " ") }

    private func check(
        _ encodings: [DICOMWriter.Encoding], keepsOwn: Bool = true, _ faults: (DamageableElement, DICOMWriter.Encoding) -> [DamageableElement.Fault]
    ) {
        var wrong: [String] = []
        var tried = 0
        for encoding in encodings {
            for isUndefined in [false, true] {
                let sample = Self.sample(isUndefined: isUndefined, byteOrder: encoding)
                for place in sample.places {
                    for fault in faults(sample.element(place), encoding) {
                        tried += 1
                        let bytes = sample.with(fault, at: place).file(encoding)
                        let losses = losses(bytes, sample, at: place, keepsOwn)
                        if !losses.isEmpty { wrong.append("\(encoding) \(isUndefined) \(place) \(fault): \(losses.prefix(3))") }
                    }
                }
            }
        }
        #expect(tried > 0)
        #expect(wrong.isEmpty, "\(wrong.count) of \(tried)\n\(wrong.prefix(40).joined(separator: "\n"))")
    }

    @Test func `An element without a VR costs nothing behind it, wherever it stands`() {
        check([.explicitLittle, .explicitBig]) { element, _ in element.items == nil && element.tag != .pixelData ? [.withoutVR] : [] }
    }

    @Test func `A VR in lower case or one that does not exist costs nothing, in either form of the length`() {
        check([.explicitLittle, .explicitBig]) { element, _ in
            guard element.items == nil else { return [] }
            let first = UInt8(element.vr.rawValue >> 8)
            let second = UInt8(element.vr.rawValue & 0xFF)
            let isLong = element.vr.hasLongLength
            return [
                .letters(first | 0x20, second | 0x20, isLong: isLong), .letters(0x3F, 0x3F, isLong: false), .letters(0x5A, 0x5A, isLong: true),
                .letters(0x6F, 0x78, isLong: true), .letters(0, 0, isLong: true),
            ]
        }
    }

    @Test func `A VR with the length of the other kind costs nothing`() {
        check([.explicitLittle, .explicitBig]) { element, _ in element.items == nil ? [.otherForm] : [] }
    }

    @Test func `An odd length that leaves out the padding leads to the next element`() {
        check([.explicitLittle, .explicitBig, .implicitLittle]) { element, _ in
            element.items == nil && element.vr.isText && element.value.last.map { $0 == 0x20 || $0 == 0 } == true ? [.withoutPad] : []
        }
    }

    @Test func `Items in the other form of headers are read, and what follows them`() {
        check([.explicitLittle, .implicitLittle]) { element, _ in element.items == nil ? [] : [.otherItems] }
    }

    @Test func `A sequence as UN with items of Explicit VR is read, and what follows it`() {
        check([.explicitLittle]) { element, _ in element.items == nil ? [] : [.unknownWithExplicitItems] }
    }

    @Test func `A wrong length of a sequence costs nothing`() {
        check([.explicitLittle, .explicitBig, .implicitLittle]) { element, _ in
            element.items == nil ? [] : [-40, -20, -16, -12, -8, -6, -4, -2, 2, 4, 6, 8, 12, 16, 20, 30, 1000, 100_000].map { .sequenceLength($0) }
        }
    }

    @Test func `A wrong length of an item costs nothing behind its sequence`() {
        check([.explicitLittle, .explicitBig, .implicitLittle]) { element, _ in
            guard let items = element.items else { return [] }
            return items.indices.flatMap { item in
                [-20, -16, -8, -6, -4, -2, 2, 4, 6, 8, 12, 16, 20, 30].map { .itemLength($0, item: item) }
            }
        }
    }

    @Test func `An element of an unknown VR in front of the same tag costs nothing`() {
        check([.explicitLittle, .explicitBig]) { element, _ in element.items == nil && element.tag != .pixelData ? [.unknownThenSame] : [] }
    }

    @Test func `Bytes that are no elements are passed over, and named`() {
        check([.explicitLittle, .explicitBig, .implicitLittle], keepsOwn: false) { element, _ in
            element.tag == .pixelData ? [] : [2, 6, 16, 40, 101].map { .junkBehind($0) }
        }
    }

    @Test func `Thousands of faults of one kind cost what one costs`() throws {
        var writer = DICOMWriter()
        writer.identity()
        let count = 20_000
        for number in 0..<count {
            writer.u16(0x0051)
            writer.u16(UInt16(0x1000 + number))
            writer.raw([0x3F, 0x3F, 2, 0, 0x41, 0x42])
        }
        writer.element(.pixelData, .OW, [UInt8](repeating: 0, count: 64))
        let file = try Part10File.open(MemoryProvider(writer.part10()))
        #expect(file.pixelData?.available == 64)
        #expect(file.dataSet.elements.count { $0.tag.group == 0x0051 } == count)
    }

    @Test func `Any byte anywhere ends the reading at the worst`() {
        var state: UInt64 = 7
        func random(_ below: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % below
        }
        var opened = 0
        for encoding in [DICOMWriter.Encoding.explicitLittle, .explicitBig, .implicitLittle] {
            for isUndefined in [false, true] {
                let whole = Self.sample(isUndefined: isUndefined, byteOrder: encoding).file(encoding)
                for _ in 0..<120 {
                    var bytes = whole
                    for _ in 0...random(4) {
                        let place = 300 + random(bytes.count - 340)
                        switch random(4) {
                        case 0: bytes[place] = UInt8(random(256))
                        case 1: bytes.removeSubrange(place..<place + 1 + random(20))
                        case 2: bytes.insert(contentsOf: bytes[place - random(40)..<place], at: place)
                        default: for at in place..<place + 4 { bytes[at] = 0xFF }
                        }
                    }
                    do throws(DICOMError) {
                        let file = try Part10File.open(MemoryProvider(bytes))
                        opened += 1
                        _ = HeaderText.text(of: file)
                        _ = InstanceSummarizer.summary(of: file)
                        _ = try Part10File.open(MemoryProvider(bytes), leniency: .strict)
                    } catch { continue }
                }
            }
        }
        #expect(opened > 300)
    }
}
