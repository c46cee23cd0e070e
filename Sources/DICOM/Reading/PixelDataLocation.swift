/// Where the outermost pixel data lie; their bytes are never read with the header (PS3.5 section 8, Annex A.4).
package struct PixelDataLocation: Sendable {
    /// Pixel Data, Float Pixel Data or Double Float Pixel Data.
    package let tag: Tag
    package let vr: VR
    /// First byte of the value; of the first item where the value is fragments.
    package let offset: Int
    /// Bytes of value that are there (fragments: up to the delimiter).
    package let available: Int
    /// The file or its parent ends before the value does.
    package let isTruncated: Bool
    package let isLittleEndian: Bool
    /// Set where the value is a fragment sequence, whatever the transfer syntax says.
    package let fragments: FragmentSequence?

    package var isEncapsulated: Bool { fragments != nil }

    init(_ element: DataElement) {
        tag = element.tag
        vr = element.vr
        offset = element.valueOffset
        available = element.contentLength
        isTruncated = element.isTruncated
        isLittleEndian = element.isLittleEndian
        fragments = element.fragments
    }

    /// The same value as the fragments that it turned out to be.
    init(_ other: PixelDataLocation, fragments: FragmentSequence) {
        (tag, vr, offset, available) = (other.tag, other.vr, other.offset, other.available)
        (isTruncated, isLittleEndian, self.fragments) = (other.isTruncated, other.isLittleEndian, fragments)
    }
}
