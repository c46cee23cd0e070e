import DICOM
import TestSupport

/// A data set as a tree that can be written with one fault at one place; everything around the fault is written as the
/// standard wants it, lengths of what encloses it included.
struct DamageableElement {
    var tag: Tag
    var vr: VR
    var value: [UInt8] = []
    var items: [[DamageableElement]]?
    var isUndefined = false
    var fault: Fault?

    enum Fault: Hashable {
        /// Implicit VR in the middle of Explicit VR.
        case withoutVR
        case letters(UInt8, UInt8, isLong: Bool)
        /// A VR of the standard with the length of the other kind.
        case otherForm
        /// The length of a padded value leaves out the padding.
        case withoutPad
        /// The items are written in Implicit VR (in Explicit in a data set of Implicit VR).
        case otherItems
        /// UN in place of SQ, its items in Explicit VR.
        case unknownWithExplicitItems
        case sequenceLength(Int)
        case itemLength(Int, item: Int)
        /// Bytes that are no element behind this one.
        case junkBehind(Int)
        /// Behind it the same tag once more, this time with an unknown VR in front.
        case unknownThenSame
    }
}

struct DamageableDataSet {
    var elements: [DamageableElement]

    /// Every place of an element, from the outermost inwards: numbers of element and item, alternating.
    var places: [[Int]] { Self.places(elements, []) }

    private static func places(_ elements: [DamageableElement], _ before: [Int]) -> [[Int]] {
        var all: [[Int]] = []
        for (number, element) in elements.enumerated() {
            all.append(before + [number])
            for (index, item) in (element.items ?? []).enumerated() { all += places(item, before + [number, index]) }
        }
        return all
    }

    func element(_ place: [Int]) -> DamageableElement { Self.element(elements, place[...]) }

    private static func element(_ elements: [DamageableElement], _ place: ArraySlice<Int>) -> DamageableElement {
        let element = elements[place[place.startIndex]]
        guard place.count > 2, let items = element.items else { return element }
        return Self.element(items[place[place.startIndex + 1]], place.dropFirst(2))
    }

    func with(_ fault: DamageableElement.Fault, at place: [Int]) -> DamageableDataSet {
        var copy = self
        Self.set(fault, in: &copy.elements, place[...])
        return copy
    }

    private static func set(_ fault: DamageableElement.Fault, in elements: inout [DamageableElement], _ place: ArraySlice<Int>) {
        let number = place[place.startIndex]
        if place.count == 1 { return elements[number].fault = fault }
        guard var items = elements[number].items else { return }
        set(fault, in: &items[place[place.startIndex + 1]], place.dropFirst(2))
        elements[number].items = items
    }

    func file(_ encoding: DICOMWriter.Encoding) -> [UInt8] {
        var writer = DICOMWriter(encoding)
        writer.raw(Self.bytes(elements, encoding))
        return writer.part10()
    }

    private static func bytes(_ elements: [DamageableElement], _ encoding: DICOMWriter.Encoding) -> [UInt8] {
        elements.flatMap { bytes($0, encoding) }
    }

    private static func bytes(_ element: DamageableElement, _ encoding: DICOMWriter.Encoding) -> [UInt8] {
        var writer = DICOMWriter(encoding)
        if let items = element.items {
            write(element, items, encoding, into: &writer)
        } else {
            write(plain: element, encoding, into: &writer)
        }
        if case .junkBehind(let count) = element.fault {
            writer.raw((0..<count).map { [0x8F, 0x9C, 0xB7, 0xD3, 0xE1][$0 * $0 % 5] })
        }
        return writer.bytes
    }

    private static func write(plain element: DamageableElement, _ encoding: DICOMWriter.Encoding, into writer: inout DICOMWriter) {
        let length = UInt32(element.value.count)
        func tag() {
            writer.u16(element.tag.group)
            writer.u16(element.tag.element)
        }
        func lettered(_ first: UInt8, _ second: UInt8, isLong: Bool) {
            tag()
            writer.raw([first, second])
            if isLong { writer.raw([0, 0]) }
            if isLong { writer.u32(length) } else { writer.u16(UInt16(length)) }
        }
        switch element.fault {
        case .withoutVR:
            tag()
            writer.u32(length)
        case .letters(let first, let second, let isLong): lettered(first, second, isLong: isLong)
        case .otherForm:
            lettered(UInt8(element.vr.rawValue >> 8), UInt8(element.vr.rawValue & 0xFF), isLong: !element.vr.hasLongLength)
        case .withoutPad: writer.header(element.tag, element.vr, length: length - 1)
        case .unknownThenSame:
            lettered(0x5A, 0x5A, isLong: false)
            writer.raw(element.value)
            writer.header(element.tag, element.vr, length: length)
        default: writer.header(element.tag, element.vr, length: length)
        }
        writer.raw(element.value)
    }

    private static func write(
        _ element: DamageableElement, _ items: [[DamageableElement]], _ encoding: DICOMWriter.Encoding, into writer: inout DICOMWriter
    ) {
        var inner = encoding
        if element.fault == .otherItems { inner = encoding == .implicitLittle ? .explicitLittle : .implicitLittle }
        if element.fault == .unknownWithExplicitItems { inner = .explicitLittle }
        var body = DICOMWriter(encoding)
        for (number, item) in items.enumerated() {
            let content = bytes(item, inner)
            var length = content.count
            if case .itemLength(let by, item: number) = element.fault { length += by }
            let isUndefined = element.isUndefined && element.fault.map { if case .itemLength = $0 { false } else { true } } ?? true
            body.u16(0xFFFE)
            body.u16(0xE000)
            body.u32(isUndefined ? .max : UInt32(max(0, length)))
            body.raw(content)
            if isUndefined {
                body.u16(0xFFFE)
                body.u16(0xE00D)
                body.u32(0)
            }
        }
        var length = body.bytes.count
        var isUndefined = element.isUndefined
        if case .sequenceLength(let by) = element.fault {
            length += by
            isUndefined = false
        }
        writer.header(
            element.tag, element.fault == .unknownWithExplicitItems ? .UN : .SQ, length: isUndefined ? .max : UInt32(max(0, length)))
        writer.raw(body.bytes)
        if isUndefined {
            writer.u16(0xFFFE)
            writer.u16(0xE0DD)
            writer.u32(0)
        }
    }
}
