/// What the reader forgives and how far it goes. A value: the same bytes and the same leniency give the same reading.
package struct Leniency: Hashable, Sendable {
    /// Repair what can be repaired. When false, the first thing that needs forgiveness ends the reading as an error.
    package var forgives: Bool = true
    /// Most bytes of header that are kept in memory, or inflated (64 MiB).
    package var headerByteLimit: Int = 64 << 20
    /// Largest inflated size per deflated byte. Deflate itself cannot exceed 1,032.
    package var inflationRatioLimit: Int = 1_100
    /// Sequences nested deeper than this are shown as opaque bytes.
    package var depthLimit: Int = 128
    /// Most elements and items of a file that are indexed.
    package var elementLimit: Int = 1 << 20
    /// Most fragments that are counted in one encapsulated value.
    package var fragmentLimit: Int = 1 << 22
    /// Text values above this size are not read with the header, but when asked for.
    package var bulkThreshold: Int = 1 << 20

    /// Where the items of one frame lie, when only that one is wanted and its place is known: the fragments are not walked
    /// then, and nothing behind the pixel data is read.
    package var frameRange: Range<Int>?

    package static let standard = Leniency()
    package static let strict = Leniency(forgives: false)
}

/// One thing that was not as the standard wants it, and was read all the same.
package struct Forgiveness: Hashable, Sendable {
    /// What was forgiven. Raw values are stored in the index and never change once released.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// A data set without the 128-byte preamble and `DICM` (PS3.10 section 7.1).
        case noPreamble = "no-preamble"
        /// No group 0002.
        case noMeta = "no-meta"
        /// Group 0002 is not Explicit VR Little Endian.
        case metaEncoding = "meta-encoding"
        /// No Transfer Syntax UID in group 0002; the encoding was guessed.
        case noTransferSyntax = "no-transfer-syntax"
        /// A Transfer Syntax UID that the table does not have; the encoding was guessed.
        case unknownTransferSyntax = "unknown-transfer-syntax"
        /// The data set is not encoded as its transfer syntax says.
        case wrongTransferSyntax = "wrong-transfer-syntax"
        /// A VR that the standard does not have, or none at all, in Explicit VR.
        case unknownVR = "unknown-vr"
        /// A header in the wrong form for its VR or for the encoding of the data set.
        case wrongHeaderForm = "wrong-header-form"
        /// A value of odd length.
        case oddLength = "odd-length"
        /// A tag that is not greater than the one before it.
        case outOfOrder = "out-of-order"
        /// A tag that stands twice in a data set; the first one counts.
        case duplicate = "duplicate"
        /// An element that is longer than what holds it; cut at that end.
        case lengthPastParent = "length-past-parent"
        /// A sequence or item of undefined length that its parent's end closed.
        case missingDelimiter = "missing-delimiter"
        /// A delimiter or item tag where none may stand; skipped.
        case strayDelimiter = "stray-delimiter"
        /// A delimiter with a length; the length was ignored.
        case delimiterLength = "delimiter-length"
        /// Something else than an item in a sequence; the rest of the sequence was skipped.
        case notAnItem = "not-an-item"
        /// Nested deeper than the limit; shown as opaque bytes.
        case tooDeep = "too-deep"
        /// A fragment sequence outside Pixel Data.
        case fragmentsOutsidePixelData = "fragments-outside-pixel-data"
        /// Zeros after the data set.
        case trailingZeros = "trailing-zeros"
        /// Bytes after the data set that are no elements.
        case trailingBytes = "trailing-bytes"
        /// A sequence or item whose length its contents contradict; it ends where they do.
        case wrongLength = "wrong-length"
        /// Elements of Implicit VR in Explicit VR or the other way round (items of a sequence, mostly).
        case mixedEncoding = "mixed-encoding"
        /// An odd length that leaves out the byte of padding behind the value.
        case missingPad = "missing-pad"
        /// Bytes that cannot be read were passed over up to the next element; the damage is reported, too.
        case resynchronised = "resynchronised"
        /// Fragments in Pixel Data of defined length.
        case fragmentsOfDefinedLength = "fragments-of-defined-length"
        /// A value for the index that is far longer than its VR allows; kept cut, with a digest of the whole.
        case longValue = "long-value"
        /// Text that is not written in the character set that the file declares; it was read in one that fits all of it.
        case characterSet = "character-set"
        /// A deflated data set with a zlib header (PS3.5 Annex A.5 wants none).
        case zlibHeader = "zlib-header"
    }

    package let code: Code
    /// Byte offset in the file (or in the inflated data set).
    package let offset: Int
}
