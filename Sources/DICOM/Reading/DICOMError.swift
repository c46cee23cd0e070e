/// What went wrong while reading DICOM, and where.
///
/// Compare errors by `code`; `description` is for people.
package struct DICOMError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A stable reason, written to the index and to `/problems`. Raw values never change once released.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }

        /// Neither a Part 10 file nor a bare data set.
        package static let notDICOM = Code(rawValue: "not-dicom")
        /// The file ends where more was promised.
        package static let truncated = Code(rawValue: "truncated")
        /// Bytes that no reading of the standard allows.
        package static let malformed = Code(rawValue: "malformed")
        /// Sequences nested deeper than the reader follows.
        package static let tooDeep = Code(rawValue: "too-deep")
        /// A bound of ours (size, count, ratio) was reached.
        package static let limitExceeded = Code(rawValue: "limit-exceeded")
        /// A transfer syntax, codec or feature that this build does not decode.
        package static let unsupported = Code(rawValue: "unsupported")
        /// Attributes that contradict each other or the pixel data.
        package static let inconsistent = Code(rawValue: "inconsistent")
        /// A codestream that its decoder refuses.
        package static let damagedPixels = Code(rawValue: "damaged-pixels")
        /// There are no pixel data to draw.
        package static let noPixels = Code(rawValue: "no-pixels")
        /// The source could not be read (see the message for errno).
        package static let unreadable = Code(rawValue: "unreadable")
    }

    package let code: Code
    /// Byte offset in the file (or in the inflated data set of a deflated file), -1 where there is none.
    package let offset: Int
    /// Tags from the outermost sequence to the element at fault.
    package let path: [Tag]
    /// One line, no patient data.
    package let message: String

    @inline(never)
    package init(_ code: Code, at offset: Int = -1, path: [Tag] = [], _ message: String) {
        self.code = code
        self.offset = offset
        self.path = path
        self.message = message
    }

    package var description: String {
        offset < 0 ? "\(code.rawValue): \(message)" : "\(code.rawValue) at offset \(offset): \(message)"
    }
}
