package import DICOM
package import DICOMArchive

/// `NNNNN.png` and `NNNNN.jpg`: the representative frame, in a size that follows from the row alone (`PictureSize`).
package struct PictureRendition: Rendition {
    package let picture: PictureKind
    package let label: String
    package let suffix: [UInt8]
    package let kind: NodeID.Kind
    package let variant: Int
    /// The kind of the same picture inside `NNNNN.frames`.
    package let frameKind: NodeID.Kind

    package static let png = PictureRendition(picture: .png, label: "png", kind: .png, variant: 1, frameKind: .framePNG)
    package static let jpeg = PictureRendition(picture: .jpeg, label: "jpg", kind: .jpeg, variant: 2, frameKind: .frameJPEG)

    private init(picture: PictureKind, label: String, kind: NodeID.Kind, variant: Int, frameKind: NodeID.Kind) {
        self.picture = picture
        self.label = label
        suffix = Array(".\(label)".utf8)
        self.kind = kind
        self.variant = variant
        self.frameKind = frameKind
    }

    package func size(of instance: InstanceRow, with settings: PictureSettings) -> RenditionSize? {
        size(instance.picture, with: settings)
    }

    /// The same of one frame: of a slide that is one tile.
    func frameSize(of instance: InstanceRow, with settings: PictureSettings) -> RenditionSize? {
        size(instance.picture?.ofFrames, with: settings)
    }

    private func size(_ description: PictureDescription?, with settings: PictureSettings) -> RenditionSize? {
        guard let description else { return nil }
        return picture.size(description.drawn(with: settings)).map { .exact($0) }
    }

    package func modifiedNs(of instance: InstanceRow) -> Int64 { instance.changed(epoch: FormatEpoch.pictures) }

    package func work(for instance: InstanceRow, with settings: PictureSettings) -> RenditionWork? {
        instance.picture.flatMap { work($0, frame: $0.representativeFrame, with: settings) }
    }

    /// `frame` counts from 0.
    func work(for instance: InstanceRow, frame: Int, with settings: PictureSettings) -> RenditionWork? {
        instance.picture.flatMap { work($0.ofFrames, frame: frame, with: settings) }
    }

    private func work(_ description: PictureDescription, frame: Int, with settings: PictureSettings) -> RenditionWork? {
        guard let size = picture.size(description.drawn(with: settings)) else { return nil }
        return .picture(PictureOrder(frame: frame, kind: picture, settings: settings, description: description, expectedSize: size))
    }
}

extension PictureKind {
    /// Exact bytes of one picture; nil where this kind cannot hold it.
    func size(_ description: PictureDescription) -> Int? {
        switch self {
        case .png: PictureSize.png(description)
        case .jpeg: PictureSize.jpeg(description)
        }
    }
}
