import DICOM
package import DICOMArchive

/// `NNNNN.frames/`: one picture for each frame of an instance that has more than one.
///
/// Up to 1,000 frames are listed. With more only a README.txt is, and frames are reached by name, so that a copy or a
/// search through the tree does not render 100,000 tiles.
package enum FramesDirectory {
    package static let suffix = Array(".frames".utf8)
    /// Place among the files of an instance, behind all renditions that existed when it was chosen.
    package static let variant = 4
    package static let listedLimit = 1_000
    package static let readmeName = Array("README.txt".utf8)

    /// Frames of an instance whose directory is shown, else nil. At most what a node id can tell apart.
    package static func frameCount(of instance: InstanceRow) -> Int? {
        guard let picture = instance.picture, picture.frameCount > 1 else { return nil }
        return min(picture.frameCount, NodeID.detailLimit)
    }

    /// The name of a frame without suffix: counted from 1, as many digits as the count has, 4 at least.
    static func stem(of frame: Int, count: Int) -> [UInt8] {
        let digits = Array(String(frame + 1).utf8)
        return Array(repeating: UInt8(ascii: "0"), count: max(0, width(of: count) - digits.count)) + digits
    }

    /// The 0-based frame that a name without suffix stands for; only the one spelling that a listing shows.
    static func frame(stem: ArraySlice<UInt8>, count: Int) -> Int? {
        guard stem.count == width(of: count) else { return nil }
        var number = 0
        for byte in stem {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            number = number &* 10 &+ Int(byte &- UInt8(ascii: "0"))
        }
        return (1...count).contains(number) ? number - 1 : nil
    }

    private static func width(of count: Int) -> Int {
        max(4, String(count).utf8.count)
    }

    /// The text beside frames that are too many to list.
    static func readme(count: Int, shown: [PictureRendition]) -> [UInt8] {
        let names = shown.map { String(decoding: stem(of: 0, count: count) + $0.suffix, as: UTF8.self) }
        let last = shown.first.map { String(decoding: stem(of: count - 1, count: count) + $0.suffix, as: UTF8.self) } ?? ""
        return Array(
            """
            This instance has \(count) frames. They are not listed, so that copying or searching
            this folder does not render all of them; each can be opened by its name,
            \(names.joined(separator: ", ")) (the first frame) to \(last).

            """.utf8)
    }
}
