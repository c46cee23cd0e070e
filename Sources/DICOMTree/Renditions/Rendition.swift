package import DICOM
package import DICOMArchive

/// One kind of file made from an instance. A further kind is a file beside this one and a line in `VirtualTree.renditions`.
package protocol Rendition: Sendable {
    /// Its word in `-o show=`.
    var label: String { get }
    /// What follows the instance's stem, e.g. `.png`.
    var suffix: [UInt8] { get }
    var kind: NodeID.Kind { get }
    /// Place among the files of an instance, part of directory cookies: 0...6, no two alike, never changed.
    var variant: Int { get }
    /// From the row alone, in constant time; nil where the instance has no such file. Settings concern pictures only.
    func size(of instance: InstanceRow, with settings: PictureSettings) -> RenditionSize?
    /// Changes whenever the bytes may (nanoseconds since 1970).
    func modifiedNs(of instance: InstanceRow) -> Int64
    /// Nil for the source's own bytes, which are never held in memory.
    func work(for instance: InstanceRow, with settings: PictureSettings) -> RenditionWork?
}

package enum RenditionSize: Hashable, Sendable {
    case exact(Int)
    /// To be found out by making the bytes; the value is what stands in listings meanwhile.
    case unknown(Int)

    package var value: Int {
        switch self {
        case .exact(let size), .unknown(let size): size
        }
    }
}

/// What a `Producer` has to do for the bytes of one file.
package enum RenditionWork: Hashable, Sendable {
    case headerText(HeaderText.Format)
    case picture(PictureOrder)

    /// Nil for what is no header text.
    var headerFormat: HeaderText.Format? { if case .headerText(let format) = self { format } else { nil } }
}

/// When the bytes of a kind last changed for the same source: the release date of the current version of a format, in
/// nanoseconds since 1970; 0 as long as there has been one version only.
enum FormatEpoch {
    /// 2026-11-28: square pixels, slides put together, one automatic window for all frames.
    static let pictures: Int64 = 1_795_824_000_000_000_000
}

extension InstanceRow {
    /// When the bytes behind this name last changed, for a format as old as `epoch`.
    func changed(epoch: Int64) -> Int64 {
        max(mtimeNs, contentChangedNs, epoch)
    }
}
