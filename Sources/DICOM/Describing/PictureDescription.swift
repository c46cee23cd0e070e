/// Everything about an instance's previews that follows from its header alone: enough to know the exact size of every
/// picture file without looking at a pixel (filesystem.md section 3). Made at ingest, stored in the index.
package struct PictureDescription: Hashable, Sendable {
    /// Raised when the same header may give another description, or pictures where there were none: what was indexed before
    /// is then read again once.
    package static let version = 3

    /// Columns of a frame, those of its codestream where it has one (PS3.5 8.2.1); 1...65535.
    package var width: Int
    /// Rows of a frame, likewise; 1...65535.
    package var height: Int
    /// 1 gray or 3 RGB: what the rendered picture has, not what the file stores.
    package var channels: Int
    /// Number of frames, at least 1.
    package var frameCount: Int
    /// 0-based frame shown as `NNNNN.png`: Representative Frame Number where valid, else (N-1)/2.
    package var representativeFrame: Int
    /// Physical or relative size of a pixel, written to pHYs / JFIF density (rule G25).
    package var density: PixelDensity?
    /// Bytes of the ICC profile that is embedded unchanged (rule C10); 0 when there is none.
    package var iccProfileLength: Int
    /// Sides of the Total Pixel Matrix, where frames are tiles and `NNNNN.png` shows all of them put together (PS3.3 C.8.12.14);
    /// nil for everything else.
    package var assembled: PictureSides?

    package init(
        width: Int, height: Int, channels: Int, frameCount: Int = 1, representativeFrame: Int = 0, density: PixelDensity? = nil,
        iccProfileLength: Int = 0
    ) {
        self.width = width
        self.height = height
        self.channels = channels
        self.frameCount = frameCount
        self.representativeFrame = representativeFrame
        self.density = density
        self.iccProfileLength = iccProfileLength
    }
}

/// Columns and rows; 1...65535 each.
package struct PictureSides: Hashable, Sendable {
    package let width: Int
    package let height: Int

    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }
}

extension PictureDescription {
    /// The same for the frames one by one.
    package var ofFrames: PictureDescription {
        var frames = self
        frames.assembled = nil
        return frames
    }
}

/// Pixel density of a picture. `x` and `y` are pixels per metre, or an aspect ratio when `isMetric` is false.
package struct PixelDensity: Hashable, Sendable {
    package var x: UInt32
    package var y: UInt32
    package var isMetric: Bool

    package init(x: UInt32, y: UInt32, isMetric: Bool) {
        self.x = x
        self.y = y
        self.isMetric = isMetric
    }
}

/// Why an instance lists no preview, or that it does.
package enum PictureState: UInt8, Sendable {
    /// The object has no pixel data.
    case none = 0
    /// Pictures are listed; `InstanceSummary.picture` describes them.
    case available = 1
    /// There are pixels, but no decoder for them here; `InstanceSummary.pictureProblem` says what is missing.
    case unsupported = 2
    /// There are pixels, but the header contradicts itself so that no size can be promised.
    case inconsistent = 3
}
