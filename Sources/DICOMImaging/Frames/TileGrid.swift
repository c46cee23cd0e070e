import DICOM

/// The frames of a tiled image as parts of its Total Pixel Matrix (PS3.3 C.8.12.4.1, C.7.6.17.3): from the header alone.
struct TileGrid {
    struct Tile {
        /// 0-based.
        let frame: Int
        /// Of its first pixel in the matrix, 0-based.
        let column: Int
        let row: Int
    }

    let width: Int
    let height: Int
    private let dataSet: DataSet
    private let layout: FrameLayout
    /// Tiles side by side and one below the other.
    private let across: Int
    private let down: Int
    private let isSparse: Bool

    /// Pixels that are put together, 8 Mi: more is no preview. A slide of lower resolutions has one that is smaller.
    private static let mostPixels = 8 << 20
    private static let mostTiles = 1024
    /// Frames whose places are looked at for the one in the middle.
    private static let mostPlaces = 1 << 16

    /// Nil for what is not tiled.
    init?(_ dataSet: DataSet, _ layout: FrameLayout) {
        guard let width = dataSet.int(.totalPixelMatrixColumns), let height = dataSet.int(.totalPixelMatrixRows) else { return nil }
        guard width > 0, height > 0, width <= 1 << 31, height <= 1 << 31 else { return nil }
        (self.width, self.height, self.dataSet, self.layout) = (width, height, dataSet, layout)
        across = (width + layout.columns - 1) / layout.columns
        down = (height + layout.rows - 1) / layout.rows
        switch dataSet.string(.dimensionOrganizationType) {
        case "TILED_FULL": isSparse = false
        case "TILED_SPARSE": isSparse = true
        default: isSparse = Self.place(dataSet.item(.perFrameFunctionalGroupsSequence, 0)) != nil
        }
        // One tile that is the matrix is a picture like any other.
        if layout.frameCount == 1, width == layout.columns, height == layout.rows { return nil }
    }

    /// Sides of the whole where that makes a preview: it is small enough, and there is a tile for half of it at least.
    var assembled: PictureSides? {
        guard width <= PictureSize.jpegSideLimit, height <= PictureSize.jpegSideLimit, width * height <= Self.mostPixels else { return nil }
        guard min(layout.frameCount, across * down) <= Self.mostTiles, isSparse || layout.frameCount * 2 > across * down else { return nil }
        return PictureSides(width: width, height: height)
    }

    /// The tile over the middle of the matrix, where there is tissue rather than at its first corner.
    var middle: Int {
        guard isSparse else {
            let number = (down / 2) * across + across / 2
            return number < layout.frameCount ? number : (layout.frameCount - 1) / 2
        }
        let places = places(limit: Self.mostPlaces)
        func distance(_ tile: Tile) -> Int {
            let (x, y) = (tile.column + layout.columns / 2 - width / 2, tile.row + layout.rows / 2 - height / 2)
            return x * x + y * y
        }
        return places.min { (distance($0), $0.frame) < (distance($1), $1.frame) }?.frame ?? (layout.frameCount - 1) / 2
    }

    /// The tiles of the first focal plane, optical path and segment, one for each place.
    func tiles() -> [Tile] {
        if isSparse { return places(limit: Self.mostTiles * 64) }
        // Columns vary fastest, then rows, then what else there is (PS3.3 C.7.6.17.3).
        return (0..<min(layout.frameCount, across * down)).map { number in
            Tile(frame: number, column: number % across * layout.columns, row: number / across * layout.rows)
        }
    }

    /// As the frames' own functional groups say.
    private func places(limit: Int) -> [Tile] {
        var tiles: [Tile] = []
        var taken: Set<[Int]> = []
        var first: [String]?
        for (frame, item) in dataSet.items(.perFrameFunctionalGroupsSequence).prefix(min(limit, layout.frameCount)).enumerated() {
            guard let (column, row) = Self.place(item) else { continue }
            let layer = Self.layer(item)
            if first == nil { first = layer }
            guard layer == first, column < width, row < height, column > -layout.columns, row > -layout.rows else { continue }
            if taken.insert([column, row]).inserted { tiles.append(Tile(frame: frame, column: column, row: row)) }
        }
        return tiles
    }

    /// 0-based; nil where the item has none that makes sense.
    private static func place(_ item: DataSet?) -> (column: Int, row: Int)? {
        guard let position = item?.item(.planePositionSlideSequence, 0), let column = position.int(.columnPositionInTotalImagePixelMatrix),
            let row = position.int(.rowPositionInTotalImagePixelMatrix), abs(column) < 1 << 31, abs(row) < 1 << 31
        else { return nil }
        return (column - 1, row - 1)
    }

    /// What tells frames at one place apart.
    private static func layer(_ item: DataSet) -> [String] {
        [
            item.item(.planePositionSlideSequence, 0)?.string(.zOffsetInSlideCoordinateSystem) ?? "",
            item.item(.opticalPathIdentificationSequence, 0)?.string(.opticalPathIdentifier) ?? "",
            item.item(.segmentIdentificationSequence, 0)?.int(.referencedSegmentNumber).map(String.init) ?? "",
        ]
    }
}
