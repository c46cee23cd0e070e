package import DICOM
package import DICOMArchive

/// `NNNNN.dcm`: the source file's bytes, exactly.
package struct RawRendition: Rendition {
    package let label = "dcm"
    package let suffix = Array(".dcm".utf8)
    package let kind = NodeID.Kind.source
    package let variant = 0

    package init() {}

    package func size(of instance: InstanceRow, with settings: PictureSettings) -> RenditionSize? { .exact(Int(instance.size)) }

    /// The source's own time, for rsync and `find -newer`.
    package func modifiedNs(of instance: InstanceRow) -> Int64 { instance.mtimeNs }

    package func work(for instance: InstanceRow, with settings: PictureSettings) -> RenditionWork? { nil }
}
