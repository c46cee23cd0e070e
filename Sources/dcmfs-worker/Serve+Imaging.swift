import DICOM
import DICOMImaging
import WorkerProtocol

extension Serve {
    static func outcome(_ file: InputFile) -> IngestOutcome { .setAside(DICOMError(.notDICOM, "no reader yet")) }
    static func picture(_ file: InputFile, _ request: PictureRequest) throws(DICOMError) -> [UInt8] {
        throw DICOMError(.unsupported, "no reader yet")
    }
    static func explanation(_ file: InputFile, _ request: PictureRequest) throws(DICOMError) -> [UInt8] {
        throw DICOMError(.unsupported, "no reader yet")
    }
}
