package import DICOM
package import DICOMArchive

/// `NNNNN.icon.png`: the Icon Image of an instance whose own pixels cannot be drawn, such as a video.
package struct IconRendition: Rendition {
    package let label = "icon"
    package let suffix = Array(".icon.png".utf8)
    package let kind = NodeID.Kind.iconPNG
    package let variant = 5

    package init() {}

    package func size(of instance: InstanceRow, with settings: PictureSettings) -> RenditionSize? {
        instance.icon.flatMap { PictureSize.png($0) }.map { .exact($0) }
    }

    package func modifiedNs(of instance: InstanceRow) -> Int64 { instance.changed(epoch: FormatEpoch.pictures) }

    package func work(for instance: InstanceRow, with settings: PictureSettings) -> RenditionWork? {
        guard let icon = instance.icon, let size = PictureSize.png(icon) else { return nil }
        return .picture(PictureOrder(frame: 0, kind: .png, settings: PictureSettings(), description: icon, expectedSize: size, isIcon: true))
    }
}
