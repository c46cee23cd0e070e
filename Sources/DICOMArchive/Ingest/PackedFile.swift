import Glibc

/// Recognises archives of files among what is no DICOM, so that a study that came as a zip is named with what to do.
enum PackedFile {
    /// At these offsets.
    private static let magic: [(kind: String, offset: Int, bytes: [UInt8])] = [
        ("a zip archive", 0, [0x50, 0x4B, 0x03, 0x04]), ("a tar archive", 257, Array("ustar".utf8)),
        ("a gzip file, such as .tar.gz", 0, [0x1F, 0x8B, 0x08]), ("a bzip2 file, such as .tar.bz2", 0, Array("BZh".utf8)),
        ("an xz file, such as .tar.xz", 0, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]), ("a zstd file, such as .tar.zst", 0, [0x28, 0xB5, 0x2F, 0xFD]),
        ("a 7z archive", 0, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]), ("a rar archive", 0, Array("Rar!".utf8)),
        ("an ISO 9660 image", 32_769, Array("CD001".utf8)),
    ]

    /// How the first entry of a zip is called that is a document or a program, not a folder of files.
    private static let documents = ["[Content_Types].xml", "mimetype", "META-INF/", "_rels/", "docProps/"]

    /// What a file is, for people; nil for anything else. The file's offset stays.
    static func kind(_ descriptor: CInt) -> String? {
        guard let found = magic.first(where: { holds($0.bytes, at: $0.offset, descriptor) }) else { return nil }
        // The name of a zip's first entry follows 30 bytes of its header (APPNOTE 4.3.7).
        if found.kind == "a zip archive", documents.contains(where: { holds(Array($0.utf8), at: 30, descriptor) }) { return nil }
        return found.kind
    }

    private static func holds(_ bytes: [UInt8], at offset: Int, _ descriptor: CInt) -> Bool {
        var found = [UInt8](repeating: 0, count: bytes.count)
        return pread(descriptor, &found, found.count, off_t(offset)) == bytes.count && found == bytes
    }
}
