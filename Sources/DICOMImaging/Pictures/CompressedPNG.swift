import CPNG
import DICOM

/// Compressed PNG through libpng, for `dcmfs render` where no size was promised.
enum CompressedPNG {
    static func encode(_ bitmap: Bitmap, tags: PictureTags) throws(DICOMError) -> [UInt8] {
        var message = [CChar](repeating: 0, count: 200)
        var output: UnsafeMutablePointer<UInt8>?
        var length = 0
        let result = tags.iccProfile.withUnsafeBufferPointer { profile in
            var picture = CPNG_Picture(
                width: UInt32(bitmap.width), height: UInt32(bitmap.height), channels: Int32(bitmap.channels),
                has_density: tags.density == nil ? 0 : 1, density_is_metric: tags.density?.isMetric == true ? 1 : 0,
                x_density: tags.density?.x ?? 0, y_density: tags.density?.y ?? 0,
                icc_name: UnsafeRawPointer(PictureSize.iccName.utf8Start).assumingMemoryBound(to: CChar.self), icc: profile.baseAddress,
                icc_length: UInt32(profile.count))
            return CPNG_encode(bitmap.pixels, &picture, &output, &length, &message)
        }
        guard result == 0, let output else {
            throw DICOMError(.unsupported, "PNG: \(String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))")
        }
        defer { CPNG_free(output) }
        return [UInt8](UnsafeBufferPointer(start: output, count: length))
    }
}
