import CJPEG
import DICOM

/// Baseline JPEG through libjpeg-turbo: 4:4:4 (text in ultrasound stays sharp), JFIF density, ICC profile in APP2.
enum JPEGWriter {
    /// The quality to begin with.
    static let quality: Int32 = 90

    /// A stream as long as it gets, for `dcmfs render`.
    static func plain(_ bitmap: Bitmap, tags: PictureTags) throws(DICOMError) -> [UInt8] {
        try checkSides(bitmap)
        // No coefficient takes more than 32 bits; tables, markers and the profile come on top.
        let blocks = ((bitmap.width + 7) / 8) * ((bitmap.height + 7) / 8) * bitmap.channels
        let chunks = tags.iccProfile.count / PictureSize.jpegICCChunk + 1
        let capacity = 4096 + blocks * 256 + tags.iccProfile.count + chunks * 18
        var failure: DICOMError?
        let stream = [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
            do throws(DICOMError) {
                count = try encode(bitmap, tags: tags, quality: quality, into: output) ?? 0
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        guard !stream.isEmpty else { throw DICOMError(.limitExceeded, "JPEG larger than its bound") }
        return stream
    }

    /// Encodes into `output`; the length, or nil when it does not fit.
    static func encode(
        _ bitmap: Bitmap, tags: PictureTags, quality: Int32, into output: UnsafeMutableBufferPointer<UInt8>
    ) throws(DICOMError) -> Int? {
        var report = CJPEG_Report()
        let density = JFIFDensity(tags.density)
        let length = tags.iccProfile.withUnsafeBufferPointer { profile in
            var options = CJPEG_EncodeOptions(
                width: Int32(bitmap.width), height: Int32(bitmap.height), components: Int32(bitmap.channels), quality: quality,
                density_unit: density.unit, x_density: density.x, y_density: density.y, icc: profile.baseAddress, icc_length: profile.count)
            return CJPEG_encode(bitmap.pixels, &options, output.baseAddress, output.count, &report)
        }
        guard length >= 0 else { throw DICOMError(.unsupported, "JPEG: \(JPEG.text(report))") }
        return length == 0 ? nil : length
    }

    static func checkSides(_ bitmap: Bitmap) throws(DICOMError) {
        let sides = 1...PictureSize.jpegSideLimit
        guard sides.contains(bitmap.width), sides.contains(bitmap.height) else {
            throw DICOMError(.limitExceeded, "picture too large for JPEG")
        }
    }
}

/// Density as JFIF's APP0 holds it: 16 bits a side, per inch (finer than per centimetre) or as an aspect ratio.
struct JFIFDensity: Hashable {
    var unit: UInt8 = 0
    var x: UInt16 = 1
    var y: UInt16 = 1

    init(_ density: PixelDensity?) {
        guard let density, density.x > 0, density.y > 0 else { return }
        if density.isMetric, let perInch = Self.perInch(density) {
            self = perInch
            return
        }
        // Only the ratio is left to say; scaled down until both sides fit.
        var (x, y) = (density.x, density.y)
        let divisor = Self.commonDivisor(x, y)
        (x, y) = (x / divisor, y / divisor)
        while x > 0xFFFF || y > 0xFFFF { (x, y) = (max(1, x >> 1), max(1, y >> 1)) }
        (self.x, self.y) = (UInt16(x), UInt16(y))
    }

    private init(unit: UInt8, x: UInt16, y: UInt16) { (self.unit, self.x, self.y) = (unit, x, y) }

    private static func perInch(_ density: PixelDensity) -> JFIFDensity? {
        let x = (Double(density.x) * 0.0254 + 0.5).rounded(.down)
        let y = (Double(density.y) * 0.0254 + 0.5).rounded(.down)
        guard x >= 1, y >= 1, x <= 65_535, y <= 65_535 else { return nil }
        return JFIFDensity(unit: 1, x: UInt16(x), y: UInt16(y))
    }

    private static func commonDivisor(_ a: UInt32, _ b: UInt32) -> UInt32 {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return max(1, a)
    }
}
