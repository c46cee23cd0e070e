package import DICOM

/// Why a request has no result: the document's fault, or the worker's end.
package enum WorkerError: Error, Hashable, Sendable, CustomStringConvertible {
    case document(DICOMError)
    case worker(WorkerFailure)

    /// Whether asking again for the same bytes is pointless.
    package var isDeterministic: Bool {
        switch self {
        case .document(let error): error.code != .unreadable
        case .worker(let failure): failure.isDeterministic
        }
    }

    package var description: String {
        switch self {
        case .document(let error): error.description
        case .worker(let failure): failure.description
        }
    }
}
