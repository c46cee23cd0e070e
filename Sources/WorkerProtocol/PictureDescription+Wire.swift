import DICOM

extension WireWriter {
    mutating func put(_ picture: PictureDescription) {
        put(picture.width)
        put(picture.height)
        put(picture.channels)
        put(picture.frameCount)
        put(picture.representativeFrame)
        put(picture.iccProfileLength)
        put(picture.assembled?.width ?? 0)
        put(picture.assembled?.height ?? 0)
        put(picture.density != nil)
        guard let density = picture.density else { return }
        put(density.x)
        put(density.y)
        put(density.isMetric)
    }
}

extension WireReader {
    /// Ranges are those of `PictureDescription`: sizes of files are computed from these numbers without further checks.
    mutating func pictureDescription() throws(WireError) -> PictureDescription {
        let width = try int()
        let height = try int()
        let channels = try int()
        let frames = try int()
        let representative = try int()
        let profile = try int()
        let (wide, high) = (try int(), try int())
        guard (0...65_535).contains(wide), (0...65_535).contains(high), (wide == 0) == (high == 0) else {
            throw WireError("tiles put together to \(wide) x \(high)")
        }
        guard (1...65_535).contains(width), (1...65_535).contains(height) else { throw WireError("picture of \(width) x \(height)") }
        guard channels == 1 || channels == 3 else { throw WireError("picture of \(channels) channels") }
        guard (1...Int(Int32.max)).contains(frames), (0..<frames).contains(representative) else { throw WireError("frame outside the frames") }
        guard (0..<Int(Int32.max) / 2).contains(profile) else { throw WireError("ICC profile of \(profile) bytes") }
        let density = try bool() ? PixelDensity(x: try uint32(), y: try uint32(), isMetric: try bool()) : nil
        var description = PictureDescription(
            width: width, height: height, channels: channels, frameCount: frames, representativeFrame: representative,
            density: density, iccProfileLength: profile)
        if wide > 0 { description.assembled = PictureSides(width: wide, height: high) }
        return description
    }
}
