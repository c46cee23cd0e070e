/// A DICOM file as read: meta information, data set, where the pixel data lie, what was forgiven (PS3.10 section 7).
///
/// Opening it reads the header only. Files without preamble, without meta information or with a lying transfer syntax open
/// too, as far as their bytes leave no doubt; what had to be forgiven is in `forgiven`.
package final class Part10File {
    /// Group 0002; empty where the file has none.
    package let meta: DataSet
    package let dataSet: DataSet
    /// As it was used for reading: the file's, or what was guessed where the file names none.
    package let transferSyntax: TransferSyntax
    /// Value of (0002,0010); empty where there is none.
    package let transferSyntaxUID: [UInt8]
    package let pixelData: PixelDataLocation?
    package let forgiven: [Forgiveness]
    /// Damage after which nothing was read; what comes before it is there.
    package let parseError: DICOMError?
    /// Offsets count in the inflated data set instead of the file.
    package let isInflated: Bool
    private let bytes: ByteStore

    /// Bytes in the space that offsets count in: the file, or the inflated data set.
    package var byteCount: Int { bytes.size }

    /// The character set that all 8-bit texts of the file agree with, where none is declared; nil where a text has not been
    /// decoded yet, too.
    package var recognisedCharacterSet: RecognisedSet? { dataSet.storage.isRecognised ? dataSet.storage.recognisedSet : nil }

    /// Reads at an offset of that space; fewer bytes than asked only at its end.
    package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(DICOMError) -> Int {
        guard offset >= 0 else { return 0 }
        return try bytes.provider.read(at: offset, into: buffer)
    }

    /// Reads the header.
    ///
    /// - Throws: `.notDICOM` where the bytes are no DICOM file, `.truncated` and `.malformed` where they were one once and
    ///   nothing of it can be shown, `.unreadable` where the source cannot be read.
    package static func open(_ provider: any ByteProvider, leniency: Leniency = .standard) throws(DICOMError) -> Part10File {
        var opening = try Part10Opening(provider, leniency: leniency)
        try opening.readMeta()
        try opening.readDataSet()
        return Part10File(opening, try opening.pixelLocation())
    }

    /// The image of the Icon Image Sequence (0088,0200) as a file of its own (PS3.3 section F.7); nil where there is none, or
    /// one whose pixels are not native.
    package var icon: Part10File? {
        guard let item = dataSet.item(.iconImageSequence, 0), let pixels = item.element(.pixelData), pixels.fragments == nil else { return nil }
        return Part10File(item, pixels, of: self)
    }

    private init(_ item: DataSet, _ pixels: DataElement, of file: Part10File) {
        meta = file.meta
        dataSet = item
        transferSyntax = .explicitLittle
        transferSyntaxUID = file.transferSyntaxUID
        forgiven = []
        parseError = nil
        isInflated = file.isInflated
        bytes = file.bytes
        pixelData = PixelDataLocation(pixels)
    }

    private init(_ opening: Part10Opening, _ location: PixelDataLocation?) {
        meta = opening.meta
        dataSet = opening.dataSet
        transferSyntax = opening.transferSyntax
        transferSyntaxUID = opening.transferSyntaxUID
        forgiven = opening.forgiven
        parseError = opening.damage
        isInflated = opening.isInflated
        bytes = opening.dataSet.storage.bytes
        pixelData = location
    }
}
