/// GB 18030 (and GBK, its two-byte part): 1, 2 or 4 bytes a character. A second byte may look like a backslash, so values are
/// split only after decoding.
enum GB18030 {
    /// Length and character of the sequence at `index`; nil where there is none.
    static func character(_ bytes: UnsafeRawBufferPointer, at index: Int) -> (length: Int, scalar: UInt32)? {
        let first = bytes[index]
        if first < 0x80 { return (1, UInt32(first)) }
        guard (0x81...0xFE).contains(first), index + 1 < bytes.count else { return nil }
        let second = bytes[index + 1]
        if (0x30...0x39).contains(second) { return fourBytes(bytes, at: index).map { (4, $0) } }
        guard (0x40...0xFE).contains(second), second != 0x7F else { return nil }
        let column = Int(second) - (second > 0x7F ? 0x41 : 0x40)
        return twoBytes(row: Int(first) - 0x81, column: column).map { (2, $0) }
    }

    private static func twoBytes(row: Int, column: Int) -> UInt32? {
        if let scalar = CharacterTables.gb18030Cells.scalar(row * 190 + column) { return scalar }
        return supplementary.first { $0.cell == row * 190 + column }?.scalar
    }

    private static func fourBytes(_ bytes: UnsafeRawBufferPointer, at index: Int) -> UInt32? {
        guard index + 3 < bytes.count, (0x81...0xFE).contains(bytes[index + 2]), (0x30...0x39).contains(bytes[index + 3]) else { return nil }
        let high = (Int(bytes[index]) - 0x81) * 10 + Int(bytes[index + 1]) - 0x30
        let linear = (high * 126 + Int(bytes[index + 2]) - 0x81) * 10 + Int(bytes[index + 3]) - 0x30
        if fourByteScalars.indices.contains(linear) { return UInt32(fourByteScalars[linear]) }
        let supplementary = linear - 189_000
        return (0..<0x10_0000).contains(supplementary) ? 0x1_0000 + UInt32(supplementary) : nil
    }

    /// Cells of the two-byte area outside the BMP (edition of 2005).
    private static let supplementary: [(cell: Int, scalar: UInt32)] = [
        (23_767, 0x2_0087), (23_768, 0x2_0089), (23_769, 0x2_00CC), (23_794, 0x2_15D7), (23_804, 0x2_298F), (23_830, 0x2_41FE),
    ]

    /// The four-byte area of the BMP in its order: ascending, all that the two-byte area of the edition of 2000 left out.
    static let fourByteScalars: [UInt16] = {
        var isTwoByte = [Bool](repeating: false, count: 0x1_0000)
        for scalar in CharacterTables.gb18030Cells.characters { isTwoByte[Int(scalar)] = true }
        for scalar in privateUseOf2000 { isTwoByte[scalar] = true }
        for scalar in addedIn2005 { isTwoByte[scalar] = false }
        var scalars: [UInt16] = []
        for scalar in 0x80..<0x1_0000 where !isTwoByte[scalar] && !(0xD800..<0xE000).contains(scalar) {
            // U+1E3F moved to the two-byte area in 2005 and U+E7C7 took its place.
            scalars.append(scalar == 0x1E3F ? 0xE7C7 : UInt16(truncatingIfNeeded: scalar))
        }
        return scalars
    }()

    /// Private use characters that had two-byte codes in 2000 and lost them in 2005 to the characters they stood for.
    private static let privateUseOf2000 =
        Array(0xE78D...0xE796) + [
            0xE7C7, 0xE816, 0xE817, 0xE818, 0xE81E, 0xE826, 0xE82B, 0xE82C, 0xE831, 0xE832, 0xE83B, 0xE843, 0xE854, 0xE855, 0xE864,
        ]
    private static let addedIn2005 = [0x1E3F] + Array(0x9FB4...0x9FBB) + Array(0xFE10...0xFE19)
}

extension SpecificCharacterSet {
    func convertGB18030(_ bytes: UnsafeRawBufferPointer, mode: Mode, into output: inout [UInt8]) -> Issues {
        var issues: Issues = []
        var index = 0
        while index < bytes.count {
            if let (length, scalar) = GB18030.character(bytes, at: index) {
                output.append(scalar: scalar)
                index += length
                continue
            }
            issues.insert(.undecodable)
            if mode == .key { output.append(bytes[index]) } else { output.append(scalar: 0xFFFD) }
            index += 1
        }
        return issues
    }
}
