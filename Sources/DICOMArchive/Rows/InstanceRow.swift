package import DICOM

/// One instance: everything a listing or `stat` of its files needs, without touching the source.
package struct InstanceRow: Hashable, Sendable {
    package let id: Int64
    package let seriesID: Int64
    /// File name without extension: `00001`, `00001 ~abc234`, `noNumber ~abc234`.
    package let stem: [UInt8]
    /// The same in `/uids`: the SOP Instance UID, with a suffix where that does not tell.
    package let uidStem: [UInt8]
    /// Bytes of the source file.
    package let size: Int64
    /// Modification time of the source.
    package let mtimeNs: Int64
    /// When other bytes took this name's place (commit time); 0 when that never happened.
    package let contentChangedNs: Int64
    /// Exact bytes of the header text in format `headerTextVersion`.
    package let headerTextLength: Int
    package let headerTextVersion: Int
    package let pictureState: PictureState
    /// Set exactly when `pictureState` is `.available`.
    package let picture: PictureDescription?
    /// The Icon Image of an instance whose own pixels cannot be drawn.
    package var icon: PictureDescription? = nil
    /// First of a range of numbers, one for each frame, that no other instance of the archive has or will have; nil without frames.
    package var framesIno: Int64? = nil
}
