import Glibc

/// What numbers and names of rows may be, checked by the records' initialisers: what lies beyond is damage, or a file that somebody
/// made by hand, and would trap in arithmetic, or lead out of a folder, further on.
enum RowRange {
    /// Rows that become nodes of the tree: `NodeID` has 34 bits for them.
    static let ids: Range<Int64> = 1..<(1 << 34)
    /// Rows that only other rows refer to.
    static let places: Range<Int64> = 1..<(1 << 62)
    /// References to `texts`, 0 for none.
    static let texts: Range<Int64> = 0..<(1 << 62)
    static let sizes: ClosedRange<Int64> = 0...Int64.max
    /// A header text may be longer than its file, by a factor that is far below this.
    static let textLengths: ClosedRange<Int64> = 0...(1 << 44)
    /// `DescriptionVersion`.
    static let textVersions: ClosedRange<Int64> = 0...(1 << 40)
    /// YYYYMMDD, 0 for none.
    static let days: ClosedRange<Int64> = 0...99_991_231
    /// As `RowIDs.nextFrames` gives them out.
    static let frameNumbers: Range<Int64> = 0..<(1 << 50)

    /// Whether bytes can be one component of a path.
    static func isName(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { isName($0) } }

    /// The same where there need not be one.
    static func isName(orNone bytes: [UInt8]?) -> Bool { bytes.map { isName($0) } ?? true }

    static func isName(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = bytes.baseAddress, (1...FileName.limit).contains(bytes.count) else { return false }
        if bytes.count <= 2, bytes.allSatisfy({ $0 == UInt8(ascii: ".") }) { return false }
        return memchr(start, 0, bytes.count) == nil && memchr(start, CInt(UInt8(ascii: "/")), bytes.count) == nil
    }

    /// Whether bytes can be a path; a NUL would end it in the kernel.
    static func isPath(_ bytes: [UInt8]) -> Bool { !bytes.contains(0) }
}
