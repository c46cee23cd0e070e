import DICOM
import DICOMImaging
import WorkerProtocol

/// The answers themselves: the only place of this program that knows DICOM.
enum Serve {
    static func outcome(_ file: InputFile) -> IngestOutcome { .setAside(DICOMError(.notDICOM, "no reader yet")) }
    static func headerText(_ file: InputFile) throws(DICOMError) -> [UInt8] { throw DICOMError(.unsupported, "no reader yet") }
    static func headerJSON(_ file: InputFile, bulkDataURI: String) throws(DICOMError) -> [UInt8] { throw DICOMError(.unsupported, "no reader yet") }
    static func picture(_ file: InputFile, _ request: PictureRequest) throws(DICOMError) -> [UInt8] { throw DICOMError(.unsupported, "no reader yet") }
    static func explanation(_ file: InputFile, _ request: PictureRequest) throws(DICOMError) -> [UInt8] { throw DICOMError(.unsupported, "no reader yet") }
    static func decode(_ bytes: [UInt8], characterSet: [UInt8]) -> [UInt8] { [] }
}
