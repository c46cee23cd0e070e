import DICOM
import DICOMImaging
import WorkerProtocol

extension Serve {
    static func describePicture(of document: Part10File, in summary: inout InstanceSummary) {}

    static func picture(_ file: InputFile, _ request: PictureRequest) throws(DICOMError) -> [UInt8] {
        throw DICOMError(.unsupported, "no renderer yet")
    }

    static func explanation(_ file: InputFile, _ request: PictureRequest) throws(DICOMError) -> [UInt8] {
        throw DICOMError(.unsupported, "no renderer yet")
    }
}
