import DICOM
import DICOMImaging
import WorkerProtocol

extension Serve {
    /// From the header and the start of the first frame.
    static func describePicture(of document: Part10File, in summary: inout InstanceSummary) {
        let (state, picture, problem) = PictureDescriber.describe(document)
        // Available exactly with a description: sizes are promised by it.
        summary.pictureState = state == .available && picture == nil ? .inconsistent : state
        summary.picture = state == .available ? picture : nil
        summary.pictureProblem = problem
        let isMissing = summary.pictureState == .unsupported || summary.pictureState == .inconsistent
        summary.icon = isMissing ? PictureDescriber.describeIcon(document) : nil
    }

    /// - Parameter windows: what this worker remembers of automatic windows.
    static func picture(_ file: InputFile, _ request: PictureRequest, _ windows: WindowMemory) throws(DICOMError) -> [UInt8] {
        guard let format = PictureFormat(rawValue: request.format.rawValue) else {
            throw DICOMError(.unsupported, "picture format \(request.format.rawValue)")
        }
        return try PictureRenderer.picture(
            of: try image(file, request), frame: request.frame, settings: request.settings, format: format,
            description: request.description,
            siblings: Siblings(source: request.source, memory: windows) { () throws(DICOMError) in try file.open() })
    }

    private static func image(_ file: InputFile, _ request: PictureRequest) throws(DICOMError) -> Part10File {
        let document = try file.open(frameRange: request.frameRange)
        guard request.isIcon else { return document }
        guard let icon = document.icon else { throw DICOMError(.inconsistent, "no Icon Image") }
        return icon
    }

    static func frameRanges(_ file: InputFile) throws(DICOMError) -> [UInt8] {
        FrameRangesReply.encode(try StoredFrame.frameRanges(try file.open()) ?? [])
    }

    /// The decoders that this program was built with.
    static func formats() -> [UInt8] { FormatsReply.encode(FormatTable.rows) }

    static func explanation(_ file: InputFile, _ request: PictureRequest) throws(DICOMError) -> [UInt8] {
        let lines = try PictureRenderer.explanation(
            of: try image(file, request), frame: request.frame, settings: request.settings, description: request.description,
            siblings: Siblings { () throws(DICOMError) in try file.open() })
        return Array(lines.utf8)
    }
}
