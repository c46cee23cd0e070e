package import DICOM
package import DICOMArchive

/// `NNNNN.txt`: the header as text. Its length was measured by the index.
package struct HeaderTextRendition: Rendition {
    package let label = "txt"
    package let suffix = Array(".txt".utf8)
    package let kind = NodeID.Kind.headerText
    package let variant = 3

    package init() {}

    /// An index made by another version of the text format measured another text: then the size takes making it.
    package func size(of instance: InstanceRow, with settings: PictureSettings) -> RenditionSize? {
        instance.headerTextVersion == HeaderText.formatVersion ? .exact(instance.headerTextLength) : .unknown(instance.headerTextLength)
    }

    package func modifiedNs(of instance: InstanceRow) -> Int64 { instance.changed(epoch: FormatEpoch.headerText) }

    package func work(for instance: InstanceRow, with settings: PictureSettings) -> RenditionWork? { .headerText }
}
