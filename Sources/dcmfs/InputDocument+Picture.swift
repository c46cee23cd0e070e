import DICOM
import WorkerProtocol
import Workers

extension InputDocument {
    /// What the header promises about the picture.
    func describePicture(
        _ pool: WorkerPool, takingIcon: Bool = false
    ) throws(CommandFailure) -> (description: PictureDescription, isIcon: Bool) {
        switch pool.ingest([descriptor], sizes: [size]).first {
        case .success(.instance(let summary)):
            if let picture = summary.picture { return (picture, false) }
            if takingIcon, let icon = summary.icon { return (icon, true) }
            throw CommandFailure("\(shownName): \(summary.pictureState == .none ? "no pixel data" : summary.pictureProblem)")
        case .success(.mediaDirectory): throw CommandFailure("\(shownName): a DICOMDIR has no picture")
        case .success(.setAside(let error)): throw CommandFailure("\(shownName): \(error.description)")
        case .failure(let failure): throw CommandFailure("\(shownName): \(failure.description)")
        case nil: throw CommandFailure("\(shownName): no answer")
        }
    }
}
