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
            throw CommandFailure("\(name): \(summary.pictureState == .none ? "no pixel data" : summary.pictureProblem)")
        case .success(.mediaDirectory): throw CommandFailure("\(name): a DICOMDIR has no picture")
        case .success(.setAside(let error)): throw CommandFailure("\(name): \(error.description)")
        case .failure(let failure): throw CommandFailure("\(name): \(failure.description)")
        case nil: throw CommandFailure("\(name): no answer")
        }
    }
}
