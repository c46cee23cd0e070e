import DICOM
import DICOMImaging
import WorkerProtocol

extension Serve {
    static func describePicture(of document: Part10File, in summary: inout InstanceSummary) {
        let description = PictureDescriber.describe(document)
        summary.pictureState = description.state
        summary.picture = description.picture
        summary.pictureProblem = description.problem
    }

    static func picture(_ file: InputFile, _ request: PictureRequest) throws(DICOMError) -> [UInt8] {
        guard let format = PictureFormat(rawValue: request.format.rawValue) else {
            throw DICOMError(.unsupported, "picture format \(request.format.rawValue)")
        }
        return try PictureRenderer.picture(
            of: try file.open(), frame: request.frame, settings: settings(request), format: format, description: request.description)
    }

    static func explanation(_ file: InputFile, _ request: PictureRequest) throws(DICOMError) -> [UInt8] {
        Array(
            try PictureRenderer.explanation(
                of: try file.open(), frame: request.frame, settings: settings(request), description: request.description
            ).utf8)
    }

    private static func settings(_ request: PictureRequest) -> RenderSettings {
        let window: RenderSettings.WindowChoice =
            switch request.settings.window {
            case .fileOrAuto: .fileOrAuto
            case .auto: .auto
            case .values(let center, let width): .values(center: center, width: width)
            }
        return RenderSettings(window: window, overlays: request.settings.overlays)
    }
}
