package import DICOM
package import DICOMArchive

/// `NNNNN.txt`: the header as text. Its length was measured by the index.
package struct HeaderTextRendition: Rendition {
    package let label = "txt"
    package let suffix = Array(".txt".utf8)
    package let kind = NodeID.Kind.headerText
    package let variant = 3

    package init() {}

    /// In the format that the index measured, until the next index measures the current one. Of a format that is not written any
    /// more the size takes making the text.
    package func size(of instance: InstanceRow, with settings: PictureSettings) -> RenditionSize? {
        instance.headerTextFormat == nil ? .unknown(instance.headerTextLength) : .exact(instance.headerTextLength)
    }

    /// A second later with each format: other bytes have another time, also where the source is newer than the format, and texts
    /// keep the order of their sources.
    package func modifiedNs(of instance: InstanceRow) -> Int64 {
        let steps = Int64((instance.headerTextFormat ?? .current).rawValue - 1)
        let (time, isOver) = instance.changed(epoch: 0).addingReportingOverflow(steps * 1_000_000_000)
        return isOver ? .max : time
    }

    package func work(for instance: InstanceRow, with settings: PictureSettings) -> RenditionWork? {
        .headerText(instance.headerTextFormat ?? .current)
    }
}

extension InstanceRow {
    /// Nil where the index names a format that is not written any more, or not yet.
    var headerTextFormat: HeaderText.Format? { HeaderText.Format(rawValue: headerTextVersion) }
}
