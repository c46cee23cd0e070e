import DICOMArchive
import Glibc

/// The file of a stored picture:
///
///     0   "dcmfspic"
///     8   length of the key (8 bytes, little endian)
///     16  length of the picture (8)
///     24  SHA-256 of bytes 0..<24, the key and the picture (32)
///     56  the key, then the picture
///
/// The key is there in full, so that no file is taken for another one; the sum tells of damage, and of a file that a crash
/// left incomplete.
enum StoredPicture {
    private static let magic = Array("dcmfspic".utf8)
    private static let sumStart = 24
    private static let sumLength = 32

    static func length(key: PictureKey, picture: Int) -> Int { sumStart + sumLength + key.bytes.count + picture }

    /// What stands before the picture.
    static func head(key: PictureKey, picture: [UInt8]) -> [UInt8] {
        let fixed = fixedHead(key: key, size: picture.count)
        return fixed + sum(fixed, key, picture) + key.bytes
    }

    /// The picture in an open file, if it is the one, whole and undamaged.
    static func read(_ descriptor: CInt, key: PictureKey, size: Int) -> [UInt8]? {
        let fixed = fixedHead(key: key, size: size)
        let headLength = length(key: key, picture: 0)
        guard let head = bytes(descriptor, at: 0, count: headLength), head.starts(with: fixed),
            head[(sumStart + sumLength)...].elementsEqual(key.bytes), let picture = bytes(descriptor, at: headLength, count: size),
            head[sumStart..<sumStart + sumLength].elementsEqual(sum(fixed, key, picture))
        else { return nil }
        return picture
    }

    private static func fixedHead(key: PictureKey, size: Int) -> [UInt8] {
        var head = magic
        for value in [key.bytes.count, size] { withUnsafeBytes(of: UInt64(value).littleEndian) { head.append(contentsOf: $0) } }
        return head
    }

    private static func sum(_ fixed: [UInt8], _ key: PictureKey, _ picture: [UInt8]) -> [UInt8] {
        let sum = SHA256()
        for part in [fixed, key.bytes, picture] { part.withUnsafeBytes(sum.update) }
        // None is as long as a sum, and matches none.
        return (try? sum.finish()) ?? []
    }

    /// Exactly `count` bytes, or none. The caller has seen that the file is as long.
    private static func bytes(_ descriptor: CInt, at offset: Int, count: Int) -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
            while done < count {
                let result = pread(descriptor, buffer.baseAddress.map { $0 + done }, count - done, off_t(offset + done))
                if result < 0 && errno == EINTR { continue }
                guard result > 0 else { return }
                done += result
            }
        }
        return bytes.count == count ? bytes : nil
    }
}
