import Foundation

/// A character set of one or two bytes a character, as the C library's iconv knows it at generation time.
struct CodePage {
    var member: String
    var encoding: String
    /// Bytes of every cell, in the order in which the table is indexed.
    var cells: [[UInt8]]
    /// Cells a line of the generated source.
    var columns: Int
}

/// The right half of an 8-bit set: 96 cells from 0xA0.
private func rightHalf(_ member: String, _ encoding: String) -> CodePage {
    CodePage(member: member, encoding: encoding, cells: (0xA0...0xFF).map { [$0] }, columns: 16)
}

/// A 94 x 94 set in its EUC form, `prefix` before the pair.
private func square(_ member: String, _ encoding: String, prefix: [UInt8] = []) -> CodePage {
    let cells = (0xA1...0xFE).flatMap { row in (0xA1...0xFE).map { prefix + [UInt8(row), UInt8($0)] } }
    return CodePage(member: member, encoding: encoding, cells: cells, columns: 94)
}

let codePages: [CodePage] =
    [
        rightHalf("latin2", "ISO-8859-2"), rightHalf("latin3", "ISO-8859-3"), rightHalf("latin4", "ISO-8859-4"),
        rightHalf("cyrillic", "ISO-8859-5"), rightHalf("arabic", "ISO-8859-6"), rightHalf("greek", "ISO-8859-7"),
        rightHalf("hebrew", "ISO-8859-8"), rightHalf("latin5", "ISO-8859-9"), rightHalf("latin9", "ISO-8859-15"),
        square("jisX0208", "EUC-JP"), square("jisX0212", "EUC-JP", prefix: [0x8F]), square("ksX1001", "EUC-KR"),
        CodePage(
            member: "gb18030", encoding: "GB18030",
            cells: (0x81...0xFE).flatMap { row in (0x40...0xFE).filter { $0 != 0x7F }.map { [UInt8(row), UInt8($0)] } }, columns: 190),
        // What NEC and IBM added to Shift-JIS.
        CodePage(
            member: "cp932", encoding: "CP932",
            cells: [0x87, 0xED, 0xEE, 0xFA, 0xFB, 0xFC].flatMap { row in (0x40...0xFC).filter { $0 != 0x7F }.map { [row, UInt8($0)] } },
            columns: 188),
        CodePage(member: "koi8", encoding: "KOI8-R", cells: (0x80...0xFF).map { [$0] }, columns: 16),
    ]
    + (1250...1256).map { page in
        CodePage(member: "windows\(page)", encoding: "CP\(page)", cells: (0x80...0xFF).map { [$0] }, columns: 16)
    }

/// One line of hexadecimal UTF-16 units per row; `0000` is a hole, `-` a row of holes. Cells outside the BMP are holes here.
func codePageLines(_ page: CodePage) throws -> [String] {
    var lines: [String] = []
    var cells = page.cells[...]
    while !cells.isEmpty {
        let row = try cells.prefix(page.columns).map { try unit($0, encoding: page.encoding) }
        lines.append(row.allSatisfy { $0 == 0 } ? "-" : row.map { String(hex($0).suffix(4)) }.joined())
        cells = cells.dropFirst(page.columns)
    }
    return lines
}

/// The one UTF-16 unit that iconv makes of these bytes, else 0.
private func unit(_ bytes: [UInt8], encoding: String) throws -> UInt32 {
    guard let converter = iconv_open("UTF-16LE", encoding), Int(bitPattern: converter) != -1 else {
        throw CocoaError(.fileReadUnknownStringEncoding)
    }
    defer { iconv_close(converter) }
    var input = bytes.map { CChar(bitPattern: $0) }
    var output = [UInt8](repeating: 0, count: 16)
    var left = input.count
    let written = input.withUnsafeMutableBufferPointer { source in
        output.withUnsafeMutableBytes { target in
            var from = source.baseAddress
            var to = target.baseAddress?.assumingMemoryBound(to: CChar.self)
            var room = target.count
            return iconv(converter, &from, &left, &to, &room) == 0 ? target.count - room : 0
        }
    }
    return written == 2 && left == 0 ? UInt32(output[0]) | UInt32(output[1]) << 8 : 0
}

func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
}
