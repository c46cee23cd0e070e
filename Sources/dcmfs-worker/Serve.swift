import DICOM
import DICOMImaging
import WorkerProtocol

/// A file as it came over the socket. The server closes the descriptor.
struct InputFile {
    let descriptor: CInt
    /// Length in bytes that dcmfs saw when it opened the file.
    let size: Int

    /// The size is dcmfs's: glibc's fstat names a path, which the sandbox refuses.
    func open(frameRange: Range<Int>? = nil) throws(DICOMError) -> Part10File {
        var leniency = Leniency.standard
        leniency.frameRange = frameRange
        return try Part10File.open(DescriptorProvider(descriptor, size: size), leniency: leniency)
    }
}

/// The answers themselves: the only place of this program that knows DICOM.
enum Serve {
    static func headerText(_ file: InputFile, format: HeaderText.Format) throws(DICOMError) -> [UInt8] {
        HeaderText.text(of: try file.open(), format: format)
    }

    static func headerJSON(_ file: InputFile, bulkDataURI: String) throws(DICOMError) -> [UInt8] {
        HeaderJSON.json(of: try file.open(), bulkDataURI: bulkDataURI)
    }

    /// 1 when every byte had a meaning, then the text.
    static func decode(_ bytes: [UInt8], characterSet: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        let isWhole = bytes.withUnsafeBytes { SpecificCharacterSet(characterSet).decode($0, vr: .PN, into: &text) }
        return [isWhole ? 1 : 0] + text
    }
}
