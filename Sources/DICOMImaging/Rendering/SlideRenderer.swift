import DICOM

/// The Total Pixel Matrix of a tiled image, put together from its frames.
struct SlideRenderer {
    private let file: Part10File
    private let settings: PictureSettings
    private let description: PictureDescription
    private let grid: TileGrid

    /// - Throws: `.inconsistent` where the file's matrix is not the one described.
    init(_ file: Part10File, settings: PictureSettings, description: PictureDescription) throws(DICOMError) {
        guard file.pixelData?.fragments?.frameRange == nil else { throw DICOMError(.unsupported, "a slide of which one tile was looked for") }
        let layout = try FrameRenderer.layout(of: file, frame: 0, description: description)
        guard let grid = TileGrid(file.dataSet, layout), let sides = grid.assembled, sides == description.assembled else {
            throw DICOMError(.inconsistent, "the slide is not the one that was indexed")
        }
        (self.file, self.settings, self.description, self.grid) = (file, settings, description, grid)
    }

    func rows() throws(DICOMError) -> PictureRows {
        let whole = try bitmap()
        let drawn = description.drawn(with: settings)
        let rows = PictureRows(width: whole.width, height: whole.height, channels: whole.channels) { row, target in
            whole.pixels.withUnsafeBytes { pixels in
                target.copyMemory(from: UnsafeRawBufferPointer(rebasing: pixels[row * whole.rowBytes..<(row + 1) * whole.rowBytes]))
            }
        }
        return BoxFilter.rows(rows, width: drawn.width, height: drawn.height)
    }

    /// A tile that cannot be decoded is an error of the whole: a gap in its place would look like a place without tissue.
    private func bitmap() throws(DICOMError) -> Bitmap {
        let channels = description.channels
        var pixels: [UInt8] = []
        pixels.reserveCapacity(grid.width * grid.height * channels)
        let absent = absentPixel
        for _ in 0..<grid.width * grid.height { pixels += absent }
        var plain = settings
        (plain.longestSide, plain.squarePixels) = (nil, false)
        let frames = description.ofFrames
        let sample = FrameSample(
            file, try FrameRenderer.layout(of: file, frame: 0, description: frames), settings: plain, width: frames.width, height: frames.height)
        for tile in grid.tiles() {
            let own = try description(of: tile, frames)
            let renderer = try FrameRenderer(file, frame: tile.frame, settings: plain, description: own, sample: sample)
            copy(try renderer.bitmap(), tile, into: &pixels)
        }
        return Bitmap(width: grid.width, height: grid.height, channels: channels, pixels: pixels)
    }

    /// Tiles at the end of a row may be coded only as far as the matrix goes: then their stream is smaller than the others.
    private func description(of tile: TileGrid.Tile, _ frames: PictureDescription) throws(DICOMError) -> PictureDescription {
        let isLast = tile.column + frames.width > grid.width || tile.row + frames.height > grid.height
        guard isLast, let head = try StreamHead.of(file, frame: tile.frame), head.width > 0, head.height > 0 else { return frames }
        guard head.width <= frames.width, head.height <= frames.height else { return frames }
        var own = frames
        (own.width, own.height) = (head.width, head.height)
        return own
    }

    /// What lies outside the matrix is padding of the last tiles.
    private func copy(_ picture: Bitmap, _ tile: TileGrid.Tile, into pixels: inout [UInt8]) {
        let columns = max(0, -tile.column)..<min(picture.width, grid.width - tile.column)
        let rows = max(0, -tile.row)..<min(picture.height, grid.height - tile.row)
        guard columns.lowerBound < columns.upperBound else { return }
        let channels = picture.channels
        pixels.withUnsafeMutableBytes { target in
            picture.pixels.withUnsafeBytes { source in
                for row in rows {
                    let from = source[(row * picture.width + columns.lowerBound) * channels..<(row * picture.width + columns.upperBound) * channels]
                    let to = ((tile.row + row) * grid.width + tile.column + columns.lowerBound) * channels
                    UnsafeMutableRawBufferPointer(rebasing: target[to..<to + from.count]).copyMemory(from: UnsafeRawBufferPointer(rebasing: from))
                }
            }
        }
    }

    /// Recommended Absent Pixel CIELab Value (PS3.3 C.8.12.4.1.7): white glass where colours have none, else black.
    private var absentPixel: [UInt8] {
        guard description.channels == 3 else { return [0] }
        let color = SegmentColors.lab(file.dataSet.ints(.recommendedAbsentPixelCIELabValue)) ?? 0xFF_FFFF
        return [UInt8(truncatingIfNeeded: color), UInt8(truncatingIfNeeded: color >> 8), UInt8(truncatingIfNeeded: color >> 16)]
    }

    /// The values that the picture comes from, one line each.
    func explanation() throws(DICOMError) -> String {
        let tiles = grid.tiles()
        let lines = "slide: \(grid.width) x \(grid.height) of \(tiles.count) tiles\n"
        guard let first = tiles.first else { return lines }
        return lines
            + (try FrameRenderer(file, frame: first.frame, settings: settings, description: description.ofFrames).explanation())
    }
}
