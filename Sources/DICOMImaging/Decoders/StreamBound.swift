import DICOM

/// How large a frame may be for the bytes that code it, for codecs in which a blank picture costs next to nothing
/// (JPEG 2000, JPEG-LS, JPEG XL): no ratio is impossible there, so only large frames must bring bytes along. Such a decoder needs
/// about 8 bytes of memory a sample; what is let through on trust fits a worker's least budget.
enum StreamBound {
    /// Samples that any stream may hold: a blank mammogram is legal.
    static let onTrust = 16 << 20
    /// Samples per byte above that; a worker's budget counts no more of them either.
    static let largestRatio = 1024

    static func check(samples: Int, bytes: Int, _ codec: String) throws(DICOMError) {
        guard samples <= onTrust || samples / largestRatio <= bytes else {
            throw DICOMError(.damagedPixels, "\(codec) stream of \(bytes) bytes for \(samples) samples")
        }
    }
}
