@testable import DICOM

/// A Part 10 file in memory, Explicit VR Little Endian unless said otherwise: just enough to state a rule in one line.
struct HeaderTextFixture {
    private(set) var dataSet: [UInt8] = []
    var transferSyntax = "1.2.840.10008.1.2.1"

    init(_ transferSyntax: String = "1.2.840.10008.1.2.1") { self.transferSyntax = transferSyntax }

    var isImplicit: Bool { transferSyntax == "1.2.840.10008.1.2" }

    mutating func add(_ group: UInt16, _ element: UInt16, _ vr: String, _ value: [UInt8]) {
        dataSet += Self.element(group, element, vr, value, isImplicit: isImplicit)
    }

    mutating func add(_ group: UInt16, _ element: UInt16, _ vr: String, _ text: String) {
        add(group, element, vr, Array(text.utf8) + (text.utf8.count % 2 == 0 ? [] : [vr == "UI" ? 0 : 0x20]))
    }

    mutating func add(_ group: UInt16, _ element: UInt16, items: [[UInt8]]) {
        let value = items.flatMap { Self.bytes(0xFFFE, 0xE000) + Self.bytes(UInt32($0.count)) + $0 }
        add(group, element, "SQ", value)
    }

    /// A fragment sequence with an empty Basic Offset Table.
    mutating func add(fragments: [[UInt8]]) {
        dataSet += Self.bytes(0x7FE0, 0x0010) + Array("OB".utf8) + [0, 0, 0xFF, 0xFF, 0xFF, 0xFF]
        for fragment in [[]] + fragments { dataSet += Self.bytes(0xFFFE, 0xE000) + Self.bytes(UInt32(fragment.count)) + fragment }
        dataSet += Self.bytes(0xFFFE, 0xE0DD) + [0, 0, 0, 0]
    }

    static func element(_ group: UInt16, _ element: UInt16, _ vr: String, _ value: [UInt8], isImplicit: Bool = false) -> [UInt8] {
        let tag = bytes(group, element)
        if isImplicit { return tag + bytes(UInt32(value.count)) + value }
        let isLong = ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"].contains(vr)
        return tag + Array(vr.utf8) + (isLong ? [0, 0] + bytes(UInt32(value.count)) : Array(bytes(UInt32(value.count)).prefix(2))) + value
    }

    static func bytes(_ group: UInt16, _ element: UInt16) -> [UInt8] {
        [UInt8(group & 0xFF), UInt8(group >> 8), UInt8(element & 0xFF), UInt8(element >> 8)]
    }

    static func bytes(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) } }

    var file: [UInt8] {
        let uid = Array(transferSyntax.utf8) + (transferSyntax.utf8.count % 2 == 0 ? [] : [0])
        let meta = Self.element(2, 0x0010, "UI", uid)
        let length = Self.element(2, 0, "UL", Self.bytes(UInt32(meta.count)))
        return [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + length + meta + dataSet
    }

    func open() throws -> Part10File { try Part10File.open(MemoryProvider(file)) }

    /// The lines of the header text.
    func lines(_ format: HeaderText.Format = .current) throws -> [String] {
        String(decoding: HeaderText.text(of: try open(), format: format), as: UTF8.self).split(separator: "\n").map { String($0) }
    }

    /// The summary: the comments between the first line and the SOP class.
    func summary() throws -> [String] { try lines().dropFirst().prefix { !$0.hasPrefix("# SOP class") } }

    /// The line of one element, by its tag as it stands in the text.
    func line(_ tag: String) throws -> String? { try lines().first { $0.contains(" (\(tag)) ") } }
}
