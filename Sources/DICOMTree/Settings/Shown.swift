import DICOM

/// What a tree shows of each instance: which kinds of file, and how pictures are drawn.
struct Shown: Sendable {
    /// In the order of listings.
    let renditions: [any Rendition]
    let pictures: [PictureRendition]
    let picture: PictureSettings
    /// The number that picture nodes carry: 0 where they are those of the tree itself.
    let pictureSettings: Int

    init(renditions: [any Rendition], picture: PictureSettings = PictureSettings(), number: Int = 0) {
        self.renditions = renditions.sorted { $0.variant < $1.variant }
        pictures = self.renditions.compactMap { $0 as? PictureRendition }
        self.picture = picture
        pictureSettings = picture == PictureSettings() ? 0 : number
    }
}
