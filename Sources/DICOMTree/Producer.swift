package import DICOM

/// Makes the bytes of files that are not copies of their source. Called from several threads at once; blocks.
///
/// The same source and arguments give the same bytes, always. The descriptor belongs to the caller, is open for reading,
/// and may be shared with other calls: nobody may rely on its offset.
package protocol Producer: Sendable {
    /// The header text of the file behind the descriptor.
    ///
    /// - Parameter length: bytes that were promised; nil where nothing was.
    func headerText(_ descriptor: CInt, _ format: HeaderText.Format, length: Int?) throws(ProductionError) -> [UInt8]
    /// Header texts of some KiB each, many at once; nil for those that are to be asked for alone.
    func headerTexts(_ orders: [HeaderTextOrder]) -> [[UInt8]?]
    /// One frame as a picture of exactly the promised size.
    func picture(_ descriptor: CInt, _ order: PictureOrder) throws(ProductionError) -> ProducedPicture
}

/// One header text, as ordered.
package struct HeaderTextOrder: Hashable, Sendable {
    package let descriptor: CInt
    package let format: HeaderText.Format
    /// Bytes that were promised; nil where nothing was.
    package let length: Int?
}

package struct ProducedPicture: Hashable, Sendable {
    package let bytes: [UInt8]
    /// Microseconds of processor time.
    package let cost: UInt64

    package init(bytes: [UInt8], cost: UInt64) {
        self.bytes = bytes
        self.cost = cost
    }
}

/// One picture, as ordered.
package struct PictureOrder: Hashable, Sendable {
    /// 0-based.
    package let frame: Int
    package let kind: PictureKind
    package let settings: PictureSettings
    /// Of the instance, as the index has it: without the settings.
    package let description: PictureDescription
    /// Bytes that were promised.
    package let expectedSize: Int
    /// The Icon Image instead of the pixel data.
    package var isIcon = false
}

/// The picture files of the tree; both have exact sizes (`PictureSize`).
package enum PictureKind: Hashable, Sendable {
    /// Stored-deflate PNG.
    case png
    /// JPEG in its fixed envelope.
    case jpeg
}

/// Why there are no bytes.
package struct ProductionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The same input fails again and again (damaged pixels), so that trying again is no use; false for what a full or
    /// busy machine may cause (a deadline, no memory, a worker that could not be started).
    package let isDeterministic: Bool
    /// One line without patient data.
    package let description: String

    package init(isDeterministic: Bool, _ description: String) {
        self.isDeterministic = isDeterministic
        self.description = description
    }
}
