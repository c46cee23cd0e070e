/// A data element tag: group in the upper, element in the lower 16 bits (PS3.5 section 7.1).
package struct Tag: RawRepresentable, Hashable, Comparable, Sendable {
    package let rawValue: UInt32

    @inlinable package init(rawValue: UInt32) { self.rawValue = rawValue }
    @inlinable package init(_ group: UInt16, _ element: UInt16) { rawValue = UInt32(group) << 16 | UInt32(element) }

    @inlinable package var group: UInt16 { UInt16(truncatingIfNeeded: rawValue >> 16) }
    @inlinable package var element: UInt16 { UInt16(truncatingIfNeeded: rawValue) }
    /// Odd groups are private (PS3.5 section 7.8).
    @inlinable package var isPrivate: Bool { rawValue & 0x0001_0000 != 0 }
    /// `(gggg,0000)`, the retired group length.
    @inlinable package var isGroupLength: Bool { rawValue & 0xFFFF == 0 }

    @inlinable package static func < (a: Tag, b: Tag) -> Bool { a.rawValue < b.rawValue }
}
