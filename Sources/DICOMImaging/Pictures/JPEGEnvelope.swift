import DICOM

/// A JPEG of exactly the size `PictureSize.jpeg` promises: quality 90 where it fits, else lower, then filled up with COM
/// segments of zeros right behind APP0 and, for the last one to three bytes, 0xFF fill bytes before a marker (T.81 B.1.1.2).
enum JPEGEnvelope {
    /// Tried one after the other. All but unusual pictures fit at the first, all real ones by 75 (filesystem.md section 3).
    static let qualities: [Int32] = [90, 85, 80, 75, 65, 55, 45, 35, 25, 15, 8, 4, 2, 1]
    /// Zero bytes that one COM segment can carry.
    private static let largestComment = 65_533
    private static let commentHeader = 4

    static func encode(_ bitmap: Bitmap, tags: PictureTags) throws(DICOMError) -> [UInt8] {
        try JPEGWriter.checkSides(bitmap)
        let size = PictureSize.jpeg(
            width: bitmap.width, height: bitmap.height, channels: bitmap.channels, iccProfileLength: tags.iccProfile.count)
        guard let size else { throw DICOMError(.limitExceeded, "picture too large for JPEG") }
        let file = try filled(size) { (output) throws(DICOMError) in
            for quality in qualities {
                if let length = try JPEGWriter.encode(bitmap, tags: tags, quality: quality, into: output) { return length }
            }
            return nil
        }
        guard let file else { throw DICOMError(.limitExceeded, "picture does not fit its JPEG envelope") }
        return file
    }

    /// A file of `size` bytes around the stream that `write` makes; nil where it makes none.
    static func filled(
        _ size: Int, write: (UnsafeMutableBufferPointer<UInt8>) throws(DICOMError) -> Int?
    ) throws(DICOMError) -> [UInt8]? {
        var failure: DICOMError?
        let file = [UInt8](unsafeUninitializedCapacity: size) { output, count in
            do throws(DICOMError) {
                guard let length = try write(output) else { return }
                fill(UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(output)[..<size]), length: length)
                count = size
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return file.isEmpty ? nil : file
    }

    /// Puts a stream of `length` bytes into the whole of `bytes`.
    static func fill(_ bytes: UnsafeMutableRawBufferPointer, length: Int) {
        // SOI, then APP0 with its own length: libjpeg writes both first, always.
        let head = 4 + (Int(bytes[4]) << 8 | Int(bytes[5]))
        var missing = bytes.count - length
        let rest = UnsafeRawBufferPointer(rebasing: bytes[head..<length])
        UnsafeMutableRawBufferPointer(rebasing: bytes[(head + missing)...]).copyMemory(from: rest)
        var at = head
        while missing >= commentHeader {
            let zeros = min(largestComment, missing - commentHeader)
            bytes.storeBytes(of: UInt32(0xFFFE_0000 | UInt32(zeros + 2)).bigEndian, toByteOffset: at, as: UInt32.self)
            UnsafeMutableRawBufferPointer(rebasing: bytes[(at + commentHeader)..<(at + commentHeader + zeros)])
                .initializeMemory(as: UInt8.self, repeating: 0)
            at += commentHeader + zeros
            missing -= commentHeader + zeros
        }
        UnsafeMutableRawBufferPointer(rebasing: bytes[at..<(at + missing)]).initializeMemory(as: UInt8.self, repeating: 0xFF)
    }
}
