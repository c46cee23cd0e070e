import DICOM
import WorkerProtocol

extension Serve {
    /// What the index needs of one file: identity, previews, length of the header text. No pixel is touched.
    static func outcome(_ file: InputFile) -> IngestOutcome {
        do { return try reading(file, described) } catch { return .setAside(error) }
    }

    private static func described(_ file: InputFile) throws(DICOMError) -> IngestOutcome {
        let document = try file.open()
        if MediaDirectory.isMediaDirectory(document) { return .mediaDirectory(try MediaDirectory.summary(of: document)) }
        var summary = InstanceSummarizer.summary(of: document)
        describePicture(of: document, in: &summary)
        summary.headerTextLength = HeaderText.length(of: document)
        return .instance(summary)
    }
}
