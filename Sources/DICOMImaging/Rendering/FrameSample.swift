import DICOM

/// Frames that stand for all of an object where its automatic window is made, so that a cine does not flicker and the tiles of a slide
/// can be compared: the first, the last, and as many evenly between them as cost about as much as one large picture.
final class FrameSample {
    let file: Part10File
    /// Of the file, as described.
    let layout: FrameLayout
    let settings: PictureSettings
    /// Sides that the pictures will have: frames are decoded as small as for them.
    let width: Int
    let height: Int

    private let siblings: Siblings?
    private var known: ValueStatistics??

    private static let pixels = 1 << 20
    private static let fewest = 3

    /// Nil for an object of one frame.
    init?(_ file: Part10File, _ layout: FrameLayout, settings: PictureSettings, width: Int, height: Int, _ siblings: Siblings? = nil) {
        guard layout.frameCount > 1 else { return nil }
        (self.file, self.layout, self.settings, self.width, self.height) = (file, layout, settings, width, height)
        self.siblings = siblings
    }

    /// 0-based, ascending.
    static func frames(of layout: FrameLayout) -> [Int] {
        let count = min(layout.frameCount, max(fewest, pixels / max(1, layout.pixelCount)))
        guard count > 1 else { return [0] }
        return (0..<count).map { $0 * (layout.frameCount - 1) / (count - 1) }
    }

    /// The ends of all of them; nil where no frame has a value. One that cannot be decoded is left out here: who asks for its picture
    /// is told.
    func statistics() -> ValueStatistics? {
        if let known { return known }
        let key = WindowMemory.Key(source: siblings?.source ?? [], width: width, height: height, overlays: settings.overlays)
        let memory = key.source.isEmpty ? nil : siblings?.memory
        if let remembered = memory?.entry(key) {
            known = .some(remembered.statistics)
            return remembered.statistics
        }
        let found = collect()
        known = .some(found)
        memory?.insert(found, for: key)
        return found
    }

    private func collect() -> ValueStatistics? {
        var joined: ValueStatistics?
        // A file of which no more can be read than the one frame gives that frame's own.
        let isNarrow = file.pixelData?.fragments?.frameRange != nil
        guard let file = isNarrow ? try? siblings?.open() : file else { return nil }
        for frame in Self.frames(of: layout) {
            guard let source = try? FrameSource(file, layout, frame: frame, overlays: settings.overlays, width: width, height: height) else { continue }
            let own = GrayRenderer(file, source.layout, source.buffer, frame: frame, settings: settings).statistics
            joined = own.map { own in joined?.joined(own) ?? own } ?? joined
        }
        return joined
    }
}
